"""Processes: how every service's ``__main__`` starts, listens, works and stops."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import FrameType
from typing import Any

import structlog
import uvicorn
import uvloop
from prometheus_client import Counter, Gauge, start_http_server
from starlette.types import ASGIApp

from services.kit import spans, telemetry
from services.kit.away import ends_by_itself
from services.kit.draining import draining
from services.kit.http_protocol import Direct, HttpProtocol, TurnAway
from services.kit.settings import ProcessSettings

log = structlog.get_logger()

job_runs_total = Counter(
    "huiyuan_job_runs_total", "Runs of what is done again and again.", ["task", "outcome"]
)
job_succeeded_at = Gauge(
    "huiyuan_job_succeeded_timestamp_seconds", "When a job last ended without a fault.", ["task"]
)

_NOT_STARTED = 3
_CANCEL_AGAIN_S = 0.2


def be_seen(name: str, settings: ProcessSettings) -> None:
    """Begin to log, and to send spans where a collector is named."""
    telemetry.configure(name, settings.log_level, sampled_part=settings.traces_sampled)
    spans.export(name, settings.traces_url)


def spare_collections() -> None:
    """Keep the garbage collector off what lives as long as the process, and from running on every batch."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


class _Server(uvicorn.Server):
    """uvicorn's own, which at SIGTERM first gives notice: it is not ready any more, and serves on for a while."""

    def __init__(self, config: uvicorn.Config, notice_s: float) -> None:
        super().__init__(config)
        self._notice_s = notice_s
        self._leave_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and self._notice_s > 0 and self._leave_at is None:
            self._captured_signals.append(sig)
            self._leave_at = time.monotonic() + self._notice_s
            draining.begin()
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        draining.end()
        await super().shutdown(sockets)
        await asyncio.to_thread(spans.end)  # here, since a signal that was caught is raised again after this


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    notice_s: float = 0.0,
    turn_away: TurnAway | None = None,
    direct: Direct | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is under way; after SIGTERM, serve for ``notice_s`` more."""
    spare_collections()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=partial(HttpProtocol, turn_away=turn_away, direct=direct),  # type: ignore[arg-type]
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
    server = _Server(config, notice_s)
    server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)


def work(
    start: Callable[[], Awaitable[Sequence[Callable[[], Awaitable[None]]]]],
    *,
    host: str = "",
    metrics_port: int | None = None,
) -> None:
    """Run endless jobs side by side until SIGTERM or Ctrl-C; one that ends by itself ends the process.

    With a port, its metrics are shown there by a thread of their own.
    """
    if metrics_port is not None:
        start_http_server(metrics_port, host)
    uvloop.run(_work(start))


async def _work(start: Callable[[], Awaitable[Sequence[Callable[[], Awaitable[None]]]]]) -> None:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    tasks: list[asyncio.Task[None]] = [asyncio.ensure_future(job()) for job in await start()]
    stopping = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    await end(*tasks, stopping)
    for task in done - {stopping}:
        task.result()
        raise RuntimeError("a job ended that should run for as long as the process")


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended: redis-py 8 swallows a cancellation that comes together with an answer."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_CANCEL_AGAIN_S)


async def every(seconds: float, job: Callable[[], Awaitable[object]], what: str) -> None:
    """Run a job again and again with a pause between. What is away is waited for; a fault is logged and tried again."""
    succeeded, waited, failed = (
        job_runs_total.labels(what, outcome) for outcome in ("succeeded", "waited", "failed")
    )
    while True:
        try:
            await job()
            succeeded.inc()
            job_succeeded_at.labels(what).set_to_current_time()
        except Exception as error:
            if ends_by_itself(error):
                waited.inc()
                log.warning("job waits", job=what, because=type(error).__name__)
            else:
                failed.inc()
                log.exception("job failed, will try again", job=what)
        await asyncio.sleep(seconds)
