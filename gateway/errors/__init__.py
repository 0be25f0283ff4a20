"""Errors: expected refusals become data in payloads, everything else a top-level error that gives nothing away."""

import re
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any, TypeVar

import strawberry
import structlog
from graphql import FieldNode, GraphQLError

from gateway.costs import FREE
from gateway.errors.catalogue import BY_CODE
from gateway.errors.chinese import IN_CHINESE
from gateway.errors.codes import UserErrorCode
from gateway.errors.echoes import without_values
from services.kit import telemetry
from services.kit.away import is_away
from services.kit.refusal import Kind, Refusal
from services.kit.rpc import RemoteRefusal

log = structlog.get_logger()

Answer = TypeVar("Answer")

language: ContextVar[str] = ContextVar("language", default="en")
"""In which language who asks is told what is wrong with a request."""


@strawberry.type(description="A number or a name that led to a refusal.", directives=[FREE])
class Fact:
    name: str
    value: str


@strawberry.type(description="Why a request was turned down; nothing was changed.", directives=[FREE])
class UserError:
    field: list[str] | None = strawberry.field(
        description="The path of the argument that was wrong; null when it is not one argument's fault."
    )
    code: UserErrorCode
    message: str = strawberry.field(description="What was wrong and what would be right.")
    facts: list[Fact]


async def attempt(call: Awaitable[Answer], language: str) -> tuple[Answer | None, list[UserError]]:
    """A mutation's answer, or the expected refusal as data. What is nobody's mistake is raised."""
    try:
        return await call, []
    except Refusal as refusal:
        if refusal.kind in (Kind.UNAUTHENTICATED, Kind.UNAVAILABLE):
            raise
        return None, [user_error(refusal, language)]


def user_error(refusal: Refusal, language: str) -> UserError:
    """A refusal as data."""
    code, english = UserErrorCode.of(refusal), without_path(refusal.message, refusal.field)
    return UserError(
        field=_path(refusal.field),
        code=code,
        message=english if language == "en" else _in_chinese(code, english),
        facts=[
            Fact(name=camel(name), value=camel(value) if name == "path" else value)
            for name, value in sorted(refusal.facts.items())
        ],
    )


def told_of_draft(code: str, message: str, path: str, language: str) -> str:
    """What keeps a draft from being published, as its publication would be refused."""
    english = without_path(message, path)
    known = UserErrorCode.__members__.get(code)
    return english if language == "en" or known is None else _in_chinese(known, english)


def _in_chinese(code: UserErrorCode, english: str) -> str:
    if code not in _IN_DETAIL:
        return IN_CHINESE[code]
    return f"{IN_CHINESE[code].removesuffix('。')}（{english}）"


_IN_DETAIL = {
    UserErrorCode.ACTIVITY_TYPE_NOT_WELL_FORMED,
    UserErrorCode.MISSION_NOT_WELL_FORMED,
    UserErrorCode.PROGRAMME_NOT_WELL_FORMED,
    UserErrorCode.WEBHOOK_URL_REFUSED,
}
"""What staff wrote: what would be right differs from one field to the next, and is said in English everywhere."""


def without_path(message: str, path: str) -> str:
    """A message without the path that it begins with, which clients are told beside it as they spell it."""
    return message.removeprefix(f"{path}: ").removeprefix(f"{path} " if path else "")


_FLAT = frozenset({"agreement", "assessment", "notice", "purpose", "route", "topic"})
"""Messages of the consent service whose fields stand in an input itself."""
_LOCALES = ("zh", "en")


def _path(field: str) -> list[str] | None:
    """``lines[2].line_id`` as clients know it: ``["input", "lines", "2", "lineId"]``.

    An identity's parts stand in the input itself: ``identity.scope`` is ``["input", "scope"]``, all of it the value. So do
    those of what an officer publishes or registers, whose own id is ``id`` there, and caps, whose periods are in seconds.
    """
    parts = [part for part in re.split(r"[.\[\]]+", field) if part]
    if parts[:1] == ["identity"]:
        parts = parts[1:] or ["value"]
    elif parts[:1] == ["topic"] and parts[2:]:
        parts = ["_".join(parts[1:3]), *parts[3:]] if parts[2] in _LOCALES else parts[1:]
    elif parts[1:] and parts[0] in _FLAT:
        parts = ["id"] if parts[1] == f"{parts[0]}_id" else parts[1:]
    elif parts == ["assessment_id"]:
        parts = ["id"]
    elif parts[:1] == ["caps"]:
        parts = ["frequency_caps", *("period_s" if part == "period" else part for part in parts[1:])]
    return ["input", *map(camel, parts)] if parts else None


def camel(name: str) -> str:
    """A name, or a path of names, as GraphQL spells it."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


class RequestError(GraphQLError):
    """A request that is wrong as a whole: told with a code, before anything is executed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})


PARSE_FAILED, VALIDATION_FAILED, BAD_USER_INPUT = "PARSE_FAILED", "VALIDATION_FAILED", "BAD_USER_INPUT"
LIMIT_EXCEEDED, BAD_REQUEST = "LIMIT_EXCEEDED", "BAD_REQUEST"


def formatted(error: GraphQLError, code: str | None = None) -> dict[str, Any]:
    """A top-level error as clients get it; a fault is logged and shown only as its trace."""
    body: dict[str, Any] = {"message": without_values(error.message)}
    if error.locations:
        body["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        body["path"] = error.path
    extensions: dict[str, Any] = {"code": code, "traceId": telemetry.trace_id.get()}
    body["extensions"] = extensions
    cause = _cause(error)
    if isinstance(cause, Refusal) and not _our_own_fault(cause):
        body["message"] = cause.message
        extensions.update(_extensions_of(cause))
    elif error.extensions and "code" in error.extensions:
        extensions.update(error.extensions)
    elif is_away(cause):
        body["message"] = "something we need is away: try again"
        extensions.update(code="UNAVAILABLE", retryable=True)
    elif code is None and (error.path is None or _is_argument_error(cause)):
        extensions["code"] = BAD_USER_INPUT
    elif code is None:
        log.error("fault", exc_info=cause or error, at=_fields(error))
        body["message"] = "something went wrong here; the trace id finds it in our logs"
        extensions["code"] = "INTERNAL"
    body["message"] = _told(extensions["code"], body["message"])
    return body


def refused(refusal: Refusal) -> dict[str, Any]:
    """A refusal of the whole request as a top-level error."""
    extensions = {"traceId": telemetry.trace_id.get(), **_extensions_of(refusal)}
    return {"message": _told(refusal.code, refusal.message), "extensions": extensions}


def _told(code: str, message: str) -> str:
    """The message in the asker's language: in Chinese what the code means, and the English beside it."""
    if language.get() != "zh" or code not in BY_CODE:
        return message
    return f"{BY_CODE[code].means_zh.rstrip('。')}（{message}）"


def _extensions_of(refusal: Refusal) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": refusal.code}
    if refusal.retryable:
        extensions["retryable"] = True
    if refusal.field:
        extensions["field"] = refusal.field
    if refusal.facts:
        extensions["facts"] = refusal.facts
    return extensions


def _cause(error: GraphQLError) -> BaseException | None:
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _fields(error: GraphQLError) -> list[str]:
    """Which of the schema's fields an error is about; its path is in the words of who asked."""
    return [node.name.value for node in error.nodes or () if isinstance(node, FieldNode)]


def _our_own_fault(refusal: Refusal) -> bool:
    """A service that does not know our callers is a fault of this installation, not of who asks."""
    return isinstance(refusal, RemoteRefusal) and refusal.kind is Kind.UNAUTHENTICATED


def _is_argument_error(cause: BaseException | None) -> bool:
    """graphql-core names the nodes of wrong arguments; of values that it could not write it has none."""
    return isinstance(cause, GraphQLError) and bool(cause.nodes)
