"""The gateway's own little database: what staff did, and the trusted documents they uploaded."""
