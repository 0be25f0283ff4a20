"""Analyses: exports for those who analyse, from the request to the CSV that may leave."""

import csv
import io
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.cells import inert
from services.kit.refusal import Declined, NotFound
from services.members.rules.anonymity import Table

KEPT_FOR = timedelta(days=7)
PORTION_BYTES = 1 << 20


class AnalysisState(IntEnum):
    """How far an export is; the numbers are in the database and in the contract."""

    REQUESTED = 1
    READY = 2
    FAILED = 3
    GONE = 4


class UnknownAnalysis(NotFound):
    """There is no such export."""

    def __init__(self) -> None:
        super().__init__("there is no such export", field="analysis_id")


class AnalysisNotReady(Declined):
    """The export is not ready yet, failed, or was destroyed."""

    def __init__(self) -> None:
        super().__init__(
            "the export is not ready, failed, or was destroyed: see its state", field="analysis_id"
        )


class Ask(NamedTuple):
    """What is asked for: how many alike, which columns, for which purpose and why."""

    k: int
    columns: tuple[str, ...]
    purpose: str
    reason: str


class Result(NamedTuple):
    """What came of an export, beside its content."""

    rows: int
    suppressed: int
    not_consented: int
    levels: tuple[int, ...]


class Analysis(NamedTuple):
    """An export, as it is told of."""

    analysis_id: UUID
    state: AnalysisState
    ask: Ask
    requested_by: str
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    result: Result
    refusal_code: str


def written(table: Table) -> bytes:
    """The rows as CSV in UTF-8."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(table.heading)
    rows.writerows([inert(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()
