"""The audit's place in the admin schema: every mutation goes through it, and auditors read it."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import orjson
import strawberry
import structlog
from huiyuan.loyalty.v1 import programme_history_pb2
from strawberry.scalars import JSON

from gateway.admin.audit_moves import Move, moves
from gateway.admin.permissions import WATCHERS, to
from gateway.admin.programmes.programme_changes import DefinitionChange, DefinitionChangeKind
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError, attempt, user_error
from gateway.paging import Connection, CursorNotOurs, connection, key_of, page_size
from gateway.storage.audit import AuditUnavailable, Change, Phase, Place, Recorded, key, place_of
from services.kit import telemetry
from services.kit.refusal import Invalid, Refusal

log = structlog.get_logger()

Answer = TypeVar("Answer")

_MOBILE = r"(?<!\d)(?:(?:00)?86[ -]?)?1[3-9](?:[ -]?\d){9}(?!\d)"
_IDENTITY_NUMBER = r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
_PERSONAL = re.compile(rf"{_MOBILE}|{_IDENTITY_NUMBER}|\+\d[\d -]{{7,}}|\S@\S")
_OUR_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-f]{64}")
"""A UUID, or a document's SHA-256: what digits stand in it nobody wrote."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_NAME_OF_A_THING = re.compile(r"[\w.:-]{0,100}", re.ASCII)
_LONGEST_REASON = 200


class ReasonMissing(Invalid):
    """A change says why it is made, in one line of 1 to 200 characters."""


class ReasonHoldsPersonalData(Invalid):
    """The reason, which is kept in the audit, holds a phone or identity number or an address."""


@strawberry.enum(description="How far an action got.")
class ActionPhase(StrEnum):
    STARTED = Phase.STARTED
    SUCCEEDED = Phase.SUCCEEDED
    REFUSED = Phase.REFUSED
    FAILED = Phase.FAILED
    # Nobody wrote how it went: what it was about tells whether it took effect.
    UNKNOWN = Phase.UNKNOWN


@strawberry.type(description="One row of the audit: that something was tried, or how it went.")
class AdminAction:
    action_id: strawberry.ID = strawberry.field(description="Shared by the rows of one action.")
    phase: ActionPhase
    recorded_at: datetime
    actor: str
    roles: list[str]
    operation: str
    subject: JSON = strawberry.field(description="What it was about, by ids.")
    reason: str
    outcome_code: str | None
    trace_id: str
    changes: list[DefinitionChange] = strawberry.field(
        description="What it changed, before and after: of a programme, a draft of one, a catalogue; of a member a state, a "
        "tier, or what was added. Empty where it was done before."
    )


@strawberry.type
class AuditQueries:
    @strawberry.field(
        metadata=to(WATCHERS),
        description="What staff changed or tried to, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def admin_actions(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[AdminAction] | None:
        asked = page_size(first)
        rows = await info.context.services.audit.newest(first=asked, after=_place(after))
        shown = rows[:asked]
        return connection(
            [_action(row) for row in shown],
            [key(row) for row in shown],
            has_next_page=len(rows) > asked,
            after=after,
        )


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    try:
        return place_of(key_of(after))
    except (ValueError, OverflowError):
        raise CursorNotOurs("after must be a cursor that an earlier page gave", field="after") from None


def _action(row: Recorded) -> AdminAction:
    return AdminAction(
        action_id=strawberry.ID(row.action_id),
        phase=ActionPhase(row.phase),
        recorded_at=row.recorded_at,
        actor=row.actor,
        roles=list(row.roles),
        operation=row.operation,
        subject=JSON(row.subject),
        reason=row.reason,
        outcome_code=row.outcome_code or None,
        trace_id=row.trace_id,
        changes=[
            DefinitionChange(
                path=str(one["path"]),
                kind=DefinitionChangeKind[str(one["kind"])],
                before=None if one["before"] is None else JSON(one["before"]),
                after=None if one["after"] is None else JSON(one["after"]),
            )
            for one in row.changes
        ],
    )


async def audited(
    info: Info,
    operation: str,
    subject: Mapping[str, object],
    reason: str,
    call: Callable[[], Awaitable[Answer]],
) -> tuple[Answer | None, list[UserError]]:
    """Try a change between two rows of the audit; what cannot be written down is not tried.

    What an answer says that it changed is written with how it went.
    """
    audit = info.context.services.audit
    language = info.context.locale
    told = _told(subject)
    fault = _reason_fault(reason)
    action = await audit.start(
        info.context.caller, operation, told, "" if fault else reason, telemetry.trace_id.get()
    )
    phase, code, changes = Phase.FAILED, "FAULT", list[Change]()
    try:
        answer, refused = (None, [user_error(fault, language)]) if fault else await attempt(call(), language)
        phase, code = (Phase.REFUSED, refused[0].code.value) if refused else (Phase.SUCCEEDED, "")
        changes = _changes(answer)
        return answer, refused
    except Refusal as refusal:
        code = refusal.code
        raise
    finally:
        try:
            await audit.finish(action, phase, code, changes)
        except AuditUnavailable:
            # The change is done or refused by now: the job that closes abandoned actions will say UNKNOWN.
            log.exception("audit outcome not written", operation=operation, phase=phase)


def _changes(answer: object) -> list[Change]:
    """What an answer says that it changed, or moved of a member; texts that hold personal data are left out."""
    moved: list[Change] = [
        {
            "path": move.path,
            "kind": _kind(move).name,
            "before": _plain(move.before),
            "after": _plain(move.after),
        }
        for move in moves(answer)
    ]
    return moved + [
        {
            "path": one.path,
            "kind": DefinitionChangeKind(one.kind).name,
            "before": _plain(orjson.loads(one.before)) if one.before else None,
            "after": _plain(orjson.loads(one.after)) if one.after else None,
        }
        for one in getattr(answer, "changes", ())
        if isinstance(one, programme_history_pb2.DefinitionChange)
    ]


def _kind(move: Move) -> DefinitionChangeKind:
    if move.before is None:
        return DefinitionChangeKind.ADDED
    return DefinitionChangeKind.REMOVED if move.after is None else DefinitionChangeKind.CHANGED


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str) and not _OUR_ID.fullmatch(value) and not _INSTANT.fullmatch(value):
        return "withheld" if _PERSONAL.search(value) else value
    return value


def _told(subject: Mapping[str, object]) -> dict[str, object]:
    """The subject with whatever a caller wrote that is no id or key left out."""
    return {
        name: [_name(one) for one in value] if isinstance(value, list) else _name(value)
        for name, value in subject.items()
    }


def _name(value: object) -> object:
    if not isinstance(value, str) or _OUR_ID.fullmatch(value):
        return value
    return value if _NAME_OF_A_THING.fullmatch(value) and not _PERSONAL.search(value) else "withheld"


def _reason_fault(reason: str) -> Invalid | None:
    spelled = "" if len(reason) > _LONGEST_REASON else unicodedata.normalize("NFKC", reason).strip()
    if not spelled or not spelled.isprintable():
        return ReasonMissing(
            f"give a reason of 1 to {_LONGEST_REASON} characters, in one line",
            field="reason",
            length=len(reason),
        )
    if _PERSONAL.search(spelled):
        return ReasonHoldsPersonalData(
            "the reason must not hold phone numbers, identity numbers or addresses", field="reason"
        )
    return None
