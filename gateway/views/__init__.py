"""Views: GraphQL types over wire messages that both schemas show."""
