"""The two surfaces that strangers meet: their audiences, and the beginning of a document that nests without end."""

from tests.gateway.gateway_client import ADMIN, STOREFRONT, Gateway

PATHS = {"/graphql": (STOREFRONT, "me{balances"), "/admin/graphql": (ADMIN, "programme{tiers")}
"""By path: the audience of its tokens, and a field under which as much again can be asked for."""


def token_for(gateway: Gateway, path: str) -> str:
    """A token that the surface at this path believes."""
    return gateway.join()[1] if path == "/graphql" else gateway.issuer.staff()
