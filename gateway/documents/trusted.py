"""Trusted documents of the storefront: the installation's own, and those that staff upload while it runs.

Every process looks every few seconds at which uploaded documents run, and prepares what is new to it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import structlog

from gateway.documents import manifest
from gateway.documents.prepared import DocumentRefused
from gateway.documents.store import Documents
from gateway.errors.echoes import without_values
from gateway.storage.documents import Uploaded, UploadedDocuments
from services.kit.refusal import Declined, Invalid, NotFound

log = structlog.get_logger()

MOST_AT_ONCE = 100
_LOOK_EVERY_S = 5.0
_FLUSH_EVERY = 6
"""Looks between two flushes of the uses."""

_FLUSH_AT_THE_END_S = 3.0


class DocumentNotValid(Invalid):
    """A document that is to be trusted cannot run; the field says which, the facts where."""


class UnknownDocument(NotFound):
    """No document with this id was ever uploaded."""


class DocumentBuiltIn(Declined):
    """The document comes with the installation: it goes when its manifest no longer has it."""


class NotLooked(Exception):
    """Which uploaded documents run is not known yet."""


class Problem(NamedTuple):
    """What is wrong with one of several documents, and where in its text."""

    place: int
    message: str
    line: int | None
    column: int | None

    def refusal(self) -> DocumentNotValid:
        facts = {"line": self.line, "column": self.column} if self.line else {}
        return DocumentNotValid(self.message, field=f"documents[{self.place}]", **facts)


class Trusted:
    """The documents that run, and what staff may do with them."""

    def __init__(self, documents: Documents, built_in: Mapping[str, str], uploads: UploadedDocuments) -> None:
        self.documents = documents
        self.built_in = built_in
        self.uploads = uploads
        self._looked = False
        self._looking = asyncio.Lock()
        self._running: set[str] = set()

    def problems(self, texts: Sequence[str]) -> list[Problem]:
        """What keeps documents from running."""
        if not 1 <= len(texts) <= MOST_AT_ONCE:
            return [Problem(0, f"send 1 to {MOST_AT_ONCE} documents", None, None)]
        found = []
        for place, text in enumerate(texts):
            try:
                self.documents.check(text)
            except DocumentRefused as refused:
                for error in refused.errors:
                    line, column = error.locations[0] if error.locations else (None, None)
                    found.append(Problem(place, without_values(error.message), line, column))
        return found

    async def upload(self, texts: Sequence[str], actor: str) -> None:
        """Trust documents from now on; other processes follow within seconds. Raises ``DocumentNotValid``."""
        for problem in self.problems(texts):
            raise problem.refusal()
        keyed = {manifest.key(text): text for text in texts}
        await self.uploads.keep({key: text for key, text in keyed.items() if key not in self.built_in}, actor)
        await self.look()

    async def retire(self, document_id: str, actor: str) -> None:
        """Run an uploaded document no more. Raises ``UnknownDocument`` or ``DocumentBuiltIn``."""
        if document_id in self.built_in:
            raise DocumentBuiltIn("the document comes with the installation: take it from the manifest")
        if await self.uploads.retire(document_id, actor) is None:
            raise UnknownDocument("no document with this id was uploaded", field="documentId")
        await self.look()

    async def look(self) -> None:
        """Run what is to run, and nothing else."""
        async with self._looking:
            wanted = await self.uploads.running() - self.built_in.keys()
            for gone in self._running - wanted:
                self.documents.remove(gone)
            for new in await self.uploads.of(wanted - self._running):
                await asyncio.to_thread(self._run, new)
            self._running = wanted
            self._looked = True

    def _run(self, new: Uploaded) -> None:
        try:
            self.documents.add(new.document_id, new.body)
        except manifest.ManifestNotTrusted as why:
            # It was uploaded before the schema changed: the rest runs without it.
            log.error("uploaded document does not run", document=new.document_id, because=str(why))

    async def looked(self) -> None:
        """Return once it is known which uploaded documents run. Raises ``NotLooked``."""
        if not self._looked:
            raise NotLooked

    async def flush(self) -> None:
        """Write down how often documents were used."""
        counted = self.documents.uses.take()
        try:
            if counted:
                await self.uploads.add_uses(counted)
        except BaseException:
            self.documents.uses.give_back(counted)
            raise

    async def follow(self) -> None:
        """Look and flush for as long as the process serves, and flush at its end."""
        turn = 0
        try:
            while True:
                turn += 1
                try:
                    await self.look()
                    if turn % _FLUSH_EVERY == 0:
                        await self.flush()
                except Exception as error:
                    log.warning("uploaded documents are out of reach", because=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(_FLUSH_AT_THE_END_S):
                    await self.flush()
