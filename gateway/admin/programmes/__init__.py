"""Programmes as staff shape them: drafts, previews, publication, and who changed what."""
