"""Jobs: what is done again and again shows how that goes, and tells what is away from what is wrong."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import suppress

import pytest
from prometheus_client import REGISTRY
from redis.exceptions import ConnectionError as RedisIsAway

from services.kit.process import every
from services.kit.refusal import Unavailable

AWAY = ConnectionRefusedError("refused by 127.0.0.1")


async def outcomes(*faults: BaseException | None) -> tuple[dict[str, float], float | None]:
    """How often each outcome was counted, and when the task last succeeded, after as many runs as ``faults``."""
    what, left = secrets.token_hex(4), iter(faults)
    done = asyncio.Event()

    async def job() -> None:
        _fail(left, done)

    running = asyncio.ensure_future(every(0, job, what))
    await done.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    counted = {
        outcome: REGISTRY.get_sample_value("huiyuan_job_runs_total", {"task": what, "outcome": outcome}) or 0
        for outcome in ("succeeded", "waited", "failed")
    }
    return counted, REGISTRY.get_sample_value("huiyuan_job_succeeded_timestamp_seconds", {"task": what})


def _fail(left: Iterator[BaseException | None], done: asyncio.Event) -> None:
    try:
        fault = next(left)
    except StopIteration:
        done.set()
        raise asyncio.CancelledError from None
    if fault is not None:
        raise fault


@pytest.mark.parametrize(
    "away",
    [
        AWAY,
        RedisIsAway("gone"),
        Unavailable("busy"),
        BaseExceptionGroup("two", [AWAY, BaseExceptionGroup("one", [Unavailable("busy")])]),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_what_is_away_is_waited_for(away: BaseException) -> None:
    counted, succeeded_at = await outcomes(away, away)
    assert counted == {"succeeded": 0, "waited": 2, "failed": 0}
    assert succeeded_at is None


@pytest.mark.parametrize(
    "fault",
    [KeyError("x"), BaseExceptionGroup("two", [AWAY, KeyError("x")])],
    ids=["alone", "beside what is away"],
)
async def test_a_fault_is_counted_and_the_task_goes_on(fault: BaseException) -> None:
    counted, succeeded_at = await outcomes(fault, None, fault)
    assert counted == {"succeeded": 1, "waited": 0, "failed": 2}
    assert succeeded_at
