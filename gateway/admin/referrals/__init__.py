"""Referrals as staff reward them and look at what was held back."""
