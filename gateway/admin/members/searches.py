"""Searches: members found by what is exact, a page at a time, and who searched for what kind of thing."""

import asyncio
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import tiers_pb2
from huiyuan.members.v1 import searches_pb2

from gateway.admin.members.lookups import FindMemberInput
from gateway.admin.members.members import Member
from gateway.admin.permissions import PROFILE_READERS, WATCHERS, to
from gateway.clients import LOYALTY, MEMBERS
from gateway.context import Info
from gateway.costs import PAGED
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.loaders.overviews import InProgramme
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant
from gateway.views.profiles import MemberStatus

_NOBODY = "00000000-0000-0000-0000-000000000000"


@strawberry.input(description="A tier that the member holds now.")
class TierSearchInput:
    key: str = strawberry.field(description='For instance "gold".')
    programme_id: str = strawberry.field(
        default=DEFAULT_PROGRAMME, description="Without it, the default programme is meant."
    )


@strawberry.input(description="What must hold of a member; all that is given, and nothing but exact values.")
class MemberSearchInput:
    identity: FindMemberInput | None = strawberry.field(
        default=None, description="A phone number, mail address or external id."
    )
    full_name: str | None = strawberry.field(
        default=None, description="The whole name; case, width and spaces do not matter."
    )
    city: str | None = strawberry.field(default=None, description="The city of the default address.")
    tags: list[str] | None = strawberry.field(
        default=None, description="Every one of these, five at the most."
    )
    tier: TierSearchInput | None = None
    status: MemberStatus | None = None
    joined_from: datetime | None = None
    joined_until: datetime | None = strawberry.field(default=None, description="Exclusive.")


@strawberry.enum(description="What kind of thing was looked for.")
class SearchCriterion(Enum):
    IDENTITY = searches_pb2.CRITERION_IDENTITY
    FULL_NAME = searches_pb2.CRITERION_FULL_NAME
    CITY = searches_pb2.CRITERION_CITY
    TAGS = searches_pb2.CRITERION_TAGS
    STATUS = searches_pb2.CRITERION_STATUS
    JOINED = searches_pb2.CRITERION_JOINED
    # Among those whom another service named: who holds a tier.
    TIER = searches_pb2.CRITERION_AMONG


@strawberry.type(description="One page of one search: by whom and for what kind of thing, never for what.")
class MemberSearch:
    id: strawberry.ID
    actor: str
    criteria: list[SearchCriterion]
    found: int
    searched_at: datetime
    allowed: bool = strawberry.field(description="False when the quota of the day was used up.")


@strawberry.type
class SearchQueries:
    @strawberry.field(
        metadata=to(PROFILE_READERS),
        description="Members for whom all of the search holds, newest first; at most 100 a page. Each page is "
        "counted against the day's quota and logged. A page may hold fewer than asked for though more follow.",
        directives=[PAGED],
    )
    async def members(
        self, info: Info, first: int, after: str | None = None, search: MemberSearchInput | None = None
    ) -> Connection[Member] | None:
        wanted, size, place = search or MemberSearchInput(), page_size(first), key_of(after)
        if wanted.tier is not None:
            response = await _holding(info, wanted, wanted.tier, size, place)
        else:
            response = await _found(info, _request(wanted, size, place))
        page = connection(
            [Member(id=strawberry.ID(one.member_id)) for one in response.members],
            [one.place for one in response.members],
            has_next_page=response.has_next_page,
            after=after,
        )
        if response.end:
            # Where the search got to, which may be beyond the last that it found.
            page.page_info.ends_at = response.end
        return page

    @strawberry.field(
        metadata=to(WATCHERS),
        description="Who searched for members, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def member_searches(
        self, info: Info, first: int, after: str | None = None, actor: str | None = None
    ) -> Connection[MemberSearch] | None:
        clients = info.context.clients
        request = searches_pb2.ListSearchesRequest(
            first=page_size(first), after=key_of(after), actor=actor or ""
        )
        response = await clients.searches.list_searches(request, headers=info.context.named(MEMBERS))
        return connection(
            [_search(one) for one in response.searches],
            [one.search_id for one in response.searches],
            has_next_page=response.has_next_page,
            after=after,
        )


async def _found(
    info: Info, request: searches_pb2.SearchMembersRequest
) -> searches_pb2.SearchMembersResponse:
    clients = info.context.clients
    return await clients.searches.search_members(request, headers=info.context.named(MEMBERS))


async def _holding(
    info: Info, search: MemberSearchInput, tier: TierSearchInput, first: int, after: str
) -> searches_pb2.SearchMembersResponse:
    """Of those who were last seen to hold a tier, a page of whom all the rest holds and who hold it still."""
    clients = info.context.clients
    holders = await clients.tiers.list_members_by_tier(
        tiers_pb2.ListMembersByTierRequest(
            programme_id=tier.programme_id, tier=tier.key, first=first, after=after
        ),
        headers=info.context.named(LOYALTY),
    )
    request = _request(search, first, "")
    # Asked even of nobody, so that every search is counted and logged.
    request.among.extend(holders.member_ids or [_NOBODY])
    response = await _found(info, request)
    standings = await asyncio.gather(
        *(
            info.context.load.standings_by_member.load(
                info.context.caller, InProgramme(tier.programme_id, one.member_id)
            )
            for one in response.members
        )
    )
    return searches_pb2.SearchMembersResponse(
        members=[
            one
            for one, standing in zip(response.members, standings, strict=True)
            if standing.tier.key == tier.key
        ],
        has_next_page=holders.has_next_page,
        end=holders.member_ids[-1] if holders.member_ids else "",
    )


def _request(search: MemberSearchInput, first: int, after: str) -> searches_pb2.SearchMembersRequest:
    return searches_pb2.SearchMembersRequest(
        identity=_identity(search.identity) if search.identity else None,
        full_name=search.full_name or "",
        city=search.city or "",
        tags=search.tags or [],
        status=search.status.value if search.status else None,
        joined_from=search.joined_from,
        joined_until=search.joined_until,
        first=first,
        after=after,
    )


def _identity(asked: FindMemberInput) -> kit_pb2.ExternalIdentity:
    return kit_pb2.ExternalIdentity(kind=asked.kind.value, scope=asked.scope, value=asked.value)


def _search(wire: searches_pb2.LoggedSearch) -> MemberSearch:
    return MemberSearch(
        id=strawberry.ID(wire.search_id),
        actor=wire.actor,
        criteria=[SearchCriterion(criterion) for criterion in wire.criteria],
        found=wire.found,
        searched_at=instant(wire.searched_at),
        allowed=wire.allowed,
    )
