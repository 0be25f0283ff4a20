"""Seen: which identities of a file came in which row, on disk and without saying them.

What is kept is a digest under a key that lives as long as the run. It lies in a temporary database of SQLite's,
since the identities of ten million rows would take gigabytes in memory.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Sequence

from services.members.rules.identities import Identity, index_input

_DIGEST_BYTES = 8
"""Of sixty million identities two have the same digest once in ten thousand runs, and the row is told as a duplicate."""


class Seen:
    """The identities met so far and the number of the row that brought each."""

    def __init__(self) -> None:
        self._keyed = hashlib.blake2b(digest_size=_DIGEST_BYTES, key=secrets.token_bytes(32))
        # A name of "" is a file that SQLite deletes as soon as it has opened it.
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000")
        self._kept.execute("CREATE TABLE seen (digest INTEGER PRIMARY KEY, number INTEGER)")
        # One transaction for good: nothing of it is to be there after the run.
        self._kept.execute("BEGIN")

    def first(self, identities: Sequence[Identity], number: int) -> tuple[int, int] | None:
        """None, and the identities are kept as row ``number``'s; or which of them came before, and in which row."""
        digests = [self._digest(identity) for identity in identities]
        rows = [(digest, number) for digest in digests]
        if self._kept.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", rows).rowcount == len(
            set(rows)
        ):
            return None
        # The row is not imported, so what else it brings is still free.
        self._kept.executemany("DELETE FROM seen WHERE digest = ? AND number = ?", rows)
        return next(
            (at, earlier)
            for at, digest in enumerate(digests)
            for (earlier,) in self._kept.execute("SELECT number FROM seen WHERE digest = ?", (digest,))
        )

    def close(self) -> None:
        self._kept.close()

    def _digest(self, identity: Identity) -> int:
        digest = self._keyed.copy()
        digest.update(index_input(identity))
        return int.from_bytes(digest.digest(), signed=True)
