"""Approvals: each step from an adjustment's request to its decision is one transaction."""

from dataclasses import replace

from services.kit import database
from services.loyalty.rules.ledger.approvals import AdjustmentRequest, RequestState, UnknownAdjustmentRequest
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.storage.ledger import approvals


def be_the_same(known: AdjustmentRequest, fingerprint: bytes) -> None:
    """Refuse another body under a key that was used. Raises ``IdempotencyKeyReused``."""
    if known.fingerprint != fingerprint:
        message = "this idempotency key was used for another request: take a new one"
        raise IdempotencyKeyReused(message, field="idempotency_key")


async def file(
    connection: database.RawConnection, request: AdjustmentRequest
) -> tuple[AdjustmentRequest, bool]:
    """Keep a request; the same again is a replay (True)."""
    kept = await approvals.insert(connection, request)
    be_the_same(kept, request.fingerprint)
    return kept, kept.request_id != request.request_id


async def claim(
    connection: database.RawConnection, request_id: str, by: str, note: str, now: int
) -> AdjustmentRequest:
    """Begin to approve: from here on nobody rejects, until ``settle`` or ``let_go``."""
    known = await _locked(connection, request_id)
    claimed = known.claimed(by, note, now)
    if claimed != known:
        await approvals.decide(connection, claimed)
    return claimed


async def settle(connection: database.RawConnection, request_id: str) -> AdjustmentRequest:
    """The ledger has it: the request is approved for good, whoever's attempt it was."""
    known = await _locked(connection, request_id)
    approved = replace(known, state=RequestState.APPROVED)
    if approved != known:
        await approvals.decide(connection, approved)
    return approved


async def let_go(connection: database.RawConnection, claimed: AdjustmentRequest) -> None:
    """The ledger declined it: the request waits again, unless somebody took over meanwhile."""
    known = await _locked(connection, claimed.request_id)
    if known == claimed and known.state is RequestState.APPROVING:
        waiting = replace(known, state=RequestState.WAITING, decided_by="", decided_at=0, note="")
        await approvals.decide(connection, waiting)


async def reject(
    connection: database.RawConnection, request_id: str, by: str, note: str, now: int
) -> tuple[AdjustmentRequest, bool]:
    """Reject for good; the same again is a replay (True)."""
    known = await _locked(connection, request_id)
    rejected = known.rejected(by, note, now)
    if rejected != known:
        await approvals.decide(connection, rejected)
    return rejected, rejected == known


async def _locked(connection: database.RawConnection, request_id: str) -> AdjustmentRequest:
    known = await approvals.lock(connection, request_id)
    if known is None:
        message = "no adjustment was requested under this id: check the id"
        raise UnknownAdjustmentRequest(message, field="request_id")
    return known
