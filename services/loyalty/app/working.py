"""Working: what happens by itself."""

from collections.abc import Awaitable, Callable
from functools import partial

from redis.asyncio import Redis

from services.kit import clock, database, outbox, signing
from services.kit.inbox import Consumer, each
from services.kit.outbox import Relay
from services.kit.process import every
from services.loyalty.actions import coupons, entitlements
from services.loyalty.app import wiring
from services.loyalty.consumers import hear_consent, hear_members, hear_ourselves
from services.loyalty.jobs import activities, verification
from services.loyalty.jobs.birthdays import Birthdays as CheckedBirthdays
from services.loyalty.jobs.coupons import Coupons as CouponsDue
from services.loyalty.jobs.departures import Departures
from services.loyalty.jobs.dues import DueRun
from services.loyalty.jobs.grants import Grants as GivenGrants
from services.loyalty.jobs.heads import HeadsPublisher
from services.loyalty.jobs.lifecycle import LOOK_AGAIN_S, Lifecycle
from services.loyalty.jobs.memberships import Memberships as FollowedMemberships
from services.loyalty.jobs.merges import Merges as FollowedMerges
from services.loyalty.jobs.previews import Previews as MadePreviews
from services.loyalty.jobs.referrals import SettledReferrals
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.settings import Settings
from services.loyalty.storage.ledger.outside import Streams


async def workers(settings: Settings, now: clock.Clock = clock.now) -> list[Callable[[], Awaitable[None]]]:
    """The service's endless jobs: relay its events, hear the members service, do what is due, tidy the outbox."""
    url = settings.database_url.get_secret_value()
    pool = await database.pool(url, size=5)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    engine = database.engine(url, size=2)
    rulebook, consents = Rulebook(pool, outside=wiring.outside(settings)), wiring.consents(settings)
    file, key = wiring.heads_file(settings), signing.own_key(settings.signing_key)
    occasions = Lifecycle(pool, rulebook, consents.allowing, now)
    givers = {GrantKind.COUPON: coupons.give, GrantKind.BENEFIT: entitlements.give}
    grants = GivenGrants(url, pool, rulebook, now, givers)
    return [
        Relay(wiring.NAME, pool, redis, restoring=Streams(pool, redis)).run,
        Consumer("members", engine, redis, each(hear_members), by=wiring.NAME).run,
        Consumer("consent", engine, redis, each(hear_consent), by=wiring.NAME).run,
        Consumer(wiring.NAME, engine, redis, each(hear_ourselves), by=wiring.NAME).run,
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
        partial(
            every, 3600, partial(outbox.forget_relayed, pool, redis, wiring.NAME), "forget relayed events"
        ),
        *([HeadsPublisher(pool, file, key, now).run] if file is not None and key is not None else []),
    ]
