"""The memory of consent: the only place with SQL."""
