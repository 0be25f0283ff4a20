"""What consent does: one function, one transaction; the doors commit."""
