"""Loyalty owns points, tiers and benefits.

It records what members paid and posts what that earns to an append-only double-entry ledger. It decides tiers.
Whatever it decided leaves as an event in the same transaction."""
