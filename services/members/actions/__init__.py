"""What the members service does: each function is one transaction, which the door commits."""
