"""Processes: how every service's ``__main__`` starts, listens, works and stops."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Sequence

import structlog
import uvicorn
from starlette.types import ASGIApp

from services.kit.connection import HttpProtocol, TurnAway, turning_away

log = structlog.get_logger()


def spare_collections() -> None:
    """Keep the garbage collector off what lives as long as the process, and from running on every batch."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def serve(app: ASGIApp, *, host: str, port: int, turn_away: TurnAway | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is under way."""
    spare_collections()
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=HttpProtocol if turn_away is None else turning_away(turn_away),
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,
        server_header=False,
        date_header=False,
        # Who calls is whoever connects; how far a header is believed is for each service's settings to say.
        proxy_headers=False,
        ws_max_size=256 * 1024,
        # What we send is small, and each compressed connection would keep tens of kilobytes.
        ws_per_message_deflate=False,
        # Whoever vanished without a word is noticed by the ping that nobody answers.
        ws_ping_interval=20,
        ws_ping_timeout=20,
    )


def work(start: Callable[[], Awaitable[Sequence[Callable[[], Awaitable[None]]]]]) -> None:
    """Run endless jobs side by side until SIGTERM or Ctrl-C; one that ends by itself ends the process."""
    asyncio.run(_work(start))


async def _work(start: Callable[[], Awaitable[Sequence[Callable[[], Awaitable[None]]]]]) -> None:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    tasks: list[asyncio.Task[None]] = [asyncio.ensure_future(job()) for job in await start()]
    stopping = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in [*tasks, stopping]:
        task.cancel()
    await asyncio.gather(*tasks, stopping, return_exceptions=True)
    for task in done - {stopping}:
        task.result()
        raise RuntimeError("a job ended that should run for as long as the process")


async def every(seconds: float, job: Callable[[], Awaitable[object]], what: str) -> None:
    """Run a job again and again with a pause between; a failure is logged and tried again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job failed, will try again", job=what)
        await asyncio.sleep(seconds)
