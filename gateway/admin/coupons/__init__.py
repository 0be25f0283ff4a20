"""Coupons as staff offer and issue them."""
