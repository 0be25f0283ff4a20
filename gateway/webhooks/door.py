"""The door: an order system's webhook over HTTP, proven before anything of it is read."""

from typing import Any
from uuid import UUID

import orjson
import structlog
from prometheus_client import Counter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.limits.addresses import client_address
from gateway.limits.meter import Meter, Throttled
from gateway.storage.webhooks.sources import Source
from gateway.webhooks import orders, signatures
from gateway.webhooks.copies import Copies
from gateway.webhooks.orders import Orders, Received
from gateway.webhooks.signatures import WebhookNotProven
from gateway.webhooks.sources import Sources
from services.kit import database, telemetry
from services.kit.refusal import Conflict, Kind, Refusal, Unauthenticated, Unavailable
from services.kit.rpc import RemoteRefusal

log = structlog.get_logger()

received_total = Counter("huiyuan_webhooks_received_total", "Webhooks that came in.", ["outcome"])

BODY_BYTES = 256 * 1024
PATH = "/webhooks/orders/{source_id}"
_RETRY_AFTER_S = 10
_SUCCEEDED = "SUCCEEDED"
_STATUS = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.DECLINED: 422,
    Kind.UNAVAILABLE: 503,
}


class WebhookIdReused(Conflict):
    """The webhook's id came before with another body."""


class OurOwnFault(Unavailable):
    """Something went wrong here; the same webhook may succeed later."""

    code = "INTERNAL"


class _Refused(Exception):
    """The HTTP request itself cannot be taken."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Door:
    """Answers ``POST /webhooks/orders/{source_id}``.

    To see whether one is proven takes the database, which staff need too. An address that sends too many that are not
    proven, for one source or for none that there is, gets no more than a look at what was read of all sources a moment
    ago: what does not agree with that is refused. A source's own notices nothing, whoever else sends from its address.
    """

    def __init__(self, sources: Sources, orders: Orders, meter: Meter, trusted_proxies: int) -> None:
        self._sources = sources
        self._orders = orders
        self._meter = meter
        self._trusted_proxies = trusted_proxies
        self._copies = Copies(sources)

    async def answer(self, request: Request) -> Response:
        """Take one webhook; every answer is JSON, and every refusal has a code."""
        telemetry.begin(request.headers.get("traceparent"))
        try:
            answer = await self._take(request)
        except _Refused as refused:
            received_total.labels(refused.code).inc()
            return _json(refused.status, {"error": {"code": refused.code, "message": str(refused)}})
        except Refusal as refusal:
            received_total.labels(refusal.code).inc()
            return _refused(refusal)
        except Exception as error:
            received_total.labels("fault").inc()
            if database.is_away(error):
                return _refused(database.DatabaseUnavailable("something we need is away: try again"))
            log.exception("webhook fault")
            return _refused(OurOwnFault("something went wrong here; the trace id finds it in our logs"))
        received_total.labels(_SUCCEEDED).inc()
        return _json(200, answer)

    async def _take(self, request: Request) -> dict[str, Any]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _Refused(415, "NOT_JSON", "send the webhook as content-type: application/json")
        body = await _read(request)
        source, webhook_id = await self._prove(request, body)
        if not await self._sources.receive(source.source_id, webhook_id, body):
            raise WebhookIdReused(f"this {signatures.ID} came before with another body: use a new one")
        understood = Received("", "", None)
        outcome = "INTERNAL"
        try:
            understood = orders.understand(source, body)
            answer = await self._orders.record(source, understood)
            outcome = _SUCCEEDED
            return answer
        except Refusal as refusal:
            outcome = refusal.code
            if isinstance(refusal, RemoteRefusal) and refusal.kind in (Kind.UNAUTHENTICATED, Kind.FORBIDDEN):
                # A service that does not know our callers is a fault of this installation, not of who sends.
                raise OurOwnFault("something went wrong here: try again") from refusal
            raise
        finally:
            await self._sources.answer(
                source.source_id,
                webhook_id,
                type=understood.type,
                order_id=understood.order_id,
                outcome_code=outcome,
            )

    async def _prove(self, request: Request, body: bytes) -> tuple[Source, str]:
        """Whose webhook it is, and its id. Whoever proves nothing is not told which sources there are."""
        peer = request.client.host if request.client else None
        address = client_address(peer, request.scope["headers"], self._trusted_proxies)
        source_id = _uuid(request.path_params["source_id"])
        here = f"{address} for {source_id}"
        try:
            self._meter.check_address(address)
            self._meter.check_address(here)
        except Throttled:
            if source_id is None or not await self._copies.prove(source_id, request.headers, body):
                raise
        source, secrets = (source_id and await self._sources.believed(source_id)) or (None, [])
        try:
            webhook_id = signatures.check(secrets, request.headers, body)
        except WebhookNotProven:
            self._meter.charge_address(here if source else address)
            log.warning("webhook not proven", source_id=source.source_id if source else None)
            raise
        assert source is not None
        return source, webhook_id


def _uuid(said: str) -> str | None:
    try:
        return str(UUID(said))
    except ValueError:
        return None


async def _read(request: Request) -> bytes:
    """The whole body, unless it is too long."""
    too_long = _Refused(413, "BODY_TOO_LONG", f"the body is too long: at most {BODY_BYTES} bytes")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or len(length) > 10 or int(length) > BODY_BYTES:
        raise too_long
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > BODY_BYTES:
                raise too_long
    except ClientDisconnect:
        raise _Refused(400, "CUT_SHORT", "the body was cut short") from None
    return bytes(body)


def _refused(refusal: Refusal) -> Response:
    told: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.field:
        told["field"] = refusal.field
    if refusal.facts:
        told["facts"] = refusal.facts
    told["traceId"] = telemetry.trace_id.get()
    headers = {"retry-after": str(_RETRY_AFTER_S)} if refusal.retryable else {}
    if isinstance(refusal, Throttled):
        return _json(429, {"error": told}, {"retry-after": str(refusal.wait_s)})
    if isinstance(refusal, Unauthenticated):
        headers["www-authenticate"] = "Webhook"
    status = 500 if isinstance(refusal, OurOwnFault) else _STATUS[refusal.kind]
    return _json(status, {"error": told}, headers)


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body),
        status,
        {"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )
