"""Doors for what becomes of members: merged, parted, left, packed up."""
