"""Missions and activities as staff keep them."""
