"""Doors to tiers: standings, placements, and tiers that are paid for."""
