"""What loyalty remembers; SQL lives only here."""
