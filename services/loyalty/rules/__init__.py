"""What loyalty means: pure functions and values, with time as an argument and no input or output."""
