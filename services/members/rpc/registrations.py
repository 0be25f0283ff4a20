"""Registrations, asked: one or a thousand new members, through the same two transactions."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from huiyuan.members.v1 import profiles_pb2 as wire

from services.kit.instants import instant
from services.kit.refusal import Invalid, Refusal
from services.members.actions import registrations as actions
from services.members.rpc.identities import identity_of
from services.members.rules import profiles
from services.members.rules.identities import Identity
from services.members.rules.keyrings import BlindIndex, KeyRing
from services.members.rules.registrations import (
    MOST_IDENTITIES,
    Claim,
    Draft,
    IdempotencyKeyReused,
    JoinedAtNotValid,
    NewIdentity,
    Registered,
    RegistrationRaced,
    TooManyIdentities,
    body,
    idempotency_key_of,
    joined_at_of,
    verdicts,
)
from services.members.storage import registrations
from services.members.storage.databases import Databases

_ATTEMPTS = 8

Outcome = Registered | Refusal


async def register(
    databases: Databases,
    ring: KeyRing,
    requests: Sequence[wire.RegisterMemberRequest],
    now: datetime,
) -> list[Outcome]:
    """Register members; each request has an outcome of its own."""
    asked: list[Draft | Refusal] = [_draft(ring, request, now) for request in requests]
    firsts: dict[BlindIndex, Draft] = {}
    for draft in asked:
        if isinstance(draft, Draft):
            firsts.setdefault(draft.key, draft)
    outcomes = await _register(databases, ring, list(firsts.values()), now)
    by_key = dict(zip(firsts, outcomes, strict=True))
    return [
        draft if isinstance(draft, Refusal) else _of_same_key(draft, firsts[draft.key], by_key[draft.key])
        for draft in asked
    ]


def _of_same_key(draft: Draft, first: Draft, outcome: Outcome) -> Outcome:
    """The outcome of a draft whose idempotency key may have come earlier in the same batch."""
    if draft is first or isinstance(outcome, Refusal):
        return outcome
    return outcome._replace(replayed=True) if draft.body == first.body else IdempotencyKeyReused()


async def _register(
    databases: Databases, ring: KeyRing, drafts: Sequence[Draft], now: datetime
) -> list[Outcome]:
    claims = await _claim(databases, ring, drafts, now)
    claimed = [
        (claim, draft) for claim, draft in zip(claims, drafts, strict=True) if isinstance(claim, Claim)
    ]
    if not claimed:
        return [claim for claim in claims if isinstance(claim, Refusal)]
    completed = iter(await _complete(databases, ring, claimed, now))
    return [claim if isinstance(claim, Refusal) else next(completed) for claim in claims]


async def _complete(
    databases: Databases, ring: KeyRing, claimed: Sequence[tuple[Claim, Draft]], now: datetime
) -> list[Outcome]:
    """What becomes of the members whose ids are claimed; committed."""
    # All or none: of some by one statement and some by another, two batches could wait for each other.
    if all(claim.dek is not None for claim, _ in claimed):
        with suppress(RegistrationRaced):
            async with databases.members.begin() as connection:
                return await actions.complete_new(connection, ring, claimed, now)
    async with databases.members.begin() as connection:
        return await actions.complete(connection, ring, claimed, now)


async def _claim(
    databases: Databases, ring: KeyRing, drafts: Sequence[Draft], now: datetime
) -> list[Claim | Refusal]:
    """What each draft holds in the keys' database once this returns; committed."""
    for attempt in range(_ATTEMPTS):
        # Holders first: whoever is seen holding an identity has a claim that is seen too, and may be ourselves.
        places = [place for draft in drafts for new in draft.identities for place in new.places]
        holders = await registrations.holders(databases, places)
        claims = await registrations.claims(databases, [draft.key for draft in drafts])
        decided = verdicts(drafts, claims, holders)
        fresh = [draft for draft, verdict in zip(drafts, decided, strict=True) if verdict is None]
        if not fresh:
            new: list[Claim] = []
            break
        try:
            async with databases.keys.begin() as connection:
                new = await actions.claim(connection, ring, fresh, now)
            break
        except RegistrationRaced:
            if attempt == _ATTEMPTS - 1:
                raise
    claimed = iter(new)
    return [next(claimed) if verdict is None else verdict for verdict in decided]


def _draft(ring: KeyRing, request: wire.RegisterMemberRequest, now: datetime) -> Draft | Refusal:
    try:
        key = ring.request_digest(idempotency_key_of(request.idempotency_key))
        given = _joined_at(request)
        joined_at = joined_at_of(given, now)
        links = _identities(request)
        profile = _profile(request.profile, tuple(links), now)
        new = tuple([NewIdentity(one, verified, ring.places(one)) for one, verified in links.items()])
        content = body(profile, list(links.values()), given)
        return Draft(key, ring.request_digest(content), profile, new, joined_at)
    except Invalid as refusal:
        return refusal


def _joined_at(request: wire.RegisterMemberRequest) -> datetime | None:
    if not request.HasField("joined_at"):
        return None
    try:
        return instant(request.joined_at)
    except (ValueError, OverflowError):
        raise JoinedAtNotValid("joined_at is not an instant", field="joined_at") from None


def _identities(request: wire.RegisterMemberRequest) -> dict[Identity, bool]:
    """The identities that a request brings, each once, and whether one of its mentions was verified."""
    if len(request.identities) > MOST_IDENTITIES:
        raise TooManyIdentities(
            f"a member may bring {MOST_IDENTITIES} identities at the most", field="identities"
        )
    links: dict[Identity, bool] = {}
    for number, new in enumerate(request.identities):
        try:
            identity = identity_of(new.identity)
        except Invalid as refusal:
            refusal.field = f"identities[{number}].{refusal.field}"
            raise
        links[identity] = links.get(identity, False) or new.verified
    return links


def _profile(asked: wire.NewProfile, identities: tuple[Identity, ...], now: datetime) -> profiles.Profile:
    fields = profiles.ProfileFields(
        asked.display_name, asked.full_name, asked.birth_date, asked.language, asked.time_zone
    )
    try:
        return profiles.new(fields, identities, now)
    except Invalid as refusal:
        refusal.field = f"profile.{refusal.field}"
        raise
