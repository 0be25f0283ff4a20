"""The watch over rights requests: whoever's time is nearly over is told of before it is, and counted."""

from datetime import datetime

import structlog
from prometheus_client import Gauge

from services.consent import events
from services.consent.storage import rights_queue
from services.kit import clock
from services.kit.database import Engine

log = structlog.get_logger()

_AT_ONCE = 100

_requests = Gauge(
    "huiyuan_consent_rights_requests",
    "Rights requests that have not ended, and how late they are.",
    ["lateness"],
)


async def watch(engine: Engine, now: datetime | None = None) -> int:
    """Tell of each open request once when it is due soon and once when it is late; how often that was."""
    at, told = now or clock.now(), 0
    while True:
        async with engine.begin() as connection:
            found = await rights_queue.take_due(connection, at, _AT_ONCE)
            for request, overdue in found:
                await events.rights_request_due(connection, request, at, overdue=overdue)
        for request, overdue in found:
            log.warning(
                "rights request late" if overdue else "rights request due soon",
                request_id=str(request.request_id),
                due_at=request.due_at.isoformat(),
            )
        told += len(found)
        if len(found) < _AT_ONCE:
            break
    async with engine.connect() as connection:
        counts = await rights_queue.lateness(connection, at)
    for label, count in zip(("open", "due_soon", "overdue"), counts, strict=True):
        _requests.labels(label).set(count)
    return told
