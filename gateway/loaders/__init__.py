"""Loaders: what is read for many requests at once, by lanes that live as long as the process."""
