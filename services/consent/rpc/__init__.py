"""The door by which consent is asked."""
