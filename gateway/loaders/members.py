"""The loaders: what is known about a member, one lane for each kind of it."""

from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from huiyuan.consent.v1 import decisions_pb2, preferences_pb2, purposes_pb2
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import entitlements_pb2, points_pb2, programmes_pb2, tiers_pb2
from huiyuan.members.v1 import profiles_pb2

from gateway.auth import ANYONE
from gateway.clients import CONSENT, LOYALTY, MEMBERS, Clients
from gateway.loaders.lane import Asked, Lane
from gateway.loaders.overviews import Overviews
from services.kit.refusal import Refusal
from services.kit.rpc import RemoteRefusal

DEFAULT_PROGRAMME = ""
"""The installation's default programme, as the wire names it."""


class InProgramme(NamedTuple):
    """A member within a programme; a call can ask for one programme only."""

    programme_id: str
    member_id: str


class EntriesOf(NamedTuple):
    """A page of a member's ledger."""

    programme_id: str
    member_id: str
    first: int
    after: str
    currency: str


class Loaders:
    """Every lane of the process."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._overviews = Overviews(clients)
        self.balances_by_member: Lane[InProgramme, points_pb2.MemberBalances] = Lane(
            self._balances, group=itemgetter(0)
        )
        self.lots_by_member: Lane[InProgramme, points_pb2.MemberLots] = Lane(self._lots, group=itemgetter(0))
        self.standings_by_member: Lane[InProgramme, tiers_pb2.Standing] = Lane(
            self._standings, group=itemgetter(0)
        )
        self.entitlements_by_member: Lane[InProgramme, entitlements_pb2.MemberEntitlements] = Lane(
            self._entitlements, group=itemgetter(0)
        )
        self.entries_by_member: Lane[EntriesOf, points_pb2.EntryPage] = Lane(
            self._entries, group=itemgetter(0)
        )
        self.profiles_by_member: Lane[str, profiles_pb2.Profile] = Lane(self._profiles)
        self.consents_by_member: Lane[str, decisions_pb2.MemberConsents] = Lane(self._consents)
        self.preferences_by_member: Lane[str, preferences_pb2.Preferences] = Lane(self._preferences)
        self.purposes_by_locale: Lane[str, purposes_pb2.ListPurposesResponse] = Lane(
            self._purposes, group=lambda locale: locale
        )
        self.programmes_by_id: Lane[str, programmes_pb2.GetProgrammeResponse] = Lane(
            self._programmes, group=lambda programme_id: programme_id
        )

    def _key(self, service: str, asked: Asked[Any], member_id: str) -> kit_pb2.MemberKey:
        return kit_pb2.MemberKey(member_id=member_id, caller=self._clients.assertion(service, asked.caller))

    async def _balances(
        self, asked: Sequence[Asked[InProgramme]]
    ) -> list[points_pb2.MemberBalances | Refusal]:
        request = points_pb2.BatchGetBalancesRequest(
            members=[self._key(LOYALTY, one, one.key.member_id) for one in asked],
            programme_id=asked[0].key.programme_id,
        )
        return _each(await self._overviews.balances(request), "balances")

    async def _lots(self, asked: Sequence[Asked[InProgramme]]) -> list[points_pb2.MemberLots | Refusal]:
        request = points_pb2.BatchListLotsRequest(
            members=[self._key(LOYALTY, one, one.key.member_id) for one in asked],
            programme_id=asked[0].key.programme_id,
        )
        response = await self._clients.points.batch_list_lots(request)
        return _each(response.results, "lots")

    async def _standings(self, asked: Sequence[Asked[InProgramme]]) -> list[tiers_pb2.Standing | Refusal]:
        request = tiers_pb2.BatchGetStandingsRequest(
            members=[self._key(LOYALTY, one, one.key.member_id) for one in asked],
            programme_id=asked[0].key.programme_id,
        )
        return _each(await self._overviews.standings(request), "standing")

    async def _entitlements(
        self, asked: Sequence[Asked[InProgramme]]
    ) -> list[entitlements_pb2.MemberEntitlements | Refusal]:
        request = entitlements_pb2.BatchListEntitlementsRequest(
            members=[self._key(LOYALTY, one, one.key.member_id) for one in asked],
            programme_id=asked[0].key.programme_id,
        )
        response = await self._clients.entitlements.batch_list_entitlements(request)
        return _each(response.results, "entitlements")

    async def _entries(self, asked: Sequence[Asked[EntriesOf]]) -> list[points_pb2.EntryPage | Refusal]:
        request = points_pb2.BatchListEntriesRequest(
            members=[
                points_pb2.EntriesKey(
                    member=self._key(LOYALTY, one, one.key.member_id),
                    first=one.key.first,
                    after=one.key.after,
                    currency=one.key.currency,
                )
                for one in asked
            ],
            programme_id=asked[0].key.programme_id,
        )
        return _each(await self._overviews.entries(request), "page")

    async def _profiles(self, asked: Sequence[Asked[str]]) -> list[profiles_pb2.Profile | Refusal]:
        request = profiles_pb2.BatchGetProfilesRequest(
            members=[self._key(MEMBERS, one, one.key) for one in asked]
        )
        response = await self._clients.profiles.batch_get_profiles(request)
        return _each(response.results, "profile")

    async def _consents(self, asked: Sequence[Asked[str]]) -> list[decisions_pb2.MemberConsents | Refusal]:
        request = decisions_pb2.BatchGetConsentsRequest(
            members=[self._key(CONSENT, one, one.key) for one in asked]
        )
        response = await self._clients.decisions.batch_get_consents(request)
        return _each(response.results, "consents")

    async def _preferences(self, asked: Sequence[Asked[str]]) -> list[preferences_pb2.Preferences | Refusal]:
        request = preferences_pb2.BatchGetPreferencesRequest(
            members=[self._key(CONSENT, one, one.key) for one in asked]
        )
        response = await self._clients.preferences.batch_get_preferences(request)
        return _each(response.results, "preferences")

    async def _purposes(
        self, asked: Sequence[Asked[str]]
    ) -> list[purposes_pb2.ListPurposesResponse | Refusal]:
        request = purposes_pb2.ListPurposesRequest(locale=asked[0].key)
        response = await self._clients.purposes.list_purposes(
            request, headers=self._clients.named(CONSENT, ANYONE)
        )
        return [response] * len(asked)

    async def _programmes(
        self, asked: Sequence[Asked[str]]
    ) -> list[programmes_pb2.GetProgrammeResponse | Refusal]:
        request = programmes_pb2.GetProgrammeRequest(programme_id=asked[0].key)
        response = await self._clients.programmes.get_programme(
            request, headers=self._clients.named(LOYALTY, ANYONE)
        )
        return [response] * len(asked)


def _each(results: Sequence[Any], value: str) -> list[Any]:
    """Each result's value, or its refusal."""
    value_of = attrgetter(value)
    return [
        RemoteRefusal(result.refusal) if result.WhichOneof("result") == "refusal" else value_of(result)
        for result in results
    ]
