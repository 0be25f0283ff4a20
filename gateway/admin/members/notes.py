"""Notes: what staff wrote down about a member, and adding to it."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.members.v1 import notes_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import NOTE_KEEPERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.paging import Connection, connection
from gateway.scalars import instant

_REASON = "a note for whoever serves the member next"
"""Of the audit: a note is its own reason."""


@strawberry.type(description="What a member of staff wrote down; never changed, only corrected by another.")
class Note:
    id: strawberry.ID
    author: str
    written_at: datetime
    text: str
    corrects: strawberry.ID | None = strawberry.field(description="The note that this one corrects.")


@strawberry.input(description="What to write down about a member.")
class AddNoteInput:
    member_id: UUID
    text: str = strawberry.field(
        description="1 to 480 characters, without phone numbers, identity numbers and mail addresses."
    )
    corrects: strawberry.ID | None = None
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class AddNotePayload:
    note: Note | None
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class NoteMutations:
    @strawberry.mutation(
        metadata=to(NOTE_KEEPERS), description="Adds a note, which rests sealed under the member's key."
    )
    async def add_note(self, info: Info, input: AddNoteInput) -> AddNotePayload:
        clients = info.context.clients
        request = notes_pb2.AddNoteRequest(
            member_id=str(input.member_id),
            text=input.text,
            corrects=input.corrects,
            idempotency_key=input.idempotency_key,
        )
        added, refused = await audited(
            info,
            "addNote",
            {"memberId": request.member_id},
            _REASON,
            lambda: clients.notes.add_note(request, headers=info.context.named(MEMBERS)),
        )
        return AddNotePayload(
            note=_note(added.note) if added else None,
            replayed=added is not None and added.replayed,
            user_errors=refused,
        )


def notes(wire: notes_pb2.ListNotesResponse, after: str | None) -> Connection[Note]:
    """A page of notes."""
    return connection(
        [_note(one) for one in wire.notes],
        [one.note_id for one in wire.notes],
        has_next_page=wire.has_next_page,
        after=after,
    )


def _note(wire: notes_pb2.Note) -> Note:
    return Note(
        id=strawberry.ID(wire.note_id),
        author=wire.author,
        written_at=instant(wire.written_at),
        text=wire.text,
        corrects=strawberry.ID(wire.corrects) if wire.corrects else None,
    )
