"""The public face: two GraphQL schemas over the three services, and no business decision of its own."""
