"""The loyalty database's schema, one step at a time; every step works with the code already running."""
