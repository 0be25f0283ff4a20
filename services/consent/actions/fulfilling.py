"""Fulfilling: what is done here for a rights request, what other services are asked for, and what they say they did."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.consent import events
from services.consent.actions import decisions as acts
from services.consent.actions import preferences as wishes
from services.consent.actions.merges import held_survivor
from services.consent.rules.acts import Withdrawal
from services.consent.rules.notices import LOCALES
from services.consent.rules.preferences import Wish, automated_decisions_set
from services.consent.rules.rights import (
    EVERYTHING,
    TASKS,
    Proof,
    RightsKind,
    RightsRequest,
    RightsState,
    Step,
    Task,
)
from services.consent.storage import decisions, notices, restrictions, rights
from services.kit.database import Connection

OURSELVES = "service:consent"


async def start(
    connection: Connection, request: RightsRequest, controllers: tuple[str, ...], now: datetime
) -> bool:
    """Do what can be done here, or ask for the rest; whether the request is fulfilled by it."""
    match request.kind:
        case RightsKind.WITHDRAW:
            records = await _withdraw(connection, request, controllers, now)
            proofs = [
                Proof("consent/consent_events", "WITHDRAWN", 1, str(record_id), now) for record_id in records
            ]
        case RightsKind.REFUSE_AUTOMATED:
            wish = Wish(
                request.member_id, f"rights:{request.request_id}", automated_decisions_set(refused=True)
            )
            wished = await wishes.change(connection, wish, OURSELVES, now)
            proofs = [Proof("consent/preferences", "REFUSED", 1, f"epoch {wished.standing.epoch}", now)]
        case RightsKind.RESTRICT:
            epoch = await restrict(connection, request, now)
            proofs = [Proof("consent/members", "RESTRICTED", 1, f"epoch {epoch}", now)]
        case RightsKind.KNOW | RightsKind.EXPLAIN_RULES:
            proofs = await _citations(connection, now)
        case _:
            if request.task is not None:
                await events.rights_task_asked(connection, request, request.task, now)
            return False
    await rights.prove(connection, request.request_id, proofs)
    return True


async def _withdraw(
    connection: Connection, request: RightsRequest, controllers: tuple[str, ...], now: datetime
) -> list[UUID]:
    """Withdraw what the request names, whoever it was given for; the records of it."""
    key = f"rights:{request.request_id}"
    act = Withdrawal(request.member_id, request.purposes, "", request.channel, key)
    decided = await acts.withdraw(connection, act, controllers, now)
    return [one.record_id for one, _ in decided.decisions]


async def restrict(connection: Connection, request: RightsRequest, now: datetime) -> int:
    """Let the gate deny what the request names, or everything that nobody's law or contract needs; the epoch of it."""
    # Whoever asked may have been merged since: the gate answers by the survivor.
    member_id = await held_survivor(connection, request.member_id)
    epoch = (await decisions.lock_member(connection, member_id)).epoch + 1
    own = await restrictions.own(connection, member_id) | set(request.purposes or (EVERYTHING,))
    await restrictions.put(connection, member_id, epoch, own, request.request_id, now)
    await decisions.advance(connection, member_id, epoch)
    after = await restrictions.standing(connection, member_id)
    await events.processing_restricted(connection, member_id, after, epoch, now)
    return epoch


async def package_ready(connection: Connection, member_id: UUID, package_id: str, now: datetime) -> None:
    """The member's package can be fetched: whoever asked for it has their answer."""
    proof = Proof("members/packages", "READY", 1, package_id, now)
    kinds = [kind for kind, task in TASKS.items() if task is Task.PACKAGE]
    for request in await rights.running(connection, member_id, kinds):
        await _fulfil(connection, request, [proof], now)


async def profile_corrected(
    connection: Connection, member_id: UUID, fields: Collection[str], revision: int, now: datetime
) -> None:
    """These fields of the profile were changed: whoever asked to have one corrected has it (PIPL 46)."""
    proof = Proof("members/profiles", "CORRECTED", 1, f"revision {revision}", now)
    for request in await rights.running(connection, member_id, [RightsKind.CORRECT]) if fields else ():
        if request.subject in fields:
            await _fulfil(connection, request, [proof], now)


async def membership_closed(connection: Connection, member_id: UUID, now: datetime) -> None:
    """The membership is over, as was asked."""
    proof = Proof("members/statuses", "CLOSED", 1, "", now)
    for request in await rights.running(connection, member_id, [RightsKind.CLOSE_ACCOUNT]):
        await _fulfil(connection, request, [proof], now)


async def closing_canceled(connection: Connection, member_id: UUID, now: datetime) -> None:
    """The member took the closing back at the members service."""
    for request in await rights.running(connection, member_id, [RightsKind.CLOSE_ACCOUNT]):
        await _end(connection, request.to(RightsState.CANCELLED), "TAKEN_BACK", now)


async def task_declined(connection: Connection, request_id: UUID, code: str, now: datetime) -> None:
    """The members service cannot do its part: that is noted for the officer, and the time runs on."""
    if await rights.get(connection, request_id, hold=True) is not None:
        await rights.note_step(
            connection, request_id, Step(RightsState.RUNNING, now, "service:members", code)
        )


async def member_erased(connection: Connection, member_id: UUID, erasure_id: UUID, now: datetime) -> None:
    """The member is about to lose their id here: requests for that wait for every store, the others end."""
    for request in await rights.opened(connection, member_id):
        if request.task is Task.ERASURE and request.state is RightsState.RUNNING:
            await rights.answered_by(connection, request.request_id, erasure_id)
        elif request.kind is RightsKind.CLOSE_ACCOUNT and request.state is RightsState.RUNNING:
            await _fulfil(connection, request, [Proof("members/statuses", "ERASED", 1, "", now)], now)
        else:
            await _end(connection, request.to(RightsState.CANCELLED), "MEMBER_ERASED", now)


async def erasure_completed(
    connection: Connection, erasure_id: UUID, proofs: Sequence[Proof], now: datetime
) -> None:
    """Every store proved the erasure that requests wait for."""
    for request in await rights.erased_by(connection, erasure_id):
        if request.is_open:
            await _fulfil(connection, request, proofs, now)


async def _citations(connection: Connection, now: datetime) -> list[Proof]:
    """The notices in force, by id and digest: what the answer cites."""
    newest = [one for locale in LOCALES for one in await notices.newest(connection, locale)]
    return [
        Proof("consent/notices", "CITED", 1, f"{one.notice_id} {one.digest.hex()}", now) for one in newest
    ]


async def _fulfil(
    connection: Connection, request: RightsRequest, proofs: Collection[Proof], now: datetime
) -> None:
    await rights.prove(connection, request.request_id, proofs)
    await _end(connection, request.to(RightsState.FULFILLED), "PROVED", now)


async def _end(connection: Connection, request: RightsRequest, note: str, now: datetime) -> None:
    ended = replace(request, ended_at=now)
    await rights.step(connection, ended, Step(request.state, now, OURSELVES, note))
    await events.rights_request_changed(connection, ended, now)
