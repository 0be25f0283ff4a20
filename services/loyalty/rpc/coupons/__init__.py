"""Doors to coupons: templates, issuing, baskets, and what orders do with them."""
