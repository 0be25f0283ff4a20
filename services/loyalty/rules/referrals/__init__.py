"""What bringing others is worth: who may invite whom, and what both get for it."""
