"""Searches, asked: what is found by an index is opened and compared, counted and logged before it is answered."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.members.v1 import searches_pb2 as wire

from services.kit import instants, rpc
from services.members.rpc import lookups
from services.members.rpc.identities import identity_of
from services.members.rpc.pages import PageNotValid, after_of, be_size
from services.members.rules import searches as rules
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member, member_id_of
from services.members.rules.searches import LoggedSearch, Search, SearchNotValid
from services.members.rules.texts import has_control
from services.members.storage import identities, profiles, searches, traits
from services.members.storage.databases import Databases

_READERS = ("support", "operations", "program_admin", "privacy_officer")
_BATCH = 100
_MOST_OPENED = 1000
"""How many records one call opens: a page that found too little says where to go on."""


class _Found(NamedTuple):
    """A member who was found, and the place in the order after which a page goes on."""

    member_id: UUID
    place: str


class _Page(NamedTuple):
    """What a search found, as far as one call goes."""

    found: list[_Found]
    end: str
    has_more: bool


class Searches:
    """The handlers of ``SearchesService``."""

    def __init__(self, databases: Databases, ring: KeyRing, quota: int) -> None:
        self._databases = databases
        self._ring = ring
        self._quota = quota

    @rpc.allow(rpc.staff(*_READERS))
    async def search_members(self, request: wire.SearchMembersRequest, _: Any) -> wire.SearchMembersResponse:
        be_size(request.first)
        search = _search(request)
        if search.among:
            page = await self._among(search)
        elif search.identity is not None:
            page = await self._by_identity(search)
        elif search.traits:
            page = await self._by_traits(search, request.after, request.first)
        else:
            page = await self._by_joining(search, request.after, request.first)
        await lookups.record(self._databases, search.criteria, len(page.found), self._quota)
        return wire.SearchMembersResponse(
            members=[wire.FoundMember(member_id=str(one.member_id), place=one.place) for one in page.found],
            has_next_page=page.has_more,
            end=page.end,
        )

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_searches(self, request: wire.ListSearchesRequest, _: Any) -> wire.ListSearchesResponse:
        after = after_of(request.first, request.after)
        if has_control(request.actor):
            raise SearchNotValid("an actor is named in one line", field="actor")
        page = await searches.newest(self._databases, request.actor, after, request.first + 1)
        return wire.ListSearchesResponse(
            searches=[_logged(one) for one in page[: request.first]],
            has_next_page=len(page) > request.first,
        )

    async def _among(self, search: Search) -> _Page:
        members = await profiles.read(self._databases, self._ring, search.among)
        found = [
            _Found(member_id, str(member_id))
            for member_id in search.among
            if isinstance(member := members.get(member_id), Member)
            and member.merged_into is None
            and search.finds(member)
        ]
        return _Page(found, "", has_more=False)

    async def _by_identity(self, search: Search) -> _Page:
        assert search.identity is not None
        place = self._ring.find(search.identity)
        holder = (await identities.holders(self._databases, [place])).get(place)
        if holder is None:
            return _Page([], "", has_more=False)
        member = (await profiles.read(self._databases, self._ring, [holder])).get(holder)
        found = []
        if isinstance(member, Member) and search.finds(member):
            # A merged member's identities stay its own; who is meant is the survivor.
            survivor = member.merged_into or holder
            found = [_Found(survivor, str(survivor))]
        return _Page(found, "", has_more=False)

    async def _by_traits(self, search: Search, after: str, first: int) -> _Page:
        places = [self._ring.find_trait(trait) for trait in search.traits]
        end = after_of(first, after)
        found: list[_Found] = []
        for _ in range(_MOST_OPENED // _BATCH):
            batch = await traits.sharing(self._databases, places, end, _BATCH)
            members = await profiles.read(self._databases, self._ring, batch)
            for member_id in batch:
                member = members.get(member_id)
                if isinstance(member, Member) and member.merged_into is None and search.finds(member):
                    found.append(_Found(member_id, str(member_id)))
            if len(found) > first:
                return _Page(found[:first], found[first - 1].place, has_more=True)
            if len(batch) < _BATCH:
                return _Page(found, str(batch[-1]) if batch else after, has_more=False)
            end = batch[-1]
        return _Page(found, str(end), has_more=True)

    async def _by_joining(self, search: Search, after: str, first: int) -> _Page:
        between = (search.joined_from, search.joined_until)
        rows = await searches.joined(self._databases, search.status, between, _place_of(after), first + 1)
        found = [_Found(member_id, _place(joined_at, member_id)) for member_id, joined_at in rows[:first]]
        return _Page(found, found[-1].place if found else after, has_more=len(rows) > first)


def _search(request: wire.SearchMembersRequest) -> Search:
    return rules.search(
        identity_of(request.identity) if request.HasField("identity") else None,
        full_name=request.full_name,
        city=request.city,
        wanted_tags=tuple(request.tags),
        status=request.status,
        joined_from=_instant(request.joined_from, "joined_from") if request.HasField("joined_from") else None,
        joined_until=_instant(request.joined_until, "joined_until")
        if request.HasField("joined_until")
        else None,
        among=request.among,
    )


def _instant(given: Timestamp, field: str) -> datetime:
    try:
        return given.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise SearchNotValid(f"{field} is not an instant", field=field) from None


def _place(joined_at: datetime, member_id: UUID) -> str:
    return f"{joined_at.isoformat()}/{member_id}"


def _place_of(after: str) -> tuple[datetime, UUID] | None:
    if not after:
        return None
    instant, _, text = after.partition("/")
    member_id = member_id_of(text)
    joined_at = instants.of_text(instant)
    if member_id is None or joined_at is None:
        raise PageNotValid("after must be where an earlier page of this search ended", field="after")
    return joined_at, member_id


def _logged(one: LoggedSearch) -> wire.LoggedSearch:
    return wire.LoggedSearch(
        search_id=str(one.search_id),
        actor=one.actor,
        criteria=[criterion.value for criterion in one.criteria],  # type: ignore[misc]  # numbered as the contract's
        found=one.found,
        searched_at=one.searched_at,
        allowed=one.allowed,
    )
