"""Rewards at rest: the catalogue and its stock, and what members took."""
