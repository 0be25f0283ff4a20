"""The gateway's own little database: what staff did."""
