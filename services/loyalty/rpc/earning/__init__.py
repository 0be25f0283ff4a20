"""Doors to earn rules and campaigns: tried out, previewed, watched, stopped."""
