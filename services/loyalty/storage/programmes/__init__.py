"""Programmes at rest: versions, drafts, their history, and previews of what they would change."""
