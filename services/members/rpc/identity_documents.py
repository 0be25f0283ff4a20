"""Identity documents, asked: put on file, removed, seen that there is one, and shown for a sensitive purpose."""

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from huiyuan.members.v1 import identity_documents_pb2 as wire

from services.kit import clock, rpc
from services.kit.refusal import Refusal
from services.members.actions import identity_documents as actions
from services.members.rpc.consents import ConsentGate
from services.members.rpc.releases import Attempt, released
from services.members.rpc.survivors import survivor_of
from services.members.rules import accesses
from services.members.rules.accesses import PersonalField
from services.members.rules.identity_documents import (
    IdentityDocument,
    NoIdentityDocument,
    OnFile,
    document_of,
)
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import (
    MemberNotActive,
    MemberStatus,
    ProfileRaced,
)
from services.members.rules.statuses import be_open
from services.members.storage import identity_documents as stored
from services.members.storage import keys, members
from services.members.storage.databases import Databases

_FIELDS = (PersonalField.IDENTITY_DOCUMENT,)
_CHANGEABLE = (MemberStatus.ACTIVE, MemberStatus.FROZEN)
_KEEPERS = ("operations", "privacy_officer")
_ATTEMPTS = 4


class IdentityDocuments:
    """The handlers of ``IdentityDocumentsService``."""

    def __init__(self, databases: Databases, ring: KeyRing, consents: ConsentGate, unmask_quota: int) -> None:
        self._databases = databases
        self._ring = ring
        self._consents = consents
        self._unmask_quota = unmask_quota

    @rpc.allow(rpc.staff(*_KEEPERS))
    async def set_identity_document(
        self, request: wire.SetIdentityDocumentRequest, _: Any
    ) -> wire.SetIdentityDocumentResponse:
        said = request.document
        document = document_of(said.kind, said.number, said.issuing_country, said.name, clock.now())
        purpose = accesses.purpose_of(request.purpose)
        survivor = await survivor_of(self._databases, request.member_id)
        if survivor.status not in _CHANGEABLE:
            raise MemberNotActive
        if refusal := await self._consents.sensitive_refusal(survivor.member_id, purpose, _FIELDS):
            raise refusal
        for _ in range(_ATTEMPTS):
            try:
                return wire.SetIdentityDocumentResponse(
                    on_file=_on_file(await self._put(survivor.member_id, document))
                )
            except ProfileRaced:
                continue
        raise ProfileRaced

    @rpc.allow(rpc.members, rpc.staff(*_KEEPERS))
    async def remove_identity_document(
        self, request: wire.RemoveIdentityDocumentRequest, _: Any
    ) -> wire.RemoveIdentityDocumentResponse:
        rpc.be_member(request.member_id)
        survivor = await survivor_of(self._databases, request.member_id)
        known_as = await members.merge_set(self._databases, survivor.member_id)
        removed = [await self._remove(member_id) for member_id in known_as]
        return wire.RemoveIdentityDocumentResponse(removed=any(removed))

    @rpc.allow(rpc.members, rpc.staff("support", *_KEEPERS))
    async def get_identity_document(
        self, request: wire.GetIdentityDocumentRequest, _: Any
    ) -> wire.GetIdentityDocumentResponse:
        rpc.be_member(request.member_id)
        survivor = await survivor_of(self._databases, request.member_id)
        seen = await stored.on_file(self._databases, await self._holder(survivor.member_id))
        return wire.GetIdentityDocumentResponse(on_file=None if seen is None else _on_file(seen))

    @rpc.allow(rpc.staff("support", *_KEEPERS))
    async def reveal_identity_document(
        self, request: wire.RevealIdentityDocumentRequest, _: Any
    ) -> wire.RevealIdentityDocumentResponse:
        purpose = accesses.purpose_of(request.purpose)
        reason = accesses.reason_of(request.reason)
        survivor = await survivor_of(self._databases, request.member_id)
        be_open(survivor.status)
        # Logged where it lies, so that it stays told to its owner, should they be parted.
        holder = await self._holder(survivor.member_id)
        if await stored.on_file(self._databases, holder) is None:
            raise NoIdentityDocument  # before the log tells the member that somebody saw it
        ask = partial(self._refusal, {survivor.member_id, holder}, purpose)
        attempt = Attempt(holder, purpose, reason, _FIELDS)
        release = await released(self._databases, ask, attempt, self._unmask_quota)
        document = await stored.read(self._databases, self._ring, holder)
        if document is None:
            raise NoIdentityDocument
        release.check()
        return wire.RevealIdentityDocumentResponse(
            document=wire.IdentityDocument(
                kind=document.kind.value,  # type: ignore[arg-type]  # numbered as the contract's
                number=document.number.reveal(),
                issuing_country=document.issuing_country.reveal(),
                name=document.name.reveal(),
            ),
            access_id=str(release.access_id),
        )

    async def _refusal(self, known_as: Collection[UUID], purpose: str) -> Refusal | None:
        """Why a document may not be shown: until the consent service has followed a merge, both have to allow it."""
        for member_id in sorted(known_as):
            if refusal := await self._consents.sensitive_refusal(member_id, purpose, _FIELDS):
                return refusal
        return None

    async def _holder(self, survivor: UUID) -> UUID:
        known_as = await members.merge_set(self._databases, survivor)
        return await stored.holder(self._databases, survivor, known_as) or survivor

    async def _remove(self, member_id: UUID) -> bool:
        now = clock.now()
        # The key begins to retire before the document goes, so that the sweep ends it if we do not.
        async with self._databases.keys.begin() as connection:
            await keys.retire(connection, member_id, stored.KIND, now)
        async with self._databases.members.begin() as connection:
            dek_gen = await actions.remove(connection, member_id, now)
        if dek_gen is not None:
            async with self._databases.keys.begin() as connection:
                await keys.drop_older(connection, [member_id], [dek_gen + 1], stored.KIND)
        return dek_gen is not None

    async def _put(self, member_id: UUID, document: IdentityDocument) -> OnFile:
        now = clock.now()
        seen = await stored.on_file(self._databases, member_id)
        async with self._databases.keys.begin() as connection:
            sealed = await actions.renew_key(connection, self._ring, member_id, document, now)
        dek_gen = sealed[0]
        try:
            async with self._databases.members.begin() as connection:
                put = await actions.put(connection, member_id, seen, document, sealed, now)
        except ProfileRaced:
            async with self._databases.keys.begin() as connection:
                await keys.drop(connection, member_id, dek_gen, stored.KIND)
            raise
        async with self._databases.keys.begin() as connection:
            await keys.drop_older(connection, [member_id], [dek_gen], stored.KIND)
        return put


def _on_file(seen: OnFile) -> wire.IdentityDocumentOnFile:
    return wire.IdentityDocumentOnFile(
        kind=seen.kind.value,  # type: ignore[arg-type]  # numbered as the contract's
        set_at=seen.set_at,
    )
