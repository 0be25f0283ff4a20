"""The door of the loyalty service for what is timed."""
