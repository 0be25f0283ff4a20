"""The loaders: what is known about a member, one lane for each kind of it."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from huiyuan.consent.v1 import decisions_pb2, preferences_pb2, purposes_pb2
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import entitlements_pb2, points_pb2, programmes_pb2
from huiyuan.members.v1 import profiles_pb2

from gateway.auth import ANYONE
from gateway.clients import CONSENT, LOYALTY, MEMBERS, Clients
from gateway.loaders.lane import Asked, Lane, values
from gateway.loaders.overviews import InProgramme, Overviews
from services.kit.refusal import Refusal

DEFAULT_PROGRAMME = ""
"""The installation's default programme, as the wire names it."""


class Loaders:
    """Every lane of the process."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        overviews = Overviews(clients)
        self.balances_by_member = overviews.balances
        self.standings_by_member = overviews.standings
        self.entries_by_member = overviews.entries
        self.lots_by_member: Lane[InProgramme, points_pb2.MemberLots] = Lane(self._lots, group=itemgetter(0))
        self.entitlements_by_member: Lane[InProgramme, entitlements_pb2.MemberEntitlements] = Lane(
            self._entitlements, group=itemgetter(0)
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

    async def _lots(self, asked: Sequence[Asked[InProgramme]]) -> list[points_pb2.MemberLots | Refusal]:
        request = points_pb2.BatchListLotsRequest(
            members=[self._key(LOYALTY, one, one.key.member_id) for one in asked],
            programme_id=asked[0].key.programme_id,
        )
        response = await self._clients.points.batch_list_lots(request)
        return values(response.results, "lots")

    async def _entitlements(
        self, asked: Sequence[Asked[InProgramme]]
    ) -> list[entitlements_pb2.MemberEntitlements | Refusal]:
        request = entitlements_pb2.BatchListEntitlementsRequest(
            members=[self._key(LOYALTY, one, one.key.member_id) for one in asked],
            programme_id=asked[0].key.programme_id,
        )
        response = await self._clients.entitlements.batch_list_entitlements(request)
        return values(response.results, "entitlements")

    async def _profiles(self, asked: Sequence[Asked[str]]) -> list[profiles_pb2.Profile | Refusal]:
        request = profiles_pb2.BatchGetProfilesRequest(
            members=[self._key(MEMBERS, one, one.key) for one in asked]
        )
        response = await self._clients.profiles.batch_get_profiles(request)
        return values(response.results, "profile")

    async def _consents(self, asked: Sequence[Asked[str]]) -> list[decisions_pb2.MemberConsents | Refusal]:
        request = decisions_pb2.BatchGetConsentsRequest(
            members=[self._key(CONSENT, one, one.key) for one in asked]
        )
        response = await self._clients.decisions.batch_get_consents(request)
        return values(response.results, "consents")

    async def _preferences(self, asked: Sequence[Asked[str]]) -> list[preferences_pb2.Preferences | Refusal]:
        request = preferences_pb2.BatchGetPreferencesRequest(
            members=[self._key(CONSENT, one, one.key) for one in asked]
        )
        response = await self._clients.preferences.batch_get_preferences(request)
        return values(response.results, "preferences")

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
