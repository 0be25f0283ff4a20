"""Orders at rest."""
