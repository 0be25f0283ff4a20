"""Coupons at rest: templates, coupons, what falls due of them, and answers kept to be given again."""
