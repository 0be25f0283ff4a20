"""Sending: every event reaches every endpoint that wants it, proven, at least once, and nobody waits for another."""

import asyncio
import random
from base64 import b64encode
from datetime import timedelta
from functools import partial

import pytest
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from gateway.webhooks import deliveries, schedule
from services.kit import process, stream
from services.kit.inbox import Consumer
from tests.gateway.webhooks.conftest import MEMBER, Office, raised
from tests.gateway.webhooks.receiver import proven


async def test_an_event_reaches_the_endpoints_that_want_it_and_is_proven(office: Office) -> None:
    _, secret = await office.endpoint("/wants", "tier.raised")
    await office.endpoint("/other-type", "points.awarded")
    await office.endpoint("/other-programme", programme_id="other")
    await office.endpoint("/same-programme", programme_id="demo")
    await office.hear(raised(seq=17))
    await office.deliverer.deliver_due()
    assert {got.path for got in office.receiver.got} == {"/wants", "/same-programme"}
    (got,) = office.receiver.at("/wants")
    assert proven(got, secret)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-timestamp"] == str(int(office.time.timestamp()))
    assert got.id == "evt_loyalty_3_17_0"
    assert got.content == {
        "type": "tier.raised",
        "timestamp": "2026-09-01T00:00:00Z",
        "data": {
            "stream": "loyalty-3",
            "sequence": ["17", "0"],
            "memberId": MEMBER,
            "programmeId": "demo",
            "fromTier": "silver",
            "toTier": "gold",
            "byMerge": False,
        },
    }
    assert await office.states() == ["SUCCEEDED", "SUCCEEDED"]


async def test_another_secret_proves_nothing(office: Office) -> None:
    await office.endpoint("/a")
    _, other = await office.endpoint("/b")
    await office.hear(raised())
    await office.deliverer.deliver_due()
    assert not proven(office.receiver.at("/a")[0], other)


async def test_retries_follow_the_schedule_and_then_give_up(office: Office) -> None:
    await office.endpoint()
    office.deliverer = office.worker(chance=_NoChance())
    office.receiver.answers["/hook"] = 500
    await office.hear(raised())
    await office.deliverer.deliver_due()
    for nth, delay_s in enumerate(schedule.DELAYS_S, 1):
        await office.pass_by(seconds=delay_s - 0.5)
        assert len(office.receiver.got) == nth, "it came too early"
        await office.pass_by(seconds=0.5)
        assert len(office.receiver.got) == nth + 1, "it did not come"
    assert await office.states() == ["FAILED"]
    await office.pass_by(days=30)
    assert len(office.receiver.got) == 10
    assert len({got.id for got in office.receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in office.receiver.got}) == 10
    assert await office.attempts() == [(500, "STATUS")] * 10
    assert timedelta(seconds=sum(schedule.DELAYS_S)) == timedelta(hours=75, minutes=35, seconds=5)


class _NoChance(random.Random):
    def random(self) -> float:
        return 0.0


async def test_a_retry_is_spread_and_waits_as_long_as_it_is_asked_to(office: Office) -> None:
    chances = random.Random(1)
    delays = [schedule.delay_after(2, None, chances) for _ in range(200)]
    assert all(delay and 300 <= delay.total_seconds() <= 360 for delay in delays)
    assert len(set(delays)) > 100
    await office.endpoint()
    office.deliverer = office.worker(chance=_NoChance())
    office.receiver.answers["/hook"] = 429
    office.receiver.headers["retry-after"] = "600"
    await office.hear(raised())
    await office.deliverer.deliver_due()
    await office.pass_by(seconds=599)
    assert len(office.receiver.got) == 1
    await office.pass_by(seconds=1)
    assert len(office.receiver.got) == 2


async def test_a_worker_that_dies_between_sending_and_writing_down_costs_a_second_delivery(
    office: Office,
) -> None:
    _, secret = await office.endpoint()
    reached, never = asyncio.Event(), asyncio.Event()

    async def hold() -> int:
        reached.set()
        await never.wait()
        return 200

    office.receiver.answers["/hook"] = hold
    await office.hear(raised())
    dying = asyncio.ensure_future(office.deliverer.deliver_due())
    await asyncio.wait_for(reached.wait(), 30)
    for task in [*office.deliverer._under_way, dying]:
        task.cancel()
    never.set()
    office.receiver.answers["/hook"] = 200
    office.deliverer = office.worker()
    await office.pass_by(seconds=30)
    assert len(office.receiver.got) == 1, "the lease still holds"
    await office.pass_by(seconds=31)
    first, second = office.receiver.got
    assert first.id == second.id
    assert proven(second, secret)
    assert await office.states() == ["SUCCEEDED"]


async def test_what_is_on_a_lease_is_not_taken_by_another_worker(office: Office) -> None:
    await office.endpoint()
    gate = asyncio.Event()

    async def slow() -> int:
        await gate.wait()
        return 200

    office.receiver.answers["/hook"] = slow
    await office.hear(*(raised(seq=seq) for seq in range(1, 6)))
    first = asyncio.ensure_future(office.deliverer.deliver_due())
    await office.receiver.until(5)
    await asyncio.gather(*(office.worker().deliver_due() for _ in range(3)))
    gate.set()
    await first
    assert len(office.receiver.got) == 5
    assert await office.states() == ["SUCCEEDED"] * 5


async def test_a_worker_that_comes_too_late_does_not_disturb_who_holds_the_lease_now(office: Office) -> None:
    await office.endpoint()
    gates = [asyncio.Event(), asyncio.Event()]
    statuses = iter([(gates[0], 500), (gates[1], 200)])

    async def hold() -> int:
        gate, status = next(statuses)
        await gate.wait()
        return status

    office.receiver.answers["/hook"] = hold
    await office.hear(raised())
    late = asyncio.ensure_future(office.deliverer.deliver_due())
    await office.receiver.until(1)
    office.time += deliveries.LEASE
    holding = asyncio.ensure_future(office.worker().deliver_due())
    await office.receiver.until(2)
    gates[0].set()
    await late
    await office.worker().deliver_due()
    office.time += timedelta(seconds=30)
    await office.worker().deliver_due()
    assert len(office.receiver.got) == 2, "the lease still holds, whatever the late one wrote"
    gates[1].set()
    await holding
    assert await office.states() == ["SUCCEEDED"]
    assert await office.attempts() == [(500, "STATUS"), (200, "")]


async def test_workers_that_look_at_the_same_time_share_what_is_due(office: Office) -> None:
    await office.endpoint()
    await office.hear(*(raised(seq=seq) for seq in range(1, 31)))
    workers = [office.worker() for _ in range(4)]
    while "PENDING" in await office.states():
        await asyncio.gather(*(worker.deliver_due() for worker in workers))
    assert sorted(got.id for got in office.receiver.got) == sorted(
        f"evt_loyalty_3_{seq}_0" for seq in range(1, 31)
    )


async def test_a_slow_endpoint_holds_up_no_other(office: Office) -> None:
    for path in ("/quick", "/slow", "/also-quick"):
        await office.endpoint(path)
    gate = asyncio.Event()

    async def slow() -> int:
        await gate.wait()
        return 200

    office.receiver.answers["/slow"] = slow
    await office.hear(*(raised(seq=seq) for seq in range(1, 41)))
    running = asyncio.ensure_future(office.deliverer.run())
    try:
        await office.receiver.until(40, "/quick")
        await office.receiver.until(40, "/also-quick")
        assert len(office.receiver.at("/slow")) == deliveries.UNDER_WAY_AT_MOST
    finally:
        gate.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("turns", range(4))
async def test_it_ends_when_it_is_told_to_just_as_something_finishes(office: Office, turns: int) -> None:
    running = asyncio.ensure_future(office.deliverer.run())
    await asyncio.sleep(0.1)
    office.deliverer._finished.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait([running], timeout=3)
    running.cancel()
    assert ended


async def test_an_endpoint_that_is_gone_is_told_no_more(office: Office) -> None:
    endpoint_id, _ = await office.endpoint()
    office.receiver.answers["/hook"] = 410
    await office.hear(raised(seq=1), raised(seq=2))
    await office.deliverer.deliver_due()
    (endpoint,) = await office.endpoints.everyone()
    assert (endpoint.state, endpoint.disabled_because) == ("DISABLED", "GONE")
    assert await office.states() == ["FAILED", "FAILED"]
    await office.endpoint("/other")
    await office.hear(raised(seq=3))
    await office.pass_by(days=1)
    assert len(office.receiver.at("/hook")) == 2
    office.receiver.answers["/hook"] = 200
    await office.endpoints.enable(endpoint_id)
    await office.hear(raised(seq=4))
    await office.deliverer.deliver_due()
    assert [got.id for got in office.receiver.at("/hook")][2:] == ["evt_loyalty_3_4_0"]
    assert len(office.receiver.at("/other")) == 2


async def test_an_endpoint_that_fails_for_five_days_is_disabled_and_one_that_recovers_is_not(
    office: Office,
) -> None:
    await office.endpoint()
    await office.endpoint("/recovers")
    office.receiver.answers |= {"/hook": 500, "/recovers": 500}
    for day in range(7):
        office.receiver.answers["/recovers"] = 200 if day == 3 else 500
        await office.hear(raised(seq=day + 1))
        await office.pass_by(days=1)
        states = {one.url.rpartition("/")[2]: one for one in await office.endpoints.everyone()}
        assert states["hook"].failing_since
        assert states["hook"].state == ("DISABLED" if day > 5 else "ENABLED"), day
        assert states["recovers"].state == "ENABLED"
        assert (states["recovers"].failing_since is None) == (day == 3)
    assert states["hook"].disabled_because == "FAILING"


async def test_what_waits_for_a_disabled_endpoint_goes_on_when_it_is_enabled(office: Office) -> None:
    endpoint_id, _ = await office.endpoint()
    await office.hear(raised())
    await office.endpoints.disable(endpoint_id)
    await office.pass_by(days=2)
    assert office.receiver.got == []
    await office.endpoints.enable(endpoint_id)
    await office.pass_by(seconds=0)
    assert len(office.receiver.got) == 1


async def test_a_deleted_endpoint_is_sent_nothing_and_its_log_stays(office: Office) -> None:
    endpoint_id, _ = await office.endpoint()
    await office.hear(raised())
    await office.endpoints.delete(endpoint_id)
    await office.hear(raised(seq=2))
    await office.pass_by(days=1)
    assert office.receiver.got == []
    assert await office.endpoints.everyone() == []
    assert await office.states() == ["CANCELLED"]
    assert await office.rows.fetchval("SELECT count(*) FROM webhook_secrets") == 0


async def test_during_a_rotation_both_secrets_prove_it_and_afterwards_the_new_one_alone(
    office: Office,
) -> None:
    endpoint_id, first = await office.endpoint()
    _, second = await office.endpoints.rotate(endpoint_id, end_previous=False)
    await office.hear(raised(seq=1))
    await office.deliverer.deliver_due()
    await office.hear(raised(seq=2))
    await office.pass_by(hours=25)
    during, after = office.receiver.got
    assert proven(during, first)
    assert proven(during, second)
    assert len(during.signatures) == 2
    assert not proven(after, first)
    assert proven(after, second)
    assert len(after.signatures) == 1


async def test_a_leaked_secret_ends_at_once(office: Office) -> None:
    endpoint_id, first = await office.endpoint()
    _, second = await office.endpoints.rotate(endpoint_id, end_previous=True)
    await office.hear(raised())
    await office.deliverer.deliver_due()
    (got,) = office.receiver.got
    assert proven(got, second)
    assert not proven(got, first)


async def test_no_more_than_two_secrets_are_ever_good(office: Office) -> None:
    endpoint_id, first = await office.endpoint()
    for _ in range(3):
        _, newest = await office.endpoints.rotate(endpoint_id, end_previous=False)
    await office.hear(raised())
    await office.deliverer.deliver_due()
    (got,) = office.receiver.got
    assert len(got.signatures) == 2
    assert proven(got, newest)
    assert not proven(got, first)


async def test_an_event_whose_transaction_dies_is_told_after_all_and_once(
    office: Office, redis_url: str
) -> None:
    await office.endpoint()
    died = 0

    async def tell_and_die(connection: object, events: object) -> None:
        nonlocal died
        await deliveries.tell(connection, events, now=office.now)  # type: ignore[arg-type]
        if not died:
            died += 1
            raise RuntimeError("the worker died before its commit")

    name = stream.name("loyalty", 3)
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(name)
        await stream.append(redis, {name: (0, 0)}, [raised(seq=1), raised(seq=2)])
        hears = partial(Consumer, "loyalty", office.engine, redis, by="gateway")
        consumers = [asyncio.ensure_future(hears(tell_and_die).run())]
        try:
            async with asyncio.timeout(30):
                while not died:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                consumers.append(asyncio.ensure_future(hears(partial(deliveries.tell, now=office.now)).run()))
                while len(await office.states()) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.7)
        finally:
            await process.end(*consumers)
            await redis.delete(name)
    await office.deliverer.deliver_due()
    assert [got.id for got in office.receiver.got] == ["evt_loyalty_3_1_0", "evt_loyalty_3_2_0"]


async def test_an_event_that_travels_twice_is_told_once(office: Office) -> None:
    await office.endpoint()
    await office.hear(raised(seq=1), raised(seq=2))
    await office.hear(raised(seq=1))
    await office.deliverer.deliver_due()
    assert sorted(got.id for got in office.receiver.got) == ["evt_loyalty_3_1_0", "evt_loyalty_3_2_0"]


async def test_a_key_that_opens_no_secret_sends_nothing_unsigned(office: Office) -> None:
    endpoint_id, _ = await office.endpoint()
    await office.rows.execute("UPDATE webhook_secrets SET sealed = set_byte(sealed, 20, 7)")
    await office.hear(raised())
    await office.deliverer.deliver_due()
    assert office.receiver.got == []
    assert await office.attempts() == [(None, "NOT_SIGNED")]
    assert endpoint_id


async def test_secrets_rest_sealed_each_for_its_owner(office: Office) -> None:
    endpoint_id, secret = await office.endpoint()
    sealed: bytes = await office.rows.fetchval("SELECT sealed FROM webhook_secrets")
    assert secret.startswith("whsec_")
    opened = office.box.open(sealed, endpoint_id)
    assert opened not in sealed
    assert secret == f"whsec_{b64encode(opened).decode()}"
    with pytest.raises(InvalidTag):
        office.box.open(sealed, "another")
