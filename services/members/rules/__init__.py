"""The mind of the members service: pure functions and frozen values."""
