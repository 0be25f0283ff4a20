"""Referrals at rest: what is offered, and who accepted."""
