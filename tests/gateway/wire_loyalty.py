"""The loyalty service as the gateway meets it on the wire: a real Connect server with canned answers."""

from typing import Any

from huiyuan.loyalty.v1 import (
    adjustments_connect,
    adjustments_pb2,
    dues_connect,
    dues_pb2,
    forfeits_connect,
    forfeits_pb2,
    integrity_connect,
    integrity_pb2,
    orders_connect,
    orders_pb2,
    overviews_connect,
    overviews_pb2,
    placements_connect,
    placements_pb2,
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

from services.kit import rpc
from tests.gateway import answers
from tests.gateway.doors import Door, UnknownMember, UnknownProgramme


class Points(Door):
    @rpc.per_item
    async def batch_get_balances(
        self, request: points_pb2.BatchGetBalancesRequest, _: Any
    ) -> points_pb2.BatchGetBalancesResponse:
        await self.services.answering.wait()
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

    @rpc.allow(rpc.staff("support", "operations", "program_admin", "privacy_officer"))
    async def list_members_by_tier(
        self, request: tiers_pb2.ListMembersByTierRequest, _: Any
    ) -> tiers_pb2.ListMembersByTierResponse:
        self.services.turn("loyalty", "holders")
        ids = sorted(self.services.names, reverse=True)[: request.first]
        return tiers_pb2.ListMembersByTierResponse(member_ids=ids, has_next_page=True)


class Overviews(Door):
    @rpc.per_item
    async def batch_get_overviews(
        self, request: overviews_pb2.BatchGetOverviewsRequest, _: Any
    ) -> overviews_pb2.BatchGetOverviewsResponse:
        self.services.turn("loyalty", "overviews")
        points, tiers, within = Points(self.services), Tiers(self.services), request.programme_id
        balances = points_pb2.BatchGetBalancesRequest(members=request.balances, programme_id=within)
        standings = tiers_pb2.BatchGetStandingsRequest(members=request.standings, programme_id=within)
        entries = points_pb2.BatchListEntriesRequest(members=request.entries, programme_id=within)
        return overviews_pb2.BatchGetOverviewsResponse(
            balances=(await points.batch_get_balances(balances, _)).results,
            standings=(await tiers.batch_get_standings(standings, _)).results,
            entries=(await points.batch_list_entries(entries, _)).results,
        )


class Orders(Door):
    async def _unused(self, request: Any, _: Any) -> Any:
        raise NotImplementedError

    record_orders = rpc.allow(rpc.services("nobody"))(_unused)

    @rpc.allow(rpc.systems("order_recorder"))
    async def record_order(
        self, request: orders_pb2.RecordOrderRequest, _: Any
    ) -> orders_pb2.RecordOrderResponse:
        self.services.change(request)
        return orders_pb2.RecordOrderResponse(
            order=orders_pb2.RecordedOrder(
                source=request.source, order_id=request.order_id, total=request.total
            )
        )

    @rpc.allow(rpc.systems("order_recorder"))
    async def complete_order(
        self, request: orders_pb2.CompleteOrderRequest, _: Any
    ) -> orders_pb2.CompleteOrderResponse:
        self.services.change(request)
        return orders_pb2.CompleteOrderResponse(replayed=True)

    @rpc.allow(rpc.systems("order_recorder"))
    async def record_refund(
        self, request: orders_pb2.RecordRefundRequest, _: Any
    ) -> orders_pb2.RecordRefundResponse:
        self.services.change(request)
        return orders_pb2.RecordRefundResponse(refund_id=request.refund_id)

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


class Integrity(Door):
    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def get_integrity(
        self, request: integrity_pb2.GetIntegrityRequest, _: Any
    ) -> integrity_pb2.GetIntegrityResponse:
        return answers.INTEGRITY


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

    @rpc.allow(rpc.staff("program_admin", "program_publisher"))
    async def cancel_programme_version(
        self, request: programmes_pb2.CancelProgrammeVersionRequest, _: Any
    ) -> programmes_pb2.CancelProgrammeVersionResponse:
        self.services.change(request)
        return programmes_pb2.CancelProgrammeVersionResponse(programme=answers.PROGRAMME)

    @rpc.allow(rpc.anyone)
    async def get_programme(
        self, request: programmes_pb2.GetProgrammeRequest, _: Any
    ) -> programmes_pb2.GetProgrammeResponse:
        self.services.turn("loyalty", "programme")
        if request.programme_id not in ("", answers.PROGRAMME.programme_id):
            raise UnknownProgramme("there is no such programme")
        return programmes_pb2.GetProgrammeResponse(programme=answers.PROGRAMME)

    @rpc.allow(rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor"))
    async def list_programme_versions(
        self, request: programmes_pb2.ListProgrammeVersionsRequest, _: Any
    ) -> programmes_pb2.ListProgrammeVersionsResponse:
        return programmes_pb2.ListProgrammeVersionsResponse(versions=[answers.PROGRAMME])


class Transfers(Door):
    @rpc.allow(rpc.members, rpc.staff("operations"))
    async def transfer_points(
        self, request: transfers_pb2.TransferPointsRequest, _: Any
    ) -> transfers_pb2.TransferPointsResponse:
        self.services.change(request)
        return answers.TRANSFERRED


class Forfeits(Door):
    @rpc.allow(rpc.staff("operations"))
    async def forfeit_points(
        self, request: forfeits_pb2.ForfeitPointsRequest, _: Any
    ) -> forfeits_pb2.ForfeitPointsResponse:
        self.services.change(request)
        return answers.FORFEITED


class Placements(Door):
    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def override_tier(
        self, request: placements_pb2.OverrideTierRequest, _: Any
    ) -> placements_pb2.OverrideTierResponse:
        self.services.change(request)
        return placements_pb2.OverrideTierResponse(placement=answers.PLACEMENT)

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def end_tier_override(
        self, request: placements_pb2.EndTierOverrideRequest, _: Any
    ) -> placements_pb2.EndTierOverrideResponse:
        self.services.change(request)
        return placements_pb2.EndTierOverrideResponse(placement=answers.PLACEMENT, replayed=True)

    @rpc.allow(rpc.staff("operations", "program_admin", "support", "auditor"))
    async def list_placements(
        self, request: placements_pb2.ListPlacementsRequest, _: Any
    ) -> placements_pb2.ListPlacementsResponse:
        self.services.turn("loyalty", "placements")
        return placements_pb2.ListPlacementsResponse(placements=[answers.PLACEMENT])


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


DOORS: list[tuple[type[Door], Any]] = [
    (Points, points_connect.PointsServiceASGIApplication),
    (Tiers, tiers_connect.TiersServiceASGIApplication),
    (Overviews, overviews_connect.OverviewsServiceASGIApplication),
    (Dues, dues_connect.DuesServiceASGIApplication),
    (Integrity, integrity_connect.IntegrityServiceASGIApplication),
    (Orders, orders_connect.OrdersServiceASGIApplication),
    (Redemptions, redemptions_connect.RedemptionsServiceASGIApplication),
    (Transfers, transfers_connect.TransfersServiceASGIApplication),
    (Placements, placements_connect.PlacementsServiceASGIApplication),
    (Forfeits, forfeits_connect.ForfeitsServiceASGIApplication),
    (Adjustments, adjustments_connect.AdjustmentsServiceASGIApplication),
    (Quotes, quotes_connect.QuotesServiceASGIApplication),
    (Programmes, programmes_connect.ProgrammesServiceASGIApplication),
]
