"""Nodes: what can be fetched again by its id, as Relay's clients expect it."""

import strawberry


@strawberry.interface(description="Something that can be fetched again by its id: node(id:).")
class Node:
    id: strawberry.ID
