"""Tiers at rest: placements, memberships, and who was last seen to hold one."""
