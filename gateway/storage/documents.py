"""Documents that staff uploaded, and how often every trusted document was used by which client."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.tables import document_uses, trusted_documents
from services.kit import clock


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A document that was uploaded; it runs until it is retired."""

    document_id: str
    body: str
    uploaded_at: datetime
    uploaded_by: str
    retired_at: datetime | None
    retired_by: str | None


class Used(NamedTuple):
    """How often one client used a document, and when last, as of the last flush."""

    document_id: str
    client: str
    uses: int
    last_used_at: datetime


class UploadedDocuments:
    """Keeps and retires documents; a body never changes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, bodies: Mapping[str, str], actor: str) -> None:
        """Keep documents by their id. One that was retired runs again; one that runs stays as it is."""
        now = clock.now()
        statement = insert(trusted_documents)
        again = {"uploaded_at": now, "uploaded_by": actor, "retired_at": None, "retired_by": None}
        statement = statement.on_conflict_do_update(
            index_elements=["document_id"], set_=again, where=trusted_documents.c.retired_at.is_not(None)
        )
        rows = [
            {"document_id": document_id, "body": body, "uploaded_at": now, "uploaded_by": actor}
            for document_id, body in sorted(bodies.items())
        ]
        async with self._engine.begin() as connection:
            await connection.execute(statement, rows)

    async def retire(self, document_id: str, actor: str) -> Uploaded | None:
        """Retire a document for good, or until it is uploaded again; None when there is none."""
        retired = (
            sa.update(trusted_documents)
            .where(trusted_documents.c.document_id == document_id, trusted_documents.c.retired_at.is_(None))
            .values(retired_at=clock.now(), retired_by=actor)
        )
        async with self._engine.begin() as connection:
            await connection.execute(retired)
        return next(iter(await self.of([document_id])), None)

    async def running(self) -> set[str]:
        """The ids of the documents that are not retired."""
        query = sa.select(trusted_documents.c.document_id).where(trusted_documents.c.retired_at.is_(None))
        async with self._engine.connect() as connection:
            return set((await connection.execute(query)).scalars())

    async def of(self, document_ids: Collection[str]) -> list[Uploaded]:
        """The documents of some ids, as far as they were uploaded."""
        query = _WHOLE.where(trusted_documents.c.document_id.in_(document_ids))
        async with self._engine.connect() as connection:
            return [Uploaded(*row) for row in await connection.execute(query)]

    async def page(self, first: int, after: str) -> list[Uploaded]:
        """Documents by their ids, retired ones too."""
        query = _WHOLE.where(trusted_documents.c.document_id > after)
        async with self._engine.connect() as connection:
            rows = await connection.execute(query.order_by(trusted_documents.c.document_id).limit(first))
            return [Uploaded(*row) for row in rows]

    async def add_uses(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Add to how often documents were used, by document and client."""
        now = clock.now()
        statement = insert(document_uses)
        statement = statement.on_conflict_do_update(
            index_elements=["document_id", "client"],
            set_={
                "uses": document_uses.c.uses + statement.excluded.uses,
                "last_used_at": sa.func.greatest(
                    document_uses.c.last_used_at, statement.excluded.last_used_at
                ),
            },
        )
        # In one order everywhere, so that processes that flush at once wait for one another in turn.
        rows = [
            {"document_id": document_id, "client": client, "uses": uses, "last_used_at": now}
            for (document_id, client), uses in sorted(counted.items())
        ]
        async with self._engine.begin() as connection:
            await connection.execute(statement, rows)

    async def uses(self, document_ids: Sequence[str]) -> list[Used]:
        """How often documents were used, the most frequent clients first."""
        query = (
            sa.select(*(document_uses.c[name] for name in Used._fields))
            .where(document_uses.c.document_id.in_(document_ids))
            .order_by(document_uses.c.uses.desc(), document_uses.c.client)
        )
        async with self._engine.connect() as connection:
            return [Used(*row) for row in await connection.execute(query)]


_WHOLE = sa.select(*(trusted_documents.c[name] for name in Uploaded.__annotations__))
