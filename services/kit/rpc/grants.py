"""Grants: what a caller may call; every handler declares them, and whoever it serves asks here who calls."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from services.kit.refusal import Forbidden
from services.kit.rpc.callers import Caller, CallerKind, CallerVerifier


class NotAllowed(Forbidden):
    """The caller is known but may not do this."""


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


def services(*ids: str) -> Grant:
    """Grants to our own services by name; no bearer token ever makes one."""
    return lambda caller: caller.kind is CallerKind.SERVICE and caller.id in ids


def systems(*roles: str) -> Grant:
    """Grants to the operator's other systems in one of the roles."""
    return lambda caller: caller.kind is CallerKind.SYSTEM and caller.has(*roles)


def allow(*grants: Grant, at_once: Callable[[Any, Any], Any] | None = None) -> Callable[[Handler], Handler]:
    """Declare who may call a handler; a handler without a declaration does not start.

    ``at_once`` is a method of the same service that gives the handler's answer to a request when that is at hand, and
    None when the handler has to be asked. It waits for nothing, and does not know who calls.
    """

    def declare(handler: Handler) -> Handler:
        handler.__dict__["grants"] = grants
        handler.__dict__["at_once"] = at_once
        return handler

    return declare


per_item = allow(anyone)
"""For batch reads: the call itself is open, and each item's own caller is checked by ``caller_of_item``."""


def handling(who: Caller, verifier: CallerVerifier) -> None:
    """Say whom the handler about to run serves; for the gatekeeper alone."""
    _current.set(who)
    _verifier.set(verifier)


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
