"""Doors for order systems: record, complete, refund, quote."""
