"""Rewards as staff offer them, and what members took."""
