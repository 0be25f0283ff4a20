"""Consent as the officer sees to it: rights requests, guardians, registers, and what may be sent."""
