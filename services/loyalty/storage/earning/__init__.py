"""Earn rules' counts at rest, and what campaigns are watched by."""
