"""The mind of consent: pure functions and frozen values; time arrives as ``now``."""
