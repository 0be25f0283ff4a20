"""Doors to referrals."""
