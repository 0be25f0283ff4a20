"""Exports: rows of any values as the tables that a member's package is made of."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from huiyuan.kit.v1.exports_pb2 import (
    CELL_TYPE_BOOLEAN,
    CELL_TYPE_DATE,
    CELL_TYPE_INSTANT,
    CELL_TYPE_INTEGER,
    CELL_TYPE_JSON,
    CELL_TYPE_TEXT,
    CellType,
    ExportedColumn,
    ExportedRow,
    ExportedTable,
)

TYPES: Mapping[str, CellType] = {
    "text": CELL_TYPE_TEXT,
    "integer": CELL_TYPE_INTEGER,
    "boolean": CELL_TYPE_BOOLEAN,
    "instant": CELL_TYPE_INSTANT,
    "date": CELL_TYPE_DATE,
    "json": CELL_TYPE_JSON,
}


def table(name: str, columns: Mapping[str, str], rows: Iterable[Iterable[object]]) -> ExportedTable:
    """A table of rows; ``columns`` are names with one of ``TYPES`` each, in the order of a row's values."""
    return ExportedTable(
        name=name,
        columns=[ExportedColumn(name=column, type=TYPES[type]) for column, type in columns.items()],
        rows=[
            ExportedRow(cells=[_cell(value) for _, value in zip(columns, row, strict=True)]) for row in rows
        ],
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
