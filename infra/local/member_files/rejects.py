"""Rejects: the rows that were not imported, as they were and with what would be right, for their owner alone."""

import csv
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.local import drafts
from infra.local.member_files.columns import REJECT_HEADINGS
from infra.local.member_files.rows import RowRefused
from services.members.rules.cells import inert


class Rejects:
    """A file of rejects; there is none while nothing is rejected. Raises ``DraftTaken``. It can be corrected and imported itself.

    Cells that a spreadsheet would take for formulas stand behind an apostrophe, which ``tables.opened`` takes off.
    """

    def __init__(self, file: Path, heading: list[str]) -> None:
        self.file = file
        self.count = 0
        self.by_code: dict[str, int] = {}
        self._heading = [name for name in heading if name not in REJECT_HEADINGS]
        self._kept = [at for at, name in enumerate(heading) if name not in REJECT_HEADINGS]
        # Put in its place at the end, so that a file of rejects can be imported over itself.
        self._draft = drafts.Draft(file)
        self._out = TextIOWrapper(self._draft.file, newline="", encoding="utf-8-sig")
        self._table = csv.writer(self._out)
        self._table.writerow((*REJECT_HEADINGS, *map(inert, self._heading)))

    def add(self, number: int, cells: list[str], why: RowRefused) -> None:
        """Write down one row and what is wrong with it."""
        self.count += 1
        self.by_code[why.code] = self.by_code.get(why.code, 0) + 1
        own = [cells[at] if at < len(cells) else "" for at in self._kept]
        self._table.writerow((number, why.column, why.code, inert(why.right), *map(inert, own)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the file in its place; where nothing was rejected, none stays, an earlier run's neither."""
        self._out.flush()
        if self.count:
            self._draft.place()
        else:
            self._draft.discard()
            self.file.unlink(missing_ok=True)
