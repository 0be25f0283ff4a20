"""The pages in a real browser: `make test-browser` builds them, and opens them against the running system."""
