"""Doors to benefits: what members have of them, claimed and used."""
