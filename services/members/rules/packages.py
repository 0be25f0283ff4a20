"""Packages: a member's own data as a zip of JSON and CSV, and for how long it may be fetched.

The layout is described, for machines too, in ``docs/member-package.md`` and ``docs/member-package.schema.json``.
"""

import csv
import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

from services.kit.cells import inert
from services.kit.refusal import Declined, Forbidden, NotFound

FORMAT = "huiyuan-member-package/1"
SCHEMA = 1
"""The layout of what is sealed: the zip itself."""

KEPT_FOR = timedelta(days=7)
TOKEN_HOLDS = timedelta(minutes=10)
_TOKEN_BYTES = 32
_JSON = "member.json"


class PackageState(IntEnum):
    """How far a package is; the numbers are in the database and in the contract."""

    GATHERING = 1
    READY = 2
    GONE = 3


class UnknownPackage(NotFound):
    """The member has no such package."""

    def __init__(self) -> None:
        super().__init__("the member has no such package", field="package_id")


class PackageNotReady(Declined):
    """The package is still being gathered, or was destroyed."""

    def __init__(self, state: PackageState) -> None:
        super().__init__(
            "the package is still being gathered: ask again in a minute"
            if state is PackageState.GATHERING
            else "the package was destroyed: request a new one",
            field="package_id",
        )


class DownloadTokenNotValid(Forbidden):
    """The token was used, is too old, or is another package's."""

    def __init__(self) -> None:
        super().__init__("the token was used, is too old or is another's: issue a new one", field="token")


class Package(NamedTuple):
    """A request for a package, and what became of it."""

    package_id: UUID
    state: PackageState
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size_bytes: int
    downloaded_at: datetime | None


@dataclass(slots=True)
class Table:
    """Rows of texts under typed columns, as a service gave them."""

    name: str
    columns: dict[str, str]
    rows: list[tuple[str, ...]] = field(default_factory=list, repr=False)


def merged(tables: Sequence[Table]) -> list[Table]:
    """Portions of the same table as one, in the order they came. Raises ``ValueError`` where columns differ."""
    by_name: dict[str, Table] = {}
    for table in tables:
        known = by_name.setdefault(table.name, Table(table.name, table.columns))
        if known.columns != table.columns:
            raise ValueError(f"two services export a table {table.name}, with other columns")
        known.rows += table.rows
    return list(by_name.values())


def packed(member_id: UUID, tables: Sequence[Table], now: datetime) -> bytes:
    """The zip: all of it in ``member.json``, and each table once more as CSV for a spreadsheet."""
    document = {
        "format": FORMAT,
        "member_id": str(member_id),
        "made_at": instant(now),
        "tables": {table.name: [_row(table, row) for row in table.rows] for table in tables},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(_JSON, now), json.dumps(document, ensure_ascii=False, indent=1))
        for table in tables:
            archive.writestr(_entry(f"{table.name}.csv", now), _csv(table))
    return out.getvalue()


def new_token() -> tuple[str, bytes]:
    """A token for one download, and the digest by which it is known again."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, token_digest(token)


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _row(table: Table, row: tuple[str, ...]) -> dict[str, Any]:
    return {name: _value(type, cell) for (name, type), cell in zip(table.columns.items(), row, strict=True)}


def _value(type: str, cell: str) -> Any:
    """A cell as JSON: empty is null."""
    if not cell:
        return None
    if type in ("integer", "json", "boolean"):
        return json.loads(cell)
    return cell


def _csv(table: Table) -> str:
    out = io.StringIO()
    # Spreadsheets in Chinese read UTF-8 by its mark alone.
    out.write("\ufeff")
    rows = csv.writer(out)
    rows.writerow(table.columns)
    texts = [type in ("text", "json") for type in table.columns.values()]
    for row in table.rows:
        # The JSON has each text as it is.
        rows.writerow([inert(cell) if text else cell for cell, text in zip(row, texts, strict=True)])
    return out.getvalue()


def instant(at: datetime) -> str:
    """An instant as packages write it: RFC 3339, in UTC."""
    return at.isoformat().replace("+00:00", "Z")
