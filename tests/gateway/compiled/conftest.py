"""A context for queries of any member, before services that answer anything."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest

from gateway.auth import UNKNOWN, Identity
from gateway.clients import CONSENT, LOYALTY, MEMBERS, Clients
from gateway.context import Context, Services
from gateway.loaders.catalogue import Catalogue
from gateway.loaders.members import Loaders
from gateway.scalars import Locale
from services.kit.rpc import Caller, CallerKind, CallerSigner
from tests.gateway import wire_services
from tests.gateway.compiled.any_services import any_services

_ALL = (LOYALTY, MEMBERS, CONSENT)
_PATIENCE_MS = 300_000
"""Longer than any machine is busy: what is judged is what is said, and not how soon."""


@pytest.fixture(scope="module")
async def context_of() -> AsyncIterator[Callable[[int], Context]]:
    """Who asks, by number: a member, or sometimes nobody."""
    async with wire_services.serving(any_services) as address:
        clients = Clients(
            dict.fromkeys(_ALL, address), CallerSigner("gateway", dict.fromkeys(_ALL, b"k" * 32))
        )
        for one in vars(clients).values():
            if hasattr(one, "execute_unary"):
                one.execute_unary.__self__._timeout_ms = _PATIENCE_MS
        unneeded: Any = None
        # What is the same for everyone is asked for each time, so that both ways meet the same answers.
        unkept = Catalogue(lambda: None)
        services = Services(clients, Loaders(clients), unkept, unneeded, unneeded, unneeded, unneeded)

        def of(number: int) -> Context:
            member = Identity(Caller(CallerKind.MEMBER, str(UUID(int=number))))
            return Context(UNKNOWN if number % 25 == 0 else member, list(Locale)[number % 2], services)

        yield of
