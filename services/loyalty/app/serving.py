"""Serving: what answers calls, each noun's door behind the gatekeeper."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from huiyuan.loyalty.v1.activities_connect import ActivitiesServiceASGIApplication
from huiyuan.loyalty.v1.adjustments_connect import AdjustmentsServiceASGIApplication
from huiyuan.loyalty.v1.birthdays_connect import BirthdaysServiceASGIApplication
from huiyuan.loyalty.v1.campaigns_connect import CampaignsServiceASGIApplication
from huiyuan.loyalty.v1.coupon_templates_connect import CouponTemplatesServiceASGIApplication
from huiyuan.loyalty.v1.coupons_connect import CouponsServiceASGIApplication
from huiyuan.loyalty.v1.decisions_connect import DecisionsServiceASGIApplication
from huiyuan.loyalty.v1.drafts_connect import DraftsServiceASGIApplication
from huiyuan.loyalty.v1.dues_connect import DuesServiceASGIApplication
from huiyuan.loyalty.v1.entitlements_connect import EntitlementsServiceASGIApplication
from huiyuan.loyalty.v1.exports_connect import ExportsServiceASGIApplication
from huiyuan.loyalty.v1.finance_connect import FinanceServiceASGIApplication
from huiyuan.loyalty.v1.forfeits_connect import ForfeitsServiceASGIApplication
from huiyuan.loyalty.v1.grants_connect import GrantsServiceASGIApplication
from huiyuan.loyalty.v1.imports_connect import ImportsServiceASGIApplication
from huiyuan.loyalty.v1.integrity_connect import IntegrityServiceASGIApplication
from huiyuan.loyalty.v1.memberships_connect import MembershipsServiceASGIApplication
from huiyuan.loyalty.v1.merges_connect import MergesServiceASGIApplication
from huiyuan.loyalty.v1.mission_trials_connect import MissionTrialsServiceASGIApplication
from huiyuan.loyalty.v1.missions_connect import MissionsServiceASGIApplication
from huiyuan.loyalty.v1.orders_connect import OrdersServiceASGIApplication
from huiyuan.loyalty.v1.overviews_connect import OverviewsServiceASGIApplication
from huiyuan.loyalty.v1.placements_connect import PlacementsServiceASGIApplication
from huiyuan.loyalty.v1.points_connect import PointsServiceASGIApplication
from huiyuan.loyalty.v1.previews_connect import PreviewsServiceASGIApplication
from huiyuan.loyalty.v1.programme_history_connect import ProgrammeHistoryServiceASGIApplication
from huiyuan.loyalty.v1.programmes_connect import ProgrammesServiceASGIApplication
from huiyuan.loyalty.v1.quotes_connect import QuotesServiceASGIApplication
from huiyuan.loyalty.v1.redemptions_connect import RedemptionsServiceASGIApplication
from huiyuan.loyalty.v1.referrals_connect import ReferralsServiceASGIApplication
from huiyuan.loyalty.v1.reward_redemptions_connect import RewardRedemptionsServiceASGIApplication
from huiyuan.loyalty.v1.rewards_connect import RewardsServiceASGIApplication
from huiyuan.loyalty.v1.statements_connect import StatementsServiceASGIApplication
from huiyuan.loyalty.v1.tiers_connect import TiersServiceASGIApplication
from huiyuan.loyalty.v1.transfers_connect import TransfersServiceASGIApplication
from starlette.applications import Starlette
from starlette.routing import Mount

from services.kit import clock, database, health, rpc
from services.loyalty.app import wiring
from services.loyalty.lanes import Lanes
from services.loyalty.rpc.benefits.entitlements import Entitlements
from services.loyalty.rpc.coupons.coupon_templates import CouponTemplates
from services.loyalty.rpc.coupons.coupons import Coupons
from services.loyalty.rpc.earning.campaigns import Campaigns
from services.loyalty.rpc.ledger.adjustments import Adjustments
from services.loyalty.rpc.ledger.dues import Dues
from services.loyalty.rpc.ledger.finance import Finance
from services.loyalty.rpc.ledger.grants import Grants
from services.loyalty.rpc.ledger.imports import Imports
from services.loyalty.rpc.ledger.integrity import Integrity
from services.loyalty.rpc.ledger.points import Points
from services.loyalty.rpc.ledger.redemptions import Redemptions
from services.loyalty.rpc.ledger.statements import Statements
from services.loyalty.rpc.ledger.transfers import Transfers
from services.loyalty.rpc.members.birthdays import Birthdays
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.rpc.members.exports import Exports
from services.loyalty.rpc.members.forfeits import Forfeits
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.members.merges import Merges
from services.loyalty.rpc.members.overviews import Overviews
from services.loyalty.rpc.missions.activities import Activities
from services.loyalty.rpc.missions.mission_trials import MissionTrials
from services.loyalty.rpc.missions.missions import Missions
from services.loyalty.rpc.orders.orders import Orders
from services.loyalty.rpc.orders.quotes import Quotes
from services.loyalty.rpc.programmes.drafts import Drafts
from services.loyalty.rpc.programmes.previews import Previews
from services.loyalty.rpc.programmes.programme_history import ProgrammeChanges
from services.loyalty.rpc.programmes.programmes import Programmes
from services.loyalty.rpc.referrals.referrals import Referrals
from services.loyalty.rpc.rewards.reward_redemptions import RewardRedemptions
from services.loyalty.rpc.rewards.rewards import Rewards
from services.loyalty.rpc.tiers.decisions import Decisions
from services.loyalty.rpc.tiers.memberships import Memberships
from services.loyalty.rpc.tiers.placements import Placements
from services.loyalty.rpc.tiers.tiers import Tiers
from services.loyalty.rulebook import Rulebook
from services.loyalty.settings import Settings


def application(settings: Settings, now: clock.Clock = clock.now) -> rpc.Front:
    """The service's server. It starts without its database and answers UNAVAILABLE until that is there."""
    gatekeeper = wiring.gatekeeper(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = await database.pool(settings.database_url.get_secret_value())
        # What looks back on whole histories takes its time, and takes no connection from who reads a balance.
        unhurried = await database.pool(settings.database_url.get_secret_value(), size=3)
        rulebook = Rulebook(pool, now, wiring.outside(settings))
        lanes = Lanes(settings.database_url.get_secret_value(), rulebook, settings.lanes, now)
        membership = Membership(pool, wiring.identities(settings))
        for wire in _wires(
            gatekeeper, pool, unhurried, lanes, rulebook, membership, wiring.consents(settings)
        ):
            app.router.routes.append(Mount(wire.path, wire))
        app.router.routes.extend(health.routes({"database": partial(pool.fetchval, "SELECT 1")}))
        working = asyncio.gather(lanes.run(), rulebook.follow())
        yield
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await pool.close()
        await unhurried.close()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


def _wires(
    gatekeeper: rpc.Gatekeeper,
    pool: database.Pool,
    unhurried: database.Pool,
    lanes: Lanes,
    rulebook: Rulebook,
    membership: Membership,
    consents: ConsentGate,
) -> Sequence[Any]:
    """Everything that is served, each noun's door."""
    adjustments = Adjustments(pool, lanes, rulebook, membership)
    points = Points(pool, lanes, rulebook, membership, adjustments)
    return (
        gatekeeper.admit(Orders(pool, lanes, rulebook, membership), OrdersServiceASGIApplication),
        gatekeeper.admit(points, PointsServiceASGIApplication),
        gatekeeper.admit(adjustments, AdjustmentsServiceASGIApplication),
        gatekeeper.admit(Quotes(pool, rulebook, membership), QuotesServiceASGIApplication),
        gatekeeper.admit(Redemptions(pool, lanes, rulebook, membership), RedemptionsServiceASGIApplication),
        gatekeeper.admit(Transfers(lanes, rulebook, membership), TransfersServiceASGIApplication),
        gatekeeper.admit(Merges(pool, lanes, rulebook, membership), MergesServiceASGIApplication),
        gatekeeper.admit(Imports(pool, lanes, rulebook, membership), ImportsServiceASGIApplication),
        gatekeeper.admit(Forfeits(lanes, rulebook, membership), ForfeitsServiceASGIApplication),
        gatekeeper.admit(Placements(pool, lanes, rulebook, membership), PlacementsServiceASGIApplication),
        gatekeeper.admit(Tiers(pool, rulebook), TiersServiceASGIApplication),
        gatekeeper.admit(Decisions(pool, rulebook, membership), DecisionsServiceASGIApplication),
        gatekeeper.admit(Memberships(pool, lanes, rulebook, membership), MembershipsServiceASGIApplication),
        gatekeeper.admit(
            Entitlements(pool, unhurried, rulebook, membership), EntitlementsServiceASGIApplication
        ),
        *_read(gatekeeper, pool, unhurried, rulebook),
        gatekeeper.admit(Birthdays(pool, rulebook), BirthdaysServiceASGIApplication),
        gatekeeper.admit(Dues(pool, rulebook), DuesServiceASGIApplication),
        gatekeeper.admit(Programmes(pool, rulebook, consents), ProgrammesServiceASGIApplication),
        gatekeeper.admit(Activities(pool, rulebook, membership, consents), ActivitiesServiceASGIApplication),
        gatekeeper.admit(Missions(pool, rulebook, consents), MissionsServiceASGIApplication),
        gatekeeper.admit(Grants(pool, rulebook), GrantsServiceASGIApplication),
        gatekeeper.admit(Drafts(pool, rulebook, consents), DraftsServiceASGIApplication),
        gatekeeper.admit(Previews(pool, rulebook), PreviewsServiceASGIApplication),
        gatekeeper.admit(CouponTemplates(pool, rulebook), CouponTemplatesServiceASGIApplication),
        gatekeeper.admit(Coupons(pool, rulebook, membership), CouponsServiceASGIApplication),
        gatekeeper.admit(MissionTrials(pool, rulebook), MissionTrialsServiceASGIApplication),
        gatekeeper.admit(Campaigns(pool, unhurried, rulebook), CampaignsServiceASGIApplication),
        gatekeeper.admit(ProgrammeChanges(pool, rulebook), ProgrammeHistoryServiceASGIApplication),
        gatekeeper.admit(Rewards(pool, rulebook), RewardsServiceASGIApplication),
        gatekeeper.admit(Referrals(pool, rulebook, membership), ReferralsServiceASGIApplication),
        gatekeeper.admit(
            RewardRedemptions(pool, lanes, rulebook, membership), RewardRedemptionsServiceASGIApplication
        ),
    )


def _read(
    gatekeeper: rpc.Gatekeeper, pool: database.Pool, unhurried: database.Pool, rulebook: Rulebook
) -> Sequence[Any]:
    """What only reads, at once or over whole histories."""
    return (
        gatekeeper.admit(Overviews(pool, rulebook), OverviewsServiceASGIApplication),
        gatekeeper.admit(Statements(unhurried, rulebook), StatementsServiceASGIApplication),
        gatekeeper.admit(Finance(unhurried, rulebook), FinanceServiceASGIApplication),
        gatekeeper.admit(Exports(unhurried), ExportsServiceASGIApplication),
        gatekeeper.admit(Integrity(pool), IntegrityServiceASGIApplication),
    )
