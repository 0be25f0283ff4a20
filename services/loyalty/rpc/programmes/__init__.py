"""Doors to programmes: versions, drafts, previews and history."""
