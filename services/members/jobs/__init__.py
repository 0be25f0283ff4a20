"""The door of the members service for what is timed."""
