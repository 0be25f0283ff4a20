"""Doors to activities and missions."""
