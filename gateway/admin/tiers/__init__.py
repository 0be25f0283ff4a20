"""Tiers as staff write and see them: schemes, placements, and tiers that are paid for."""
