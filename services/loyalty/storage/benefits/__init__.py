"""Benefits at rest: what was claimed and used of them."""
