"""One function is one transaction's worth of work; the doors open and commit it."""
