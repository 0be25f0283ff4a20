"""Earn rules and campaigns as staff write them, try them out and watch them."""
