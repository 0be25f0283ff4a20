"""Searches: what staff may look for, and what of it the log keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Declined, Invalid
from services.members.rules import tags, traits
from services.members.rules.identities import Identity
from services.members.rules.members import Member, MemberStatus, member_id_of
from services.members.rules.texts import far_too_long
from services.members.rules.traits import Trait

LONGEST_VALUE = 64
MOST_TAGS = 5
MOST_AMONG = 100


class SearchNotValid(Invalid):
    """What is looked for is malformed, or more than one search may hold."""


class SearchQuotaExhausted(Declined):
    """The actor has searched as often today as anyone may in a day."""


class Criterion(IntEnum):
    """What kind of thing was looked for. The numbers are in the log."""

    IDENTITY = 1
    FULL_NAME = 2
    CITY = 3
    TAGS = 4
    STATUS = 5
    JOINED = 6
    AMONG = 7


@dataclass(frozen=True, slots=True)
class Search:
    """Everything that must hold of a member."""

    identity: Identity | None
    traits: tuple[Trait, ...]
    status: MemberStatus | None
    joined_from: datetime | None
    joined_until: datetime | None
    among: tuple[UUID, ...]
    """Whom another service named; empty: everyone."""
    criteria: tuple[Criterion, ...]

    def __repr__(self) -> str:
        return f"<search by {', '.join(criterion.name for criterion in self.criteria)}>"

    def finds(self, member: Member) -> bool:
        """Whether all of it holds of a member as it now is."""
        profile = member.profile
        if profile is None or not self.standing_holds(member.status, member.joined_at):
            return False
        if self.identity is not None and self.identity not in profile.identities:
            return False
        return traits.of(profile).issuperset(self.traits)

    def standing_holds(self, status: MemberStatus, joined_at: datetime) -> bool:
        """Whether what stands beside a profile in clear is as wanted."""
        return (
            (self.status is None or status is self.status)
            and (self.joined_from is None or joined_at >= self.joined_from)
            and (self.joined_until is None or joined_at < self.joined_until)
        )


class LoggedSearch(NamedTuple):
    """One search, as the log keeps it: never what was looked for."""

    search_id: UUID
    actor: str
    criteria: tuple[Criterion, ...]
    found: int
    searched_at: datetime
    allowed: bool


def search(
    identity: Identity | None,
    *,
    full_name: str,
    city: str,
    wanted_tags: tuple[str, ...],
    status: int,
    joined_from: datetime | None,
    joined_until: datetime | None,
    among: Sequence[str],
) -> Search:
    """A valid search. Raises ``SearchNotValid`` or ``TagNotValid``."""
    for name, value in (("full_name", full_name), ("city", city)):
        if far_too_long(value, LONGEST_VALUE) or (value and not value.strip()):
            raise SearchNotValid(f"what is looked for has 1 to {LONGEST_VALUE} characters", field=name)
    if len(wanted_tags) > MOST_TAGS:
        raise SearchNotValid(f"a search names {MOST_TAGS} tags at the most", field="tags")
    try:
        wanted_status = MemberStatus(status) if status else None
    except ValueError:
        raise SearchNotValid("there is no such status", field="status") from None
    # What fewest have in common comes first, since that is what is gone through.
    wanted = [traits.full_name(full_name)] if full_name else []
    wanted += [traits.city(city)] if city else []
    wanted += [traits.tag(tags.tag_of(tag, f"tags[{number}]")) for number, tag in enumerate(wanted_tags)]
    given = {
        Criterion.IDENTITY: identity is not None,
        Criterion.FULL_NAME: bool(full_name),
        Criterion.CITY: bool(city),
        Criterion.TAGS: bool(wanted_tags),
        Criterion.STATUS: wanted_status is not None,
        Criterion.AMONG: bool(among),
        Criterion.JOINED: joined_from is not None or joined_until is not None,
    }
    criteria = tuple([criterion for criterion, is_given in given.items() if is_given])
    return Search(
        identity,
        tuple(dict.fromkeys(wanted)),
        wanted_status,
        joined_from,
        joined_until,
        _ids(among),
        criteria,
    )


def _ids(among: Sequence[str]) -> tuple[UUID, ...]:
    if len(among) > MOST_AMONG:
        raise SearchNotValid(f"a search is among {MOST_AMONG} members at the most", field="among")
    ids = [member_id_of(one) for one in among]
    if None in ids:
        raise SearchNotValid("among must hold ids of members", field="among")
    return tuple(dict.fromkeys(one for one in ids if one is not None))
