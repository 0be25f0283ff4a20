"""The history of a programme's rules at the door: what differs in two of them, and who changed what."""

from typing import Any

from huiyuan.loyalty.v1 import programme_history_pb2 as wire

from services.kit import database, rpc
from services.loyalty.actions.programmes import UnknownVersion
from services.loyalty.rpc.programmes import changes
from services.loyalty.rpc.programmes.drafts import find, readers
from services.loyalty.rpc.wire import PageNotUnderstood, choice, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeHistory
from services.loyalty.storage.programmes import programme_history, programmes
from services.loyalty.storage.programmes.programme_history import Place, Written


class ProgrammeChanges:
    """``huiyuan.loyalty.v1.ProgrammeHistoryService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(readers)
    async def compare_programmes(
        self, request: wire.CompareProgrammesRequest, _: Any
    ) -> wire.CompareProgrammesResponse:
        known = await programmes.load(self._pool)
        if request.WhichOneof("to") == "to_draft_id":
            draft = await find(self._pool, request.to_draft_id)
            history = known.history(draft.programme.programme_id)
            after, base = draft.programme, draft.based_on_version
        else:
            history = known.history(request.programme_id)
            after = _version(history, request.to_version or history.newest.version, "to_version")
            base = max(1, after.version - 1)
        before = _version(history, request.from_version or base, "from_version")
        return wire.CompareProgrammesResponse(
            changes=changes.told(changes.between(before, after)), from_version=before.version
        )

    @rpc.allow(readers)
    async def list_programme_changes(
        self, request: wire.ListProgrammeChangesRequest, _: Any
    ) -> wire.ListProgrammeChangesResponse:
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        first, after = page_size(request.first), _place(request.after) if request.after else None
        page, more = await programme_history.page(self._pool, programme.number, first, after)
        return wire.ListProgrammeChangesResponse(changes=map(_told, page), has_next_page=more)


def _version(history: ProgrammeHistory, number: int, field: str) -> Programme:
    found = history.version(number)
    if found is None:
        message = f"the programme has versions 1 to {history.newest.version}"
        raise UnknownVersion(message, field=field, asked=number)
    return found


def _place(text: str) -> Place:
    try:
        return Place.parse(text)
    except (ValueError, OverflowError):
        raise PageNotUnderstood("after must be the place of a change", field="after") from None


def _told(written: Written) -> wire.ProgrammeChange:
    """A founding is told without changes: all of it was new."""
    found = [] if written.before is None else changes.between(written.before, written.after)
    return wire.ProgrammeChange(
        kind=choice(wire.ProgrammeChangeKind, "PROGRAMME_CHANGE_KIND_", written.kind),
        by=written.by,
        at=timestamp(written.at),
        reason=written.reason,
        draft_id=written.draft_id,
        edition=written.edition,
        version=written.version,
        changes=changes.told(found),
        place=written.place,
    )
