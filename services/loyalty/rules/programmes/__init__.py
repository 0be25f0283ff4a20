"""What a programme is made of: versions, drafts, what is wrong with one, and what it would change."""
