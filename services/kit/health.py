"""Health: whether a process lives, whether it can serve, and its metrics, over HTTP."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.kit.draining import draining

log = structlog.get_logger()

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

Probe = Callable[[], Awaitable[None]]
"""Returns when what it looks at works, raises when it does not."""


def routes(probes: Mapping[str, Probe]) -> list[Route]:
    """``/healthz`` (alive), ``/readyz`` (all probes pass, else 503 naming those that fail), ``/metrics``.

    A process that is about to stop is not ready any more, whatever its probes say. Why one fails is in the log, each time
    that changes: what is away comes back by itself, and a wrong password never does.
    """
    told: dict[str, str] = {}

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        if draining.begun:
            return JSONResponse({"status": "draining", "failing": []}, status_code=503)
        failing = []
        for name, probe in probes.items():
            try:
                await probe()
            except Exception as error:
                failing.append(name)
                because = type(error).__name__
                if told.get(name) != because:
                    log.warning("not ready", probe=name, because=because)
                told[name] = because
            else:
                told.pop(name, None)
        body = {"status": "waiting" if failing else "ready", "failing": failing}
        return JSONResponse(body, status_code=503 if failing else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
