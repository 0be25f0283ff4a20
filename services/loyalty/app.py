"""The only wiring of the loyalty service: what it is made of, and how the parts meet."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
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
from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount

from services.kit import clock, database, health, migration, outbox, rpc, signing
from services.kit.appended import AppendedFile
from services.kit.inbox import Consumer, each
from services.kit.outbox import Relay
from services.kit.process import every
from services.kit.tokens import TokenVerifier
from services.loyalty.actions import coupons, entitlements
from services.loyalty.consumers import hear_consent, hear_members, hear_ourselves
from services.loyalty.jobs import activities, verification
from services.loyalty.jobs.birthdays import Birthdays as CheckedBirthdays
from services.loyalty.jobs.coupons import Coupons as CouponsDue
from services.loyalty.jobs.departures import Departures
from services.loyalty.jobs.display import Display
from services.loyalty.jobs.dues import DueRun
from services.loyalty.jobs.grants import Grants as GivenGrants
from services.loyalty.jobs.heads import HeadsPublisher
from services.loyalty.jobs.lifecycle import LOOK_AGAIN_S, Lifecycle
from services.loyalty.jobs.memberships import Memberships as FollowedMemberships
from services.loyalty.jobs.merges import Merges as FollowedMerges
from services.loyalty.jobs.previews import Previews as MadePreviews
from services.loyalty.jobs.referrals import SettledReferrals
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
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.settings import Settings
from services.loyalty.storage.ledger import heads

SERVICE = "loyalty"
_OURSELVES = rpc.Caller(rpc.CallerKind.SERVICE, SERVICE)
MIGRATIONS = Path(__file__).parent / "migrations"


def application(settings: Settings, now: clock.Clock = clock.now) -> rpc.Front:
    """The service's server. It starts without its database and answers UNAVAILABLE until that is there."""
    gatekeeper = _gatekeeper(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = await database.pool(settings.database_url.get_secret_value())
        # What looks back on whole histories takes its time, and takes no connection from who reads a balance.
        unhurried = await database.pool(settings.database_url.get_secret_value(), size=3)
        rulebook = Rulebook(pool, now)
        lanes = Lanes(settings.database_url.get_secret_value(), rulebook, settings.lanes, now)
        membership = Membership(pool, _identities(settings))
        for wire in _wires(gatekeeper, pool, unhurried, lanes, rulebook, membership, _consents(settings)):
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


def _gatekeeper(settings: Settings) -> rpc.Gatekeeper:
    return rpc.Gatekeeper(
        rpc.CallerVerifier(
            SERVICE,
            {"gateway": _key(settings.gateway_key), "members": _key(settings.called_by_members_key)},
        ),
        TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience),
    )


def _identities(settings: Settings) -> IdentitiesServiceClient:
    return rpc.client(
        IdentitiesServiceClient,
        settings.members_url,
        "members",
        rpc.CallerSigner(SERVICE, {"members": _key(settings.members_key)}),
        default_caller=_OURSELVES,
    )


def _consents(settings: Settings) -> ConsentGate:
    if settings.consent_key is None:
        return ConsentGate(None)
    signer = rpc.CallerSigner(SERVICE, {"consent": _key(settings.consent_key)})
    return ConsentGate(
        rpc.client(DecisionsServiceClient, settings.consent_url, "consent", signer, default_caller=_OURSELVES)
    )


async def workers(settings: Settings, now: clock.Clock = clock.now) -> list[Callable[[], Awaitable[None]]]:
    """The service's endless jobs: relay its events, hear the members service, do what is due, tidy the outbox."""
    url = settings.database_url.get_secret_value()
    pool = await database.pool(url, size=4)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    engine = database.engine(url, size=2)
    rulebook, consents = Rulebook(pool), _consents(settings)
    file, key = _heads_file(settings), signing.own_key(settings.signing_key)
    occasions = Lifecycle(pool, rulebook, consents.allowing, now)
    givers = {GrantKind.COUPON: coupons.give, GrantKind.BENEFIT: entitlements.give}
    grants = GivenGrants(url, pool, rulebook, now, givers)
    return [
        # The ledger's lanes are numbered by its batches, under their hashes.
        Relay(SERVICE, pool, redis, numbered=False).run,
        Consumer("members", engine, redis, each(hear_members), by=SERVICE).run,
        Consumer("consent", engine, redis, each(hear_consent), by=SERVICE).run,
        Consumer(SERVICE, engine, redis, each(hear_ourselves), by=SERVICE).run,
        rulebook.follow,
        DueRun(url, pool, rulebook, now).run,
        partial(every, 1, Departures(url, pool, rulebook, now).settle, "settle departures"),
        partial(every, 5, FollowedMemberships(url, pool, rulebook, now).follow, "follow memberships"),
        partial(every, 1, FollowedMerges(url, pool, rulebook, now).follow, "follow merges"),
        partial(every, 1, CouponsDue(pool, now).look, "keep coupons up"),
        partial(every, 1, SettledReferrals(pool, rulebook, now).settle, "settle referrals"),
        partial(every, 1, grants.give, "give grants"),
        partial(every, 15, grants.measure, "measure what is to be given"),
        partial(every, 60, partial(verification.measure, pool), "look at the last verification"),
        partial(every, 1, MadePreviews(url, pool, now).make, "make previews"),
        partial(every, LOOK_AGAIN_S, occasions.look, "look for occasions"),
        partial(every, 2, CheckedBirthdays(pool, consents.allowing, now).keep, "check birthdays"),
        partial(every, activities.HOURLY_S, partial(activities.forget, pool, now), "forget activities"),
        partial(every, 3600, partial(outbox.forget_relayed, pool, redis, SERVICE), "forget relayed events"),
        *([HeadsPublisher(pool, file, key, now).run] if file is not None and key is not None else []),
    ]


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema."""
    url, owner_url = settings.database_url, settings.owner_url or settings.database_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)


def verify(settings: Settings) -> bool:
    """Go through the whole ledger and say what was found; True when everything agrees."""
    url, key = settings.database_url.get_secret_value(), signing.own_key(settings.signing_key)
    keys = signing.trusted(settings.public_keys, key)
    with Display() as display:
        outcome = asyncio.run(verification.verify(url, _heads_file(settings), keys, display))
    display.conclude(outcome)
    return outcome.agrees


def show_heads(settings: Settings) -> None:
    """Say by which keys heads are signed, and what was published last."""
    keys = signing.trusted(settings.public_keys, signing.own_key(settings.signing_key))
    Display().show_heads(keys, _heads_file(settings))


def _heads_file(settings: Settings) -> AppendedFile | None:
    return heads.heads_file(settings.heads_file) if settings.heads_file is not None else None


def _key(secret: SecretStr) -> bytes:
    return b64decode(secret.get_secret_value())
