"""Notes, asked: added and read by staff; nothing is changed afterwards."""

from collections.abc import Collection
from operator import attrgetter
from typing import Any
from uuid import UUID

from huiyuan.members.v1 import notes_pb2 as wire

from services.kit import clock, rpc
from services.members.actions import notes as actions
from services.members.rpc.collecting import Collecting
from services.members.rpc.pages import after_of
from services.members.rpc.releases import role_of
from services.members.rpc.survivors import survivor_of
from services.members.rules import collecting
from services.members.rules.accesses import SUPPORT_NOTES, Access, PersonalField
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import (
    MemberErased,
    MemberStatus,
    ProfileRaced,
    member_id_of,
    new_member_id,
)
from services.members.rules.notes import Note, NoteNotValid, body, text_of
from services.members.rules.registrations import IdempotencyKeyReused, idempotency_key_of
from services.members.storage import accesses, members, notes
from services.members.storage.databases import Databases

_ATTEMPTS = 4
_KEEPERS = ("support", "operations", "privacy_officer")


class Notes:
    """The handlers of ``NotesService``."""

    def __init__(self, databases: Databases, ring: KeyRing, listed: Collecting) -> None:
        self._databases = databases
        self._ring = ring
        self._listed = listed

    @rpc.allow(rpc.staff(*_KEEPERS))
    async def add_note(self, request: wire.AddNoteRequest, _: Any) -> wire.AddNoteResponse:
        text = text_of(request.text)
        await self._listed.admit(collecting.NOTES)
        key = self._ring.request_digest(idempotency_key_of(request.idempotency_key))
        member_id = await self._member(request.member_id)
        corrects = await self._corrected(member_id, request.corrects)
        content = self._ring.request_digest(body(text, corrects))
        now = clock.now()
        note = Note(new_member_id(now), rpc.caller().actor, now, corrects, text)
        for _ in range(_ATTEMPTS):
            in_use = await self._key(member_id)
            async with self._databases.members.begin() as connection:
                added = await actions.add(connection, self._ring, in_use, member_id, note, (key, content))
            if added:
                return wire.AddNoteResponse(note=_note(note))
            known = await notes.known(self._databases, self._ring, member_id, key)
            if known is not None:
                if known.body_digest != content.digest:
                    raise IdempotencyKeyReused
                return wire.AddNoteResponse(note=_note(known.note), replayed=True)
        raise ProfileRaced

    @rpc.allow(rpc.staff(*_KEEPERS))
    async def list_notes(self, request: wire.ListNotesRequest, _: Any) -> wire.ListNotesResponse:
        after = after_of(request.first, request.after)
        member_id = await self._member(request.member_id)
        # Each id's notes lie under a key of their own.
        known_as = await members.merge_set(self._databases, member_id)
        some = {
            note: one
            for one in known_as
            for note in await notes.newest(self._databases, self._ring, one, after, request.first + 1)
        }
        page = sorted(some, key=attrgetter("note_id"), reverse=True)[: request.first + 1]
        # Logged where they lie, so that it stays told to their owner, should the two be parted.
        await self._log({some[note] for note in page[: request.first]})
        return wire.ListNotesResponse(
            notes=map(_note, page[: request.first]),
            has_next_page=len(page) > request.first,
        )

    async def _log(self, member_ids: Collection[UUID]) -> None:
        """Tell the access log, and so the member, that staff read their notes: before they do."""
        now, reader = clock.now(), rpc.caller()
        async with self._databases.members.begin() as connection:
            for member_id in sorted(member_ids):
                access = Access(
                    member_id,
                    new_member_id(now),
                    reader.actor,
                    SUPPORT_NOTES,
                    "",
                    (PersonalField.NOTES,),
                    now,
                    "",
                    role_of(reader),
                )
                await accesses.add(connection, access)

    async def _key(self, member_id: UUID) -> tuple[int, bytes]:
        """The generation and wrapped key that a member's notes are under; the first note gets the first key."""
        for _ in range(_ATTEMPTS):
            dek_gen = await notes.generation(self._databases, member_id)
            if dek_gen is None:
                break
            if (wrapped := (await notes.keys(self._databases, member_id)).get(dek_gen)) is not None:
                return dek_gen, wrapped
            async with self._databases.keys.begin() as connection:
                await actions.provide_key(connection, self._ring, member_id, dek_gen)
        raise MemberErased

    async def _member(self, asked: str) -> UUID:
        survivor = await survivor_of(self._databases, asked)
        if survivor.status is MemberStatus.ERASED:
            raise MemberErased
        return survivor.member_id

    async def _corrected(self, member_id: UUID, asked: str) -> UUID | None:
        if not asked:
            return None
        corrects = member_id_of(asked)
        known_as = await members.merge_set(self._databases, member_id)
        if corrects is None or not await notes.exists(self._databases, known_as, corrects):
            raise NoteNotValid("the member has no note with this id", field="corrects")
        return corrects


def _note(note: Note) -> wire.Note:
    return wire.Note(
        note_id=str(note.note_id),
        author=note.author,
        written_at=note.written_at,
        text=note.text.reveal(),
        corrects=str(note.corrects or ""),
    )
