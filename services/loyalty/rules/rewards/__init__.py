"""What points are exchanged for: the catalogue, its stock and limits, and what members took of it."""
