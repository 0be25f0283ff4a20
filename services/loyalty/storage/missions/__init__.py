"""Activities and missions at rest, and the occasions in members' lives."""
