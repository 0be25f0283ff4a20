"""The three services as the gateway meets them on the wire: real Connect servers with canned answers.

They authorise each item as the real ones do, by the caller it carries, and can be told to fail, refuse or wait.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from huiyuan.consent.v1 import decisions_connect, decisions_pb2, purposes_connect, purposes_pb2
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import (
    adjustments_connect,
    adjustments_pb2,
    dues_connect,
    dues_pb2,
    forfeits_connect,
    forfeits_pb2,
    merges_connect,
    merges_pb2,
    orders_connect,
    orders_pb2,
    points_connect,
    points_pb2,
    programmes_connect,
    programmes_pb2,
    quotes_connect,
    quotes_pb2,
    redemptions_connect,
    redemptions_pb2,
    tiers_connect,
    tiers_pb2,
    transfers_connect,
    transfers_pb2,
)
from huiyuan.members.v1 import identities_connect, identities_pb2, profiles_connect, profiles_pb2
from starlette.applications import Starlette
from starlette.routing import Mount

from services.kit import rpc
from services.kit.refusal import Conflict, Declined, NotFound, Refusal, Unavailable
from services.kit.tokens import TokenVerifier
from tests.conftest import free_port
from tests.gateway import answers

PHONE = "+8613900000001"


class UnknownMember(NotFound):
    """As the members service says it."""


class NotEnoughPoints(Declined):
    """As the loyalty service says it."""


class StaleVersion(Conflict):
    """A code that no gateway knows yet."""

    code = "SOMETHING_NEWER"


class Away(Unavailable):
    """As a service says it whose database is gone."""


class Services:
    """What the services know, and how they behave."""

    def __init__(self) -> None:
        self.balances: dict[str, points_pb2.MemberBalances] = {}
        self.names: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[rpc.Caller, Any]] = []
        self.refusal: Refusal | None = None
        self.away: set[str] = set()

    def join(self, member_id: str, *, name: str = "小满", available: int = 120) -> None:
        self.names[member_id] = name
        self.balances[member_id] = answers.balances(available)

    def turn(self, service: str, call: str) -> None:
        """Count a call; refuse it when the service is told to be away."""
        self.calls[call] += 1
        if service in self.away:
            raise Away("the database is away or busy: try again")

    def change(self, request: Any) -> None:
        """Note a change that was asked for; refuse it when told to."""
        self.requests.append((rpc.caller(), request))
        if self.refusal is not None:
            raise self.refusal

    def each(self, items: Any, results: Any, value: str, of: Callable[[Any, str], Any]) -> None:
        """Answer every item for its own caller."""
        for item in items:
            key = item.member if hasattr(item, "member") else item
            result = results.add()
            try:
                caller = rpc.caller_of_item(key.caller)
                if not (caller.is_member(key.member_id) or caller.kind is rpc.CallerKind.STAFF):
                    raise rpc.NotAllowed("this caller may not read this member")
                if key.member_id not in self.names:
                    raise UnknownMember("no such member")
            except Refusal as refusal:
                result.refusal.CopyFrom(rpc.wire_refusal(refusal))
            else:
                getattr(result, value).CopyFrom(of(item, key.member_id))


class Door:
    def __init__(self, services: Services) -> None:
        self.services = services


class Points(Door):
    @rpc.per_item
    async def batch_get_balances(
        self, request: points_pb2.BatchGetBalancesRequest, _: Any
    ) -> points_pb2.BatchGetBalancesResponse:
        self.services.turn("loyalty", "balances")
        answer = points_pb2.BatchGetBalancesResponse()
        self.services.each(
            request.members, answer.results, "balances", lambda _, member: self.services.balances[member]
        )
        return answer

    @rpc.per_item
    async def batch_list_entries(
        self, request: points_pb2.BatchListEntriesRequest, _: Any
    ) -> points_pb2.BatchListEntriesResponse:
        self.services.turn("loyalty", "entries")
        answer = points_pb2.BatchListEntriesResponse()
        self.services.each(
            request.members, answer.results, "page", lambda key, _: answers.entries(key.first, key.after)
        )
        return answer

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def adjust_points(
        self, request: points_pb2.AdjustPointsRequest, _: Any
    ) -> points_pb2.AdjustPointsResponse:
        self.services.change(request)
        if request.points > answers.MOST_ALONE:
            return answers.ADJUSTMENT_WAITS
        return points_pb2.AdjustPointsResponse(
            balance_after=220, entry_id="entry-9", status=points_pb2.ADJUSTMENT_STATUS_POSTED
        )

    @rpc.allow(rpc.services("nobody"))
    async def award_points(self, request: points_pb2.AwardPointsRequest, _: Any) -> Any:
        raise NotImplementedError

    @rpc.per_item
    async def batch_list_lots(
        self, request: points_pb2.BatchListLotsRequest, _: Any
    ) -> points_pb2.BatchListLotsResponse:
        self.services.turn("loyalty", "lots")
        answer = points_pb2.BatchListLotsResponse()
        self.services.each(request.members, answer.results, "lots", lambda *_: answers.LOTS)
        return answer


class Tiers(Door):
    @rpc.per_item
    async def batch_get_standings(
        self, request: tiers_pb2.BatchGetStandingsRequest, _: Any
    ) -> tiers_pb2.BatchGetStandingsResponse:
        self.services.turn("loyalty", "standings")
        answer = tiers_pb2.BatchGetStandingsResponse()
        self.services.each(request.members, answer.results, "standing", lambda *_: answers.STANDING)
        return answer


class Orders(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    record_order = record_orders = complete_order = record_refund = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.staff("operations", "support", "program_admin", "auditor"))
    async def get_order(self, request: orders_pb2.GetOrderRequest, _: Any) -> orders_pb2.GetOrderResponse:
        if request.order_id != "order-1":
            raise UnknownMember("no such order")
        return orders_pb2.GetOrderResponse(order=answers.ORDER)

    @rpc.allow(rpc.staff("operations", "support", "program_admin", "auditor"))
    async def get_order_totals(
        self, request: orders_pb2.GetOrderTotalsRequest, _: Any
    ) -> orders_pb2.GetOrderTotalsResponse:
        return answers.TOTALS


class Redemptions(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    capture_hold = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.members)
    async def redeem_points(
        self, request: redemptions_pb2.RedeemPointsRequest, _: Any
    ) -> redemptions_pb2.RedeemPointsResponse:
        self.services.change(request)
        return answers.REDEEMED

    @rpc.allow(rpc.staff("operations"))
    async def reverse_redemption(
        self, request: redemptions_pb2.ReverseRedemptionRequest, _: Any
    ) -> redemptions_pb2.ReverseRedemptionResponse:
        self.services.change(request)
        return answers.REVERSED

    @rpc.allow(rpc.members)
    async def hold_points(
        self, request: redemptions_pb2.HoldPointsRequest, _: Any
    ) -> redemptions_pb2.HoldPointsResponse:
        self.services.change(request)
        return redemptions_pb2.HoldPointsResponse(hold=answers.HOLD, balance_after=20)

    @rpc.allow(rpc.members)
    async def release_hold(
        self, request: redemptions_pb2.ReleaseHoldRequest, _: Any
    ) -> redemptions_pb2.ReleaseHoldResponse:
        self.services.change(request)
        return redemptions_pb2.ReleaseHoldResponse(hold=answers.HOLD, replayed=True)

    @rpc.allow(rpc.members, rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer"))
    async def get_hold(
        self, request: redemptions_pb2.GetHoldRequest, _: Any
    ) -> redemptions_pb2.GetHoldResponse:
        rpc.be_member(request.member_id)
        if request.hold_id != answers.HOLD.hold_id:
            raise UnknownMember("no such hold")
        return redemptions_pb2.GetHoldResponse(hold=answers.HOLD)


class Quotes(Door):
    @rpc.allow(rpc.members)
    async def quote_order(
        self, request: quotes_pb2.QuoteOrderRequest, _: Any
    ) -> quotes_pb2.QuoteOrderResponse:
        self.services.change(request)
        return answers.QUOTE


class Dues(Door):
    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def get_due_state(
        self, request: dues_pb2.GetDueStateRequest, _: Any
    ) -> dues_pb2.GetDueStateResponse:
        return answers.DUE_STATE


class Programmes(Door):
    @rpc.allow(rpc.staff("program_admin"))
    async def create_programme(
        self, request: programmes_pb2.CreateProgrammeRequest, _: Any
    ) -> programmes_pb2.CreateProgrammeResponse:
        self.services.change(request)
        return programmes_pb2.CreateProgrammeResponse(programme=answers.PROGRAMME)

    @rpc.allow(rpc.staff("program_admin"))
    async def revise_programme(
        self, request: programmes_pb2.ReviseProgrammeRequest, _: Any
    ) -> programmes_pb2.ReviseProgrammeResponse:
        self.services.change(request)
        return programmes_pb2.ReviseProgrammeResponse(programme=answers.PROGRAMME)

    @rpc.allow(rpc.anyone)
    async def get_programme(
        self, request: programmes_pb2.GetProgrammeRequest, _: Any
    ) -> programmes_pb2.GetProgrammeResponse:
        return programmes_pb2.GetProgrammeResponse(programme=answers.PROGRAMME)

    @rpc.allow(rpc.staff("program_admin", "operations", "support", "auditor"))
    async def list_programme_versions(
        self, request: programmes_pb2.ListProgrammeVersionsRequest, _: Any
    ) -> programmes_pb2.ListProgrammeVersionsResponse:
        return programmes_pb2.ListProgrammeVersionsResponse(versions=[answers.PROGRAMME])


class Profiles(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    register_member = register_members = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.per_item
    async def batch_get_profiles(
        self, request: profiles_pb2.BatchGetProfilesRequest, _: Any
    ) -> profiles_pb2.BatchGetProfilesResponse:
        self.services.turn("members", "profiles")
        answer = profiles_pb2.BatchGetProfilesResponse()
        self.services.each(
            request.members,
            answer.results,
            "profile",
            lambda _, member: answers.profile(member, self.services.names[member]),
        )
        return answer

    @rpc.allow(rpc.members)
    async def update_profile(
        self, request: profiles_pb2.UpdateProfileRequest, _: Any
    ) -> profiles_pb2.UpdateProfileResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        self.services.names[request.member_id] = request.display_name
        return profiles_pb2.UpdateProfileResponse(
            profile=answers.profile(request.member_id, request.display_name)
        )

    @rpc.allow(rpc.staff("support", "operations", "privacy_officer"))
    async def unmask_profile(
        self, request: profiles_pb2.UnmaskProfileRequest, _: Any
    ) -> profiles_pb2.UnmaskProfileResponse:
        self.services.change(request)
        clear = profiles_pb2.ClearField(field=profiles_pb2.PERSONAL_FIELD_PHONE, value=PHONE)
        return profiles_pb2.UnmaskProfileResponse(fields=[clear], access_id="access-1")

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_profile_accesses(
        self, request: profiles_pb2.ListProfileAccessesRequest, _: Any
    ) -> profiles_pb2.ListProfileAccessesResponse:
        return profiles_pb2.ListProfileAccessesResponse(accesses=[answers.ACCESS])


class Identities(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    resolve_members = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.staff("support", "operations", "program_admin", "privacy_officer"))
    async def find_member(
        self, request: identities_pb2.FindMemberRequest, _: Any
    ) -> identities_pb2.FindMemberResponse:
        known = request.identity == kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value=PHONE)
        return identities_pb2.FindMemberResponse(member_id=next(iter(self.services.names)) if known else "")


class Decisions(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    check = check_many = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.members)
    async def give_consent(
        self, request: decisions_pb2.GiveConsentRequest, _: Any
    ) -> decisions_pb2.GiveConsentResponse:
        self.services.change(request)
        return decisions_pb2.GiveConsentResponse(consents=[answers.CONSENT])

    @rpc.allow(rpc.members)
    async def withdraw_consent(
        self, request: decisions_pb2.WithdrawConsentRequest, _: Any
    ) -> decisions_pb2.WithdrawConsentResponse:
        self.services.change(request)
        return decisions_pb2.WithdrawConsentResponse(consents=[answers.CONSENT], replayed=True)

    @rpc.per_item
    async def batch_get_consents(
        self, request: decisions_pb2.BatchGetConsentsRequest, _: Any
    ) -> decisions_pb2.BatchGetConsentsResponse:
        self.services.turn("consent", "consents")
        answer = decisions_pb2.BatchGetConsentsResponse()
        self.services.each(
            request.members,
            answer.results,
            "consents",
            lambda *_: decisions_pb2.MemberConsents(consents=[answers.CONSENT]),
        )
        return answer


class Purposes(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    publish_purpose = publish_notice = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.anyone)
    async def list_purposes(
        self, request: purposes_pb2.ListPurposesRequest, _: Any
    ) -> purposes_pb2.ListPurposesResponse:
        self.services.turn("consent", "purposes")
        return answers.purposes(request.locale)


class Transfers(Door):
    @rpc.allow(rpc.members, rpc.staff("operations"))
    async def transfer_points(
        self, request: transfers_pb2.TransferPointsRequest, _: Any
    ) -> transfers_pb2.TransferPointsResponse:
        self.services.change(request)
        return answers.TRANSFERRED


class Merges(Door):
    @rpc.allow(rpc.staff("operations"))
    async def merge_members(
        self, request: merges_pb2.MergeMembersRequest, _: Any
    ) -> merges_pb2.MergeMembersResponse:
        self.services.change(request)
        return answers.MERGED

    @rpc.allow(rpc.staff("operations"))
    async def unmerge_members(
        self, request: merges_pb2.UnmergeMembersRequest, _: Any
    ) -> merges_pb2.UnmergeMembersResponse:
        self.services.change(request)
        return answers.UNMERGED


class Forfeits(Door):
    @rpc.allow(rpc.staff("operations"))
    async def forfeit_points(
        self, request: forfeits_pb2.ForfeitPointsRequest, _: Any
    ) -> forfeits_pb2.ForfeitPointsResponse:
        self.services.change(request)
        return answers.FORFEITED


class Adjustments(Door):
    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def approve_adjustment(
        self, request: adjustments_pb2.ApproveAdjustmentRequest, _: Any
    ) -> adjustments_pb2.ApproveAdjustmentResponse:
        self.services.change(request)
        return answers.APPROVED

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def reject_adjustment(
        self, request: adjustments_pb2.RejectAdjustmentRequest, _: Any
    ) -> adjustments_pb2.RejectAdjustmentResponse:
        self.services.change(request)
        return adjustments_pb2.RejectAdjustmentResponse(request=answers.REQUESTED, replayed=True)

    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def list_adjustment_requests(
        self, request: adjustments_pb2.ListAdjustmentRequestsRequest, _: Any
    ) -> adjustments_pb2.ListAdjustmentRequestsResponse:
        self.services.change(request)
        return adjustments_pb2.ListAdjustmentRequestsResponse(
            requests=[answers.REQUESTED], has_next_page=not request.after
        )


_DOORS: dict[str, list[tuple[type[Door], Any]]] = {
    "loyalty": [
        (Points, points_connect.PointsServiceASGIApplication),
        (Tiers, tiers_connect.TiersServiceASGIApplication),
        (Dues, dues_connect.DuesServiceASGIApplication),
        (Orders, orders_connect.OrdersServiceASGIApplication),
        (Redemptions, redemptions_connect.RedemptionsServiceASGIApplication),
        (Transfers, transfers_connect.TransfersServiceASGIApplication),
        (Merges, merges_connect.MergesServiceASGIApplication),
        (Forfeits, forfeits_connect.ForfeitsServiceASGIApplication),
        (Adjustments, adjustments_connect.AdjustmentsServiceASGIApplication),
        (Quotes, quotes_connect.QuotesServiceASGIApplication),
        (Programmes, programmes_connect.ProgrammesServiceASGIApplication),
    ],
    "members": [
        (Profiles, profiles_connect.ProfilesServiceASGIApplication),
        (Identities, identities_connect.IdentitiesServiceASGIApplication),
    ],
    "consent": [
        (Decisions, decisions_connect.DecisionsServiceASGIApplication),
        (Purposes, purposes_connect.PurposesServiceASGIApplication),
    ],
}


def application(name: str, services: Services, key: bytes) -> Starlette:
    """One service, which believes callers that the gateway signs with ``key``."""
    gatekeeper = rpc.Gatekeeper(
        rpc.CallerVerifier(name, {"gateway": key}),
        TokenVerifier("/nowhere/jwks.json", "https://issuer.example", "huiyuan-services"),
    )
    doors = [gatekeeper.admit(door(services), wire) for door, wire in _DOORS[name]]
    return Starlette(routes=[Mount(door.path, door) for door in doors])


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application on a port of loopback, by real HTTP; yields its address."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)
    )
    server.config.load()
    task = asyncio.ensure_future(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
