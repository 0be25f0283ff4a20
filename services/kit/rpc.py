"""RPC: who is calling, what they may call, and how refusals travel; for servers and clients alike.

Two kinds of proof are accepted: a **caller assertion**, signed by one of our own processes for the service it
calls (header ``huiyuan-caller``, and once per item in batch reads), and a **bearer token** of the operator's
issuer with the services' audience, for the operator's other systems.
"""

import asyncio
import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import structlog
from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication
from huiyuan.kit.v1 import kit_pb2
from protobuf.wkt import Any as WireAny

from services.kit import database, telemetry
from services.kit.refusal import Forbidden, Kind, Refusal, Unauthenticated, Unavailable
from services.kit.tokens import TokenVerifier

log = structlog.get_logger()

CALLER_HEADER = "huiyuan-caller"
ASSERTION_LIFE_S = 60
READ_MAX_BYTES = 8 * 1024 * 1024
_REMEMBERED = 50_000


class NotSignedIn(Unauthenticated):
    """The call carries neither a caller assertion nor a bearer token."""


class CallerNotProven(Unauthenticated):
    """The caller assertion is malformed, expired, or not signed by a process that may sign for us."""


class NotAllowed(Forbidden):
    """The caller is known but may not do this."""


class CallerKind(StrEnum):
    MEMBER = "member"
    STAFF = "staff"
    SERVICE = "service"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a member (``id`` is the member id), a member of staff, a system, or anyone."""

    kind: CallerKind
    id: str
    roles: frozenset[str] = frozenset()

    @property
    def actor(self) -> str:
        """How the caller is named in entries and audit, for instance ``staff:ops-1``."""
        return f"{self.kind}:{self.id}"

    def is_member(self, member_id: str) -> bool:
        return self.kind is CallerKind.MEMBER and self.id == member_id

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


# --- proving who calls -----------------------------------------------------------------------------------


class CallerSigner:
    """Signs caller assertions from this process for each service it calls; ``keys`` are by audience."""

    def __init__(self, issuer: str, keys: Mapping[str, bytes]) -> None:
        self._issuer = issuer
        self._keys = dict(keys)
        self._signed: dict[tuple[str, Caller], tuple[float, str]] = {}

    def sign(self, audience: str, caller: Caller) -> str:
        """An assertion good for a minute; the same one is given again for half of that time."""
        known = self._signed.get((audience, caller))
        now = time.time()
        if known is not None and known[0] > now + ASSERTION_LIFE_S / 2:
            return known[1]
        expires_at_s = int(now + ASSERTION_LIFE_S)
        name = urlsafe_b64encode(caller.id.encode()).decode()
        body = f"{self._issuer}.{caller.kind}.{name}.{','.join(sorted(caller.roles))}.{expires_at_s}"
        assertion = f"{body}.{_mac(self._keys[audience], audience, body)}"
        if len(self._signed) >= _REMEMBERED:
            self._signed.clear()
        self._signed[audience, caller] = (expires_at_s, assertion)
        return assertion


class CallerVerifier:
    """Checks caller assertions made for ``audience``; ``keys`` are by the issuer that signs with them."""

    def __init__(self, audience: str, keys: Mapping[str, bytes]) -> None:
        self._audience = audience
        self._keys = dict(keys)
        self._known: dict[str, tuple[float, Caller]] = {}

    def verify(self, assertion: str) -> Caller:
        """Who the assertion speaks for. Raises ``CallerNotProven``."""
        known = self._known.get(assertion)
        now = time.time()
        if known is not None:
            if known[0] > now:
                return known[1]
            del self._known[assertion]
        expires_at_s, caller = self._check(assertion)
        if not now < expires_at_s <= now + ASSERTION_LIFE_S + 5:
            raise CallerNotProven("the caller assertion has expired: sign a new one")
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[assertion] = (expires_at_s, caller)
        return caller

    def _check(self, assertion: str) -> tuple[float, Caller]:
        body, _, mac = assertion.rpartition(".")
        try:
            issuer, kind, name, roles, expires_at_s = body.split(".")
            key = self._keys[issuer]
            if not hmac.compare_digest(mac.encode(), _mac(key, self._audience, body).encode()):
                raise ValueError
            caller = Caller(
                CallerKind(kind),
                urlsafe_b64decode(name).decode(),
                frozenset(filter(None, roles.split(","))),
            )
            return float(expires_at_s), caller
        except (KeyError, ValueError):
            raise CallerNotProven("the caller assertion is not one of ours") from None


def _mac(key: bytes, audience: str, body: str) -> str:
    return hmac.digest(key, f"huiyuan caller 1\0{audience}\0{body}".encode(), "sha256").hex()


# --- what they may call ----------------------------------------------------------------------------------

Grant = Callable[[Caller], bool]
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
_current: ContextVar[Caller] = ContextVar("caller")
_verifier: ContextVar[CallerVerifier] = ContextVar("verifier")


def anyone(_: Caller) -> bool:
    """Grants to everyone, signed in or not; for what is public."""
    return True


def members(caller: Caller) -> bool:
    """Grants to members; the handler still checks that it is the right one by ``be_member``."""
    return caller.kind is CallerKind.MEMBER


def staff(*roles: str) -> Grant:
    """Grants to staff in one of the roles."""
    return lambda caller: caller.kind is CallerKind.STAFF and caller.has(*roles)


def services(*ids_or_roles: str) -> Grant:
    """Grants to our own services by id, and to the operator's systems by role."""
    return lambda caller: (
        caller.kind is CallerKind.SERVICE and (caller.id in ids_or_roles or caller.has(*ids_or_roles))
    )


def allow(*grants: Grant) -> Callable[[Handler], Handler]:
    """Declare who may call a handler; a handler without a declaration does not start."""

    def declare(handler: Handler) -> Handler:
        handler.__dict__["grants"] = grants
        return handler

    return declare


per_item = allow(anyone)
"""For batch reads: the call itself is open, and each item's own caller is checked by ``caller_of_item``."""


def caller() -> Caller:
    """Who is calling the handler that runs now."""
    return _current.get()


def caller_of_item(assertion: str) -> Caller:
    """Who asks for one item of a batch. Raises ``CallerNotProven``."""
    return _verifier.get().verify(assertion)


def be_member(member_id: str) -> None:
    """Refuse unless the caller is this member, or is not a member at all (then the grants decided)."""
    who = caller()
    if who.kind is CallerKind.MEMBER and who.id != member_id:
        raise NotAllowed("members may only act for themselves", field="member_id")


# --- servers ---------------------------------------------------------------------------------------------

_CODES = {
    Kind.INVALID: Code.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: Code.UNAUTHENTICATED,
    Kind.FORBIDDEN: Code.PERMISSION_DENIED,
    Kind.NOT_FOUND: Code.NOT_FOUND,
    Kind.CONFLICT: Code.ALREADY_EXISTS,
    Kind.DECLINED: Code.FAILED_PRECONDITION,
    Kind.UNAVAILABLE: Code.UNAVAILABLE,
}


def wire_refusal(refusal: Refusal) -> kit_pb2.Refusal:
    """A refusal as the message that batch items and error details carry."""
    return kit_pb2.Refusal(
        code=refusal.code,
        message=refusal.message,
        field=refusal.field,
        facts=refusal.facts,
        retryable=refusal.retryable,
        kind=kit_pb2.RefusalKind.Name(refusal.kind.value),
    )


def _connect_error(refusal: Refusal) -> ConnectError:
    detail = WireAny(
        type_url="type.googleapis.com/huiyuan.kit.v1.Refusal",
        value=wire_refusal(refusal).SerializeToString(),
    )
    return ConnectError(
        _CODES[refusal.kind], f"{refusal.code}: {refusal.message}", details=[ErrorDetail(detail)]
    )


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
        application = wire(service, interceptors=[self], read_max_bytes=READ_MAX_BYTES, compressions=[])
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
            _current.set(who)
            _verifier.set(self._callers)
            return await call_next(request, ctx)
        except Refusal as refusal:
            outcome = refusal.code
            raise _connect_error(refusal) from None
        except (ConnectError, asyncio.CancelledError):
            outcome = "ended"
            raise
        except Exception as error:
            if database.is_away(error):
                outcome = "DATABASE_UNAVAILABLE"
                away = database.DatabaseUnavailable("the database is away or busy: try again")
                raise _connect_error(away) from None
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
            return Caller(CallerKind.SERVICE, checked.subject, checked.roles)
        return Caller(CallerKind.ANYONE, "")


# --- clients ---------------------------------------------------------------------------------------------

_KINDS = {code: kind for kind, code in _CODES.items()}
_AWAY_CODES = {Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.CANCELED, Code.UNKNOWN, Code.RESOURCE_EXHAUSTED}


class ServiceUnavailable(Unavailable):
    """A service did not answer in time; try again."""


class RemoteRefusal(Refusal):
    """A refusal that another service gave, with its own code and kind."""

    def __init__(self, wire: kit_pb2.Refusal) -> None:
        super().__init__(wire.message, field=wire.field)
        self.facts = dict(wire.facts)
        self.code = wire.code  # type: ignore[misc]  # a remote refusal is one class for all codes
        self.kind = Kind(wire.kind or Kind.INVALID.value)  # type: ignore[misc]


def refusal_of(error: ConnectError, service: str) -> Refusal:
    """What a failed call means to its caller."""
    for detail in error.details:
        if detail.type_name == "huiyuan.kit.v1.Refusal":
            return RemoteRefusal(kit_pb2.Refusal.FromString(detail.message_bytes))
    if error.code in _AWAY_CODES:
        return ServiceUnavailable(f"the {service} service did not answer: try again")
    if error.code in _KINDS and error.code is not Code.UNAVAILABLE:
        return RemoteRefusal(
            kit_pb2.Refusal(code=error.code.name, message=error.message, kind=_KINDS[error.code].value)  # type: ignore[arg-type]
        )
    return ServiceUnavailable(f"the {service} service failed: try again")


class ClientInterceptor:
    """Sends who calls and the trace along, and turns failed calls into refusals."""

    def __init__(self, service: str, signer: CallerSigner, default_caller: Caller | None = None) -> None:
        self._service = service
        self._signer = signer
        self._default = default_caller

    async def intercept_unary(
        self,
        call_next: Callable[[Any, RequestContext[Any, Any]], Awaitable[Any]],
        request: Any,
        ctx: RequestContext[Any, Any],
    ) -> Any:
        ctx.request_headers["traceparent"] = telemetry.traceparent()
        if CALLER_HEADER not in ctx.request_headers and self._default is not None:
            ctx.request_headers[CALLER_HEADER] = self._signer.sign(self._service, self._default)
        try:
            return await call_next(request, ctx)
        except ConnectError as error:
            raise refusal_of(error, self._service) from None


Client = TypeVar("Client")


def client(
    wire: Callable[..., Client],
    address: str,
    service: str,
    signer: CallerSigner,
    *,
    default_caller: Caller | None = None,
    timeout_ms: int = 3000,
) -> Client:
    """A typed client of one service. Per-call callers go in ``headers={CALLER_HEADER: signer.sign(...)}``."""
    return wire(
        address,
        send_compression=None,
        accept_compression=[],
        timeout_ms=timeout_ms,
        interceptors=[ClientInterceptor(service, signer, default_caller)],
    )
