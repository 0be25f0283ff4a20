"""Watchers: who is told of which members' events, and under which names a member is watched."""

import asyncio

from huiyuan.members.v1 import events_pb2 as members

from gateway.live.changes import RESYNCED, Change, mark
from gateway.live.positions import Positions
from services.kit import stream

QUEUED_AT_MOST = 64
_MERGED, _UNDONE = "MembersMerged", "MergeUndone"


class Watcher:
    """One watcher's queue. When it cannot keep up, what it did not take becomes one ``RESYNCED``.

    Whoever was merged into another is that other by now: ``names`` are the member's own id, and then those it leads to.
    """

    __slots__ = ("_queue", "after", "in_doubt", "names", "wants")

    def __init__(self, member_id: str, after: Positions | None) -> None:
        self.after = after
        self.names: tuple[str, ...] = (member_id,)
        self.in_doubt = True
        """Whether a merge or its undoing may have changed the names since they were asked for."""
        self.wants = False
        """False until it begins to take what it is told."""
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUED_AT_MOST)

    @property
    def member_id(self) -> str:
        return self.names[0]

    def tell(self, told: Change) -> None:
        if not self.wants:
            return
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            told = mark(RESYNCED, told.cursor)
        self._queue.put_nowait(told)

    def doubt(self) -> None:
        """Have the names asked for again."""
        self.in_doubt = True
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def next(self, within_s: float | None) -> Change | None:
        """What it is told next; None when the names are to be asked for first, or when nothing came in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._queue.get()
        except TimeoutError:
            return None


class Watchers:
    """All watchers of a process, by every name that they watch."""

    def __init__(self) -> None:
        self._by_name: dict[str, set[Watcher]] = {}

    def of(self, name: str) -> set[Watcher] | None:
        return self._by_name.get(name)

    def add(self, watcher: Watcher) -> None:
        for name in watcher.names:
            self._by_name.setdefault(name, set()).add(watcher)

    def discard(self, watcher: Watcher) -> None:
        for name in watcher.names:
            watching = self._by_name.get(name, set())
            watching.discard(watcher)
            if not watching:
                self._by_name.pop(name, None)

    def rename(self, watcher: Watcher, *others: str) -> None:
        """Watch a member under the own id and these."""
        self.discard(watcher)
        watcher.names = tuple(dict.fromkeys((watcher.member_id, *others)))
        self.add(watcher)

    def heed(self, event: stream.Event) -> None:
        """Let watchers follow a merge, or its undoing, of whom they watch.

        The survivor is watched from here on, and whoever parted hears nothing more of it; all else is asked for.
        """
        if event.type not in (_MERGED, _UNDONE):
            return
        envelope = members.MembersEvent.FromString(event.body)
        merged = event.type == _MERGED
        into = (envelope.members_merged if merged else envelope.merge_undone).into_member_id
        concerned = self._by_name.get(envelope.member_id, set()) | self._by_name.get(into, set())
        for watcher in concerned:
            if merged and envelope.member_id in watcher.names:
                self.rename(watcher, *watcher.names[1:], into)
            elif not merged and envelope.member_id == watcher.member_id:
                self.rename(watcher)
            watcher.doubt()
