"""The server's side: the gatekeeper in front of every handler."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication

from services.kit import database, telemetry
from services.kit.refusal import Refusal, Unauthenticated
from services.kit.rpc.callers import CALLER_HEADER, Caller, CallerKind, CallerVerifier
from services.kit.rpc.codecs import Binary, Json
from services.kit.rpc.grants import Grant, NotAllowed, handling
from services.kit.rpc.refusals import connect_error
from services.kit.tokens import TokenVerifier

log = structlog.get_logger()

READ_MAX_BYTES = 8 * 1024 * 1024


class NotSignedIn(Unauthenticated):
    """The call carries neither a caller assertion nor a bearer token."""


class Gatekeeper:
    """The interceptor in front of every handler: trace, caller, grants, refusals, metrics."""

    def __init__(self, callers: CallerVerifier, tokens: TokenVerifier) -> None:
        self._callers = callers
        self._tokens = tokens
        self._grants: dict[str, tuple[Grant, ...]] = {}

    def admit(
        self, service: object, wire: Callable[..., ConnectASGIApplication[Any]]
    ) -> ConnectASGIApplication[Any]:
        """The ASGI application of one service, with every handler's grants known."""
        application = wire(
            service,
            interceptors=[self],
            read_max_bytes=READ_MAX_BYTES,
            compressions=[],
            codecs=[Binary(), Json()],
        )
        for path, endpoint in application._endpoints(service).items():
            handler = endpoint.function
            grants = getattr(handler, "grants", None)
            if grants is None:
                raise TypeError(f"{path} does not declare who may call it")
            self._grants[path] = grants
        return application

    async def intercept_unary(
        self,
        call_next: Callable[[Any, RequestContext[Any, Any]], Awaitable[Any]],
        request: Any,
        ctx: RequestContext[Any, Any],
    ) -> Any:
        headers = ctx.request_headers
        telemetry.trace_id.set(telemetry.trace_of(headers.get("traceparent")))
        method = f"/{ctx.method.service_name}/{ctx.method.name}"
        started = time.perf_counter()
        outcome = "ok"
        try:
            who = await self._who(headers.get(CALLER_HEADER), headers.get("authorization"))
            if not any(grant(who) for grant in self._grants[method]):
                if who.kind is CallerKind.ANYONE:
                    raise NotSignedIn("sign in: send a caller assertion or a bearer token")
                raise NotAllowed(f"this caller may not call {ctx.method.name}")
            handling(who, self._callers)
            return await call_next(request, ctx)
        except Refusal as refusal:
            outcome = refusal.code
            raise connect_error(refusal) from None
        except (ConnectError, asyncio.CancelledError):
            outcome = "ended"
            raise
        except Exception as error:
            if database.is_away(error):
                outcome = "DATABASE_UNAVAILABLE"
                away = database.DatabaseUnavailable("the database is away or busy: try again")
                raise connect_error(away) from None
            outcome = "fault"
            log.exception("rpc fault", method=method)
            fault = f"INTERNAL: something went wrong here; trace {telemetry.trace_id.get()}"
            raise ConnectError(Code.INTERNAL, fault) from None
        finally:
            telemetry.calls_total.labels(method, outcome).inc()
            telemetry.call_seconds.labels(method).observe(time.perf_counter() - started)

    async def _who(self, assertion: str | None, authorization: str | None) -> Caller:
        if assertion:
            return self._callers.verify(assertion)
        if authorization:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise NotSignedIn("the authorization header must read: Bearer <token>")
            checked = await self._tokens.verify(token)
            return Caller(CallerKind.SYSTEM, checked.subject, checked.roles)
        return Caller(CallerKind.ANYONE, "")
