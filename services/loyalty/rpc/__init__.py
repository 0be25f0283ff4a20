"""The door where loyalty is asked: wire messages become rule values here, and values become answers."""
