"""Rotations of keys, on a members service of their own."""
