"""Key providers: what protects the keys of a ring at rest, on this machine or in a key management service."""
