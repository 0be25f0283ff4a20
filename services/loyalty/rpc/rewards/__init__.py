"""Doors to rewards: the catalogue, and what is redeemed of it."""
