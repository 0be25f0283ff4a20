"""Chaos: one thing after another is killed under those who browse, and started again."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.end_to_end.browsing import Browsing
from tests.end_to_end.callers import Changes, Json, OrderSystem, order
from tests.end_to_end.house import House
from tests.end_to_end.lent import Lent
from tests.end_to_end.replicas import Replica, replica

_RELAYED_WITHIN_S = 1.0

EVERY_SERVICE = frozenset({"loyalty", "members", "consent"})


async def browse_through(
    outages: Sequence[str], lodger: House, lent: Lent, shop: OrderSystem, logs: Path
) -> None:
    """Members browse and order while one thing after another is killed and comes again."""
    with ExitStack() as stack:
        killed = sorted(EVERY_SERVICE & set(outages))
        servers = {name: stack.enter_context(replica(lodger, name, logs / f"{name}.log")) for name in killed}
        behind = {f"{name.upper()}_URL": server.url for name, server in servers.items()}
        gateway = stack.enter_context(replica(lodger, "gateway", logs / "gateway.log", **behind))
        for server in (*servers.values(), gateway):
            await server.be_ready()
        browsing = Browsing(shop, gateway.url, members=3)
        watcher = browsing.lookers[0]
        watcher.shopper.url = f"{gateway.url}/graphql"
        changes = stack.enter_context(watcher.shopper.watching())
        last: Json = {}
        telling = asyncio.create_task(asyncio.to_thread(_told, changes, last))
        running = asyncio.create_task(browsing.run())
        try:
            for outage in outages:
                await until_or_failed(running, browsing.see_whole(10))
                await until_or_failed(running, suffer(outage, browsing, lent, gateway, servers))
            await until_or_failed(running, browsing.see_whole(10))
            await until_or_failed(running, browsing.stop_ordering())
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        last |= order(watcher.shopper.member_id, 100)
        shop.record(last)
        # Lanes have streams of their own, so that what two of them post may be told in either order.
        paid = sorted(one["paidAt"] for one in (*watcher.sent, last))
        assert sorted(await telling) == paid, "nothing is missed, and nothing told twice"
        assert watcher.shopper.points() == len(watcher.sent) + 1


def _told(changes: Changes, last: Json) -> list[str]:
    """When the orders were paid that are told, up to the last one, once that is named."""
    told = [""]
    while told[-1] != last.get("paidAt"):
        told.append(changes.until("ORDER_RECORDED")["occurredAt"])
    return told[1:]


async def suffer(
    outage: str, browsing: Browsing, lent: Lent, gateway: Replica, servers: Mapping[str, Replica]
) -> None:
    """Kill one thing, see that it is missed and nothing else, and start it again."""
    if outage == "redis":
        lent.kill_redis()
        await browsing.see_whole(10)
        # The streams have gone on by the time the gateway looks for its place in them.
        with gateway.suspended():
            lent.start_redis()
            await asyncio.sleep(_RELAYED_WITHIN_S)
    elif outage == "postgres":
        browsing.away = EVERY_SERVICE
        lent.kill_postgres()
        await browsing.see_failing(EVERY_SERVICE, 3)
        lent.start_postgres()
    else:
        browsing.away = frozenset({outage})
        servers[outage].kill()
        await browsing.see_failing(browsing.away, 5)
        servers[outage].start()
        await servers[outage].be_ready()
    await browsing.see_whole(10)
    browsing.away = frozenset()


async def until_or_failed(running: asyncio.Task[None], waiting: Coroutine[None, None, None]) -> None:
    """Wait, unless what runs beside it fails first."""
    other = asyncio.create_task(waiting)
    await asyncio.wait({running, other}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        other.cancel()
        running.result()
    await other
