"""The context: who asks, in which language, and what serves them; one for each request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import strawberry

from gateway.auth import Identity, NotSignedIn
from gateway.clients import Clients
from gateway.documents.trusted import Trusted
from gateway.live.reader import Live
from gateway.loaders.catalogue import Catalogue
from gateway.loaders.members import Loaders
from gateway.scalars import Locale
from gateway.storage.audit import Audit
from gateway.webhooks.endpoints import Endpoints
from gateway.webhooks.log import DeliveryLog
from gateway.webhooks.sources import Sources
from services.kit.rpc import Caller, CallerKind


class Webhooks(NamedTuple):
    """What staff keep of webhooks."""

    endpoints: Endpoints
    log: DeliveryLog
    sources: Sources


@dataclass(frozen=True, slots=True)
class Services:
    """What serves requests and lives as long as the process."""

    clients: Clients
    loaders: Loaders
    catalogue: Catalogue
    live: Live
    audit: Audit
    webhooks: Webhooks
    trusted: Trusted


def _nowhere() -> str:
    return ""


class Context(NamedTuple):
    """One request's caller and language, and the services behind it."""

    identity: Identity
    locale: Locale
    services: Services
    address: Callable[[], str] = _nowhere
    """Where the request comes from, for what is limited by that."""

    @property
    def caller(self) -> Caller:
        return self.identity.caller

    @property
    def clients(self) -> Clients:
        return self.services.clients

    @property
    def load(self) -> Loaders:
        return self.services.loaders

    @property
    def catalogue(self) -> Catalogue:
        return self.services.catalogue

    def named(self, service: str) -> dict[str, str]:
        """The headers of a call to a service in the caller's name."""
        return self.clients.named(service, self.caller)

    def member_id(self) -> str:
        """The signed-in member's id. Raises ``NotSignedIn``."""
        if self.caller.kind is not CallerKind.MEMBER:
            raise NotSignedIn("sign in: send a member's bearer token by POST (that of a GET is not read)")
        return self.caller.id


Info = strawberry.Info[Context, None]
