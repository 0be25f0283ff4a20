"""Importing members: a file's rows in batches through ``RegisterMembers``, and what became of each.

It keeps no state of its own: a row's idempotency key is made from what it says, so that a run that was cut short is
simply run again. The first row of a file with an identity is imported, every later one is a duplicate.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, Self

from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from huiyuan.members.v1.identities_pb2 import MemberReference, ResolveMembersRequest
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.profiles_pb2 import RegisterMemberResult, RegisterMembersRequest

from infra.local.delivery import Progress, batches, client, deliver, patiently
from infra.local.member_files.columns import Plan
from infra.local.member_files.rejects import Rejects
from infra.local.member_files.rows import Entrant, Meaning, RowRefused, column_of, entrant
from infra.local.member_files.seen import Seen
from infra.local.member_files.tables import Row, Table

ROLES = ("member_registrar",)
_AT_ONCE = 1000
_UNDER_WAY = 2
_TAKEN = "IDENTITY_ALREADY_TAKEN"
_RIGHTS = {
    _TAKEN: "a member has this identity already: look the member up, and change the profile instead",
    "IDEMPOTENCY_KEY_REUSED": "an earlier row with this external id said something else: change the profile instead",
}


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do, with the rows of a file."""

    rows: int = 0
    imported: int = 0
    replayed: int = 0
    """Of those imported, how many an earlier run had imported already."""
    duplicates: int = 0
    rejects: dict[str, int] = field(default_factory=dict)


class Members(NamedTuple):
    """The members service's doors, and the headers that say who comes in."""

    profiles: ProfilesServiceClient
    identities: IdentitiesServiceClient
    headers: dict[str, str]

    @classmethod
    def at(cls, url: str, token: str) -> Self:
        return cls(
            client(ProfilesServiceClient, url, "members"),
            client(IdentitiesServiceClient, url, "members"),
            {"authorization": f"Bearer {token}"},
        )


class _Item(NamedTuple):
    row: Row
    fate: Entrant | RowRefused


class Importer:
    """Brings a table of members in; with ``dry_run`` it only looks, in the file and in the database."""

    def __init__(
        self, members: Members, meaning: Meaning, progress: Progress, *, dry_run: bool = False
    ) -> None:
        self._profiles, self._identities, self._headers = members
        self._meaning = meaning
        self._progress = progress
        self._settle = self._look if dry_run else self._register

    async def run(self, table: Table, plan: Plan, rejects: Rejects) -> Outcome:
        """Import a table. Raises ``FileNotUnderstood``, ``ImportStopped``, or a refusal of the whole."""
        outcome = Outcome()
        under_way: deque[asyncio.Task[list[_Item]]] = deque()
        try:
            for batch in batches(_items(table, plan, self._meaning, outcome), _AT_ONCE):
                under_way.append(asyncio.create_task(self._settle(batch, outcome)))
                # While the service works on one batch, the next is read.
                await asyncio.sleep(0)
                if len(under_way) > _UNDER_WAY:
                    self._write(await under_way.popleft(), rejects)
                self._progress("members", outcome.rows, max(table.about, outcome.rows))
            while under_way:
                self._write(await under_way.popleft(), rejects)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        outcome.rejects = rejects.by_code
        self._progress("members", outcome.rows, outcome.rows)
        return outcome

    async def _register(self, items: list[_Item], outcome: Outcome) -> list[_Item]:
        """Register a batch; its items, those turned down with the reason."""
        fates = {item.row.number: item.fate for item in items}

        async def send(batch: list[_Item]) -> Sequence[RegisterMemberResult]:
            request = RegisterMembersRequest(members=[_of(item).request for item in batch])
            answer = await patiently(self._profiles.register_members, request, self._headers)
            results: Sequence[RegisterMemberResult] = answer.results
            return results

        def settle(item: _Item, result: RegisterMemberResult) -> bool:
            if result.HasField("registered"):
                outcome.imported += 1
                outcome.replayed += result.registered.replayed
            elif not result.refusal.retryable:
                code, field_path = result.refusal.code, result.refusal.field
                right = _RIGHTS.get(code, result.refusal.message)
                fates[item.row.number] = RowRefused(column_of(field_path, _of(item)), code, right)
            return not result.refusal.retryable

        if ready := [item for item in items if isinstance(item.fate, Entrant)]:
            await deliver(ready, send, settle)
        return [item._replace(fate=fates[item.row.number]) for item in items]

    async def _look(self, items: list[_Item], outcome: Outcome) -> list[_Item]:
        """Ask who of a batch is a member already; nothing is changed."""
        asked = [
            (item, at)
            for item in items
            if isinstance(item.fate, Entrant)
            for at in range(len(item.fate.identities))
        ]
        taken: dict[int, RowRefused] = {}
        for some in batches(asked, _AT_ONCE):
            references = [
                MemberReference(identity=_of(item).request.identities[at].identity) for item, at in some
            ]
            request = ResolveMembersRequest(references=references)
            answer = await patiently(self._identities.resolve_members, request, self._headers)
            for (item, at), member in zip(some, answer.members, strict=True):
                if member.member_id:
                    taken.setdefault(
                        item.row.number, RowRefused(_of(item).columns[at], _TAKEN, _RIGHTS[_TAKEN])
                    )
        outcome.imported += len({item.row.number for item, _ in asked}) - len(taken)
        return [item._replace(fate=taken.get(item.row.number, item.fate)) for item in items]

    def _write(self, items: list[_Item], rejects: Rejects) -> None:
        for item in items:
            if isinstance(item.fate, RowRefused):
                rejects.add(item.row.number, item.row.cells, item.fate)


def _items(table: Table, plan: Plan, meaning: Meaning, outcome: Outcome) -> Iterator[_Item]:
    """Every row with whom it describes, or why it is not imported."""
    now = datetime.now(UTC)
    seen = Seen()
    try:
        for row in table.rows:
            outcome.rows += 1
            try:
                one = entrant(row, table.heading, plan, meaning, now)
                known = seen.first(one.identities, row.number)
                if known is not None:
                    outcome.duplicates += 1
                    at, number = known
                    right = f"row {number} has the same {one.columns[at]}: keep one of the two"
                    raise RowRefused(one.columns[at], "DUPLICATE_IN_FILE", right)
            except RowRefused as refused:
                yield _Item(row, refused)
            else:
                yield _Item(row, one)
    finally:
        seen.close()


def _of(item: _Item) -> Entrant:
    assert isinstance(item.fate, Entrant)
    return item.fate
