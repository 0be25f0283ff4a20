"""The server's side: the gatekeeper in front of every handler."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, cast

import structlog
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication
from prometheus_client import Counter, Histogram

from services.kit import database, spans, telemetry
from services.kit.refusal import Refusal, Unauthenticated
from services.kit.rpc.callers import CALLER_HEADER, Caller, CallerKind, CallerVerifier
from services.kit.rpc.codecs import Binary, Json
from services.kit.rpc.grants import Grant, NotAllowed, handling
from services.kit.rpc.refusals import connect_error
from services.kit.tokens import TokenVerifier

log = structlog.get_logger()

Handler = Callable[[Any, Any], Awaitable[Any]]

READ_MAX_BYTES = 8 * 1024 * 1024


class NotSignedIn(Unauthenticated):
    """The call carries neither a caller assertion nor a bearer token."""


class Said(NamedTuple):
    """What a call's headers say of its trace and of who calls."""

    traceparent: str | None
    assertion: str | None
    authorization: str | None

    @property
    def is_sampled(self) -> bool:
        return self.traceparent is not None and not self.traceparent.endswith("-00")


@dataclass(frozen=True, slots=True)
class Method:
    """A method that may be called: what it takes, who answers it, who may call it, and how it is counted."""

    input: type[Any]
    handler: Handler
    at_once: Callable[[Any], Any] | None
    grants: tuple[Grant, ...]
    answered: Counter
    seconds: Histogram


class Gatekeeper:
    """In front of every handler: trace, caller, grants, refusals, metrics; ``methods`` are those it admitted."""

    def __init__(self, callers: CallerVerifier, tokens: TokenVerifier) -> None:
        self._callers = callers
        self._tokens = tokens
        self.methods: dict[str, Method] = {}
        self.first: Callable[[], Awaitable[None]] | None = None
        """What has to be done before anything is answered, if anything has; asked before each call."""

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
            at_once = getattr(handler, "at_once", None)
            self.methods[path] = Method(
                endpoint.method.input,
                cast("Handler", handler),
                None if at_once is None else partial(at_once, service),
                grants,
                telemetry.calls_total.labels(path, "ok"),
                telemetry.call_seconds.labels(path),
            )
        return application

    async def intercept_unary(self, call_next: Handler, request: Any, ctx: RequestContext[Any, Any]) -> Any:
        """Guard a call that the library brings."""
        path = f"/{ctx.method.service_name}/{ctx.method.name}"
        header = ctx.request_headers.get
        said = Said(header("traceparent"), header(CALLER_HEADER), header("authorization"))
        return await self.guard(path, said, call_next, request, ctx)

    async def guard(self, path: str, said: Said, handler: Handler, request: Any, ctx: Any) -> Any:
        """Let the handler answer when the caller may call it. Raises ``ConnectError`` and nothing else."""
        telemetry.go_on(said.traceparent)
        method = self.methods[path]
        started = time.perf_counter()
        outcome = "ok"
        try:
            who = await self._who(said.assertion, said.authorization)
            if not any(grant(who) for grant in method.grants):
                if who.kind is CallerKind.ANYONE:
                    raise NotSignedIn("sign in: send a caller assertion or a bearer token")
                raise NotAllowed(f"this caller may not call {path.rpartition('/')[2]}")
            if self.first is not None:
                await self.first()
            handling(who, self._callers)
            with spans.span(path):
                return await handler(request, ctx)
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
            log.exception("rpc fault", method=path)
            fault = f"INTERNAL: something went wrong here; trace {telemetry.trace_id.get()}"
            raise ConnectError(Code.INTERNAL, fault) from None
        finally:
            counter = method.answered if outcome == "ok" else telemetry.calls_total.labels(path, outcome)
            counter.inc()
            method.seconds.observe(time.perf_counter() - started)

    def guard_at_once(self, method: Method, said: Said, request: Any) -> Any | None:
        """The answer, when the handler has it at hand and the caller may call it.

        None where anything has to be waited for or refused: ``guard`` does that. Who is followed by spans goes that
        way, too. Nothing is logged here, so the trace is not looked at.
        """
        if method.at_once is None or self.first is not None or not said.assertion or said.is_sampled:
            return None
        started = time.perf_counter()
        try:
            who = self._callers.verify(said.assertion)
            if not any(grant(who) for grant in method.grants):
                return None
            answer = method.at_once(request)
        except Refusal:
            return None
        if answer is not None:
            method.answered.inc()
            method.seconds.observe(time.perf_counter() - started)
        return answer

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
