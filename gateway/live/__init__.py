"""Live: one reader of the services' streams for the whole process, and whoever watches a member through it."""
