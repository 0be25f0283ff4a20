"""Giving and withdrawing: each act is one transaction that leaves its records, its epoch and its event."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from services.consent import events
from services.consent.actions import guardians, merges
from services.consent.actions.handlers import in_charge
from services.consent.actions.purposes import named
from services.consent.rules import acts, recording
from services.consent.rules.acts import Act, Grant, NoticeNotServed, Rejection, Withdrawal
from services.consent.rules.decisions import Decision, ended, later
from services.consent.rules.notices import Notice
from services.consent.rules.purposes import Purpose
from services.consent.rules.recording import Party
from services.consent.rules.records import Record
from services.consent.storage import decisions, documents, erasures, notices, purposes
from services.consent.storage.decisions import Member, StoredAct
from services.kit.database import Connection


class Decided(NamedTuple):
    """What an act came to: its decisions with the purpose versions they are on, and the epoch it made."""

    decisions: Sequence[tuple[Decision, Purpose]]
    epoch: int
    replayed: bool


class _Part(NamedTuple):
    """What an act decides about: a purpose version and a recipient (ours is the empty one), and what stood there."""

    purpose: Purpose
    recipient_id: str
    standing: Decision | None


async def give(
    connection: Connection,
    grant: Grant,
    controllers: tuple[str, ...],
    now: datetime,
    by: UUID | None = None,
) -> Decided:
    """Record that the member gave consent, or the guardian ``by`` for a child; all of the act counts, or nothing."""
    grant.check()
    sent, grant = grant, await merges.surviving(connection, grant)
    guardian = await guardians.acting(connection, grant.member_id, by or grant.member_id)
    member = await _living(connection, grant.member_id)
    if (before := await _before(connection, sent, grant.member_id)) is not None:
        await _refuse_withdrawn(connection, grant, now)
        return before
    notice = await notices.get(connection, grant.notice_id)
    if notice is None:
        raise NoticeNotServed(
            "no notice of this id was published (PIPL 14)", field="notice_id", article="PIPL 14"
        )
    in_force = await named(connection, grant.purposes)
    told = await purposes.versions(connection, [(t.key, t.version) for t in notice.wording.purposes])
    by_key = {key: purpose for (key, _), purpose in told.items()}
    [newest] = await notices.newest(connection, notice.wording.locale, notice.wording.key)
    acts.admit(grant, notice, newest, by_key, in_force)
    party = Party(member.principal_id, await in_charge(connection, controllers, now), guardian)
    parts = await _parts(connection, grant, by_key)
    decided = await _record(connection, grant, sent, member, parts, notice, party, now)
    if grant.document is not None:
        [(decision, _)] = decided.decisions
        await documents.add(connection, grant.member_id, decision.record_id, grant.document)
    return decided


async def withdraw(
    connection: Connection,
    act: Withdrawal,
    controllers: tuple[str, ...],
    now: datetime,
    by: UUID | None = None,
) -> Decided:
    """Record that the member withdrew, or the guardian ``by``: no reason asked, nothing to approve.

    Who names no recipient withdraws from all who were given consent, each by a record of its own (PIPL 15, 23).
    """
    act.check()
    sent, act = act, await merges.surviving(connection, act)
    # A child withdraws as well: a no needs nobody's leave.
    guardian = None
    if by not in (None, sent.member_id):
        guardian = await guardians.acting(connection, act.member_id, by)
    member = await _living(connection, act.member_id)
    if (before := await _before(connection, sent, act.member_id)) is not None:
        return before
    in_force = await named(connection, act.purposes)
    others = []
    if not act.recipient_id:
        others = await decisions.given_to_others(connection, act.member_id, act.purposes)
    for_others = {stood.purpose for stood in others}
    parts = [
        part
        for part in await _parts(connection, act, in_force)
        # Where only others were given consent, there may be none of ours to withdraw.
        if part.standing or part.purpose.terms.needs_consent or part.purpose.key not in for_others
    ]
    for part in parts:
        acts.admit_withdrawal(act, part.purpose, part.standing)
    parts += [_Part(in_force[stood.purpose], stood.recipient_id, stood) for stood in others]
    consented = await purposes.versions(
        connection,
        [(part.standing.purpose, part.standing.purpose_version) for part in parts if part.standing],
    )
    parts = [
        part._replace(purpose=consented[part.standing.purpose, part.standing.purpose_version])
        if part.standing
        else part
        for part in parts
    ]
    party = Party(member.principal_id, await in_charge(connection, controllers, now), guardian)
    return await _record(connection, act, sent, member, parts, None, party, now)


async def reject(
    connection: Connection, act: Rejection, controllers: tuple[str, ...], now: datetime
) -> Decided:
    """Record that the member was asked and said no."""
    act.check()
    sent, act = act, await merges.surviving(connection, act)
    member = await _living(connection, act.member_id)
    if (before := await _before(connection, sent, act.member_id)) is not None:
        return before
    in_force = await named(connection, act.purposes)
    parts = await _parts(connection, act, in_force)
    for part in parts:
        acts.admit_rejection(act, part.purpose, part.standing)
    party = Party(member.principal_id, await in_charge(connection, controllers, now))
    return await _record(connection, act, sent, member, parts, None, party, now)


async def _living(connection: Connection, member_id: UUID) -> Member:
    """The member's row, held. Raises ``MemberErased``; the row that the lock then made goes with the transaction."""
    member = await decisions.lock_member(connection, member_id)
    if await erasures.is_erased(connection, member_id):
        raise acts.MemberErased("the member was erased and decides nothing any more", field="member_id")
    return member


async def _before(connection: Connection, sent: Act, survivor: UUID) -> Decided | None:
    """What the same act came to when it was first sent. Raises when the key was another act's."""
    known = await decisions.act(connection, sent.member_id, sent.idempotency_key)
    if known is not None and known.fingerprint != sent.fingerprint:
        raise acts.IdempotencyKeyReused(
            "this idempotency key was used for another act: take a new one", field="idempotency_key"
        )
    if known is None and isinstance(sent, Grant):
        known = await _sent_as_another(connection, sent, survivor)
    if known is None:
        return None
    records = await decisions.records(connection, known.recorded_under, known.epoch)
    about = await purposes.versions(connection, [(r.purpose, r.purpose_version) for r in records])
    return Decided(
        [_decided(record, about[record.purpose, record.purpose_version]) for record in records],
        known.epoch,
        True,
    )


async def _sent_as_another(connection: Connection, grant: Grant, survivor: UUID) -> StoredAct | None:
    """The same grant under another id of the member: one of before a merge is no new consent after it.

    Withdrawals and rejections are not looked for: keys like ``withdraw-1`` are used under either id, and a no that is
    recorded twice harms nobody, while one that is taken for another's is not obeyed.
    """
    for known in await decisions.acts_of_all_ids(connection, survivor, grant.idempotency_key):
        if known.fingerprint == replace(grant, member_id=known.member_id).fingerprint:
            return known
    return None


async def _refuse_withdrawn(connection: Connection, grant: Grant, now: datetime) -> None:
    """A grant that is sent again must not look as if it still stood: where it was withdrawn, or ended by itself, by a
    birthday or by a merge."""
    standing = await decisions.standing(connection, grant.member_id, grant.purposes, grant.recipient_id)
    if any(key not in standing or ended(standing[key], now) is not None for key in grant.purposes):
        raise acts.WithdrawnSince(
            "this grant was withdrawn or ended since (PIPL 15): ask anew, with a new idempotency key",
            field="idempotency_key",
            article="PIPL 15",
        )


async def _parts(connection: Connection, act: Act, about: Mapping[str, Purpose]) -> list[_Part]:
    """The act's purposes, in the versions that ``about`` names, for its recipient."""
    standing = await decisions.standing(connection, act.member_id, act.purposes, act.recipient_id)
    return [_Part(about[key], act.recipient_id, standing.get(key)) for key in act.purposes]


async def _record(
    connection: Connection,
    act: Grant | Withdrawal | Rejection,
    sent: Act,
    member: Member,
    parts: Sequence[_Part],
    notice: Notice | None,
    party: Party,
    now: datetime,
) -> Decided:
    epoch = member.epoch + 1
    records = [
        recording.record_of(
            replace(act, recipient_id=part.recipient_id),
            party,
            part.purpose,
            notice,
            record_id=uuid4(),
            epoch=epoch,
            now=now,
        )
        for part in parts
    ]
    decided = [_decided(record, part.purpose) for record, part in zip(records, parts, strict=True)]
    await decisions.append(connection, act.member_id, sent.member_id, sent.fingerprint, records)
    stands = [later(part.standing, one) for part, (one, _) in zip(parts, decided, strict=True)]
    await decisions.put_standing(connection, act.member_id, stands)
    await decisions.advance(connection, act.member_id, epoch)
    await events.decided(connection, act, epoch, now)
    return Decided(decided, epoch, False)


def _decided(record: Record, about: Purpose) -> tuple[Decision, Purpose]:
    return recording.decision_of(record, about), about
