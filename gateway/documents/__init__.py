"""Documents: GraphQL operations made ready to run, trusted ones by their hash and free ones by their text."""
