"""Grants at the door: staff see what was promised and what became of it, and have a refused one tried again."""

from typing import Any

from huiyuan.loyalty.v1 import grants_pb2 as wire

from services.kit import database, rpc
from services.kit.clock import instant
from services.loyalty.actions import grants as actions
from services.loyalty.rpc.wire import READERS, PageNotUnderstood, choice, member_id, page_size
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.grants import GrantState
from services.loyalty.storage.ledger import grants
from services.loyalty.storage.ledger.grants import GrantsAsked, Kept
from services.loyalty.storage.members import families

MOST_GRANTS = 100
_STATE = "GRANT_STATE_"


class Grants:
    """``huiyuan.loyalty.v1.GrantsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(READERS)
    async def list_grants(self, request: wire.ListGrantsRequest, _: Any) -> wire.ListGrantsResponse:
        page_size(request.first, MOST_GRANTS)
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        names = {choice(wire.GrantState, _STATE, state): state for state in GrantState}
        member = member_id(request.member_id) if request.member_id else ""
        asked = GrantsAsked(
            programme.programme_id,
            (await families.find(self._pool, member)).names if member else (),
            names.get(request.state),
            request.first,
            _after(request.after),
        )
        page, more = await grants.page(self._pool, asked)
        return wire.ListGrantsResponse(grants=[_wire(one) for one in page], has_next_page=more)

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def retry_grant(self, request: wire.RetryGrantRequest, _: Any) -> wire.RetryGrantResponse:
        member, now = member_id(request.member_id), instant(self._rulebook.now())
        async with self._pool.acquire() as connection, connection.transaction():
            kept, replayed = await actions.retry(connection, member, request.key, now)
        return wire.RetryGrantResponse(grant=_wire(kept), replayed=replayed)


def _wire(kept: Kept) -> wire.Grant:
    grant = kept.grant
    return wire.Grant(
        member_id=grant.member_id,
        key=grant.key,
        kind=choice(wire.GrantKind, "GRANT_KIND_", grant.kind),
        currency=grant.currency,
        points=grant.points,
        template=grant.template,
        reason=grant.reason,
        state=choice(wire.GrantState, _STATE, kept.state),
        promised_at=kept.promised_at,
        settled_at=kept.settled_at,
        tries=kept.tries,
        reference=kept.reference,
        outcome=kept.outcome,
        place=str(kept.nth),
    )


def _after(place: str) -> int | None:
    if place and not (place.isdigit() and len(place) < 19):
        raise PageNotUnderstood("after must be the place of a grant", field="after")
    return int(place) if place else None
