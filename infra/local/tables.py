"""CSV files of members, line by line: what makes no sense is put aside with why, and the rest goes on."""

import csv
from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from huiyuan.kit.v1.kit_pb2 import ExternalIdentity

from infra.local.delivery import Reject

MEMBER_COLUMNS = ("member_id", "external_id")

Made = TypeVar("Made")


class FileNotUnderstood(Exception):
    """The file is no table with the columns that are asked for."""


class ExternalIdKind(StrEnum):
    """What the external ids of a file of members are."""

    STOREFRONT_CUSTOMER = "storefront_customer"
    PHONE = "phone"
    EMAIL = "email"
    WECHAT_UNIONID = "wechat_unionid"
    WECHAT_OPENID = "wechat_openid"
    ALIPAY = "alipay"
    MARKETPLACE_NICK = "marketplace_nick"


class Line(NamedTuple):
    """A line of a file with its cells by column; ``number`` counts from 1, the heading included."""

    number: int
    text: str
    cells: dict[str, str]

    def member(self) -> tuple[str, str]:
        """By which column the line names its member, and as what. Raises ``ValueError``."""
        named = [(name, self.cells[name]) for name in MEMBER_COLUMNS if self.cells.get(name)]
        if len(named) != 1:
            raise ValueError("name the member by member_id or by external_id")
        return named[0]


def name(message: Any, member: tuple[str, str], external: ExternalIdentity) -> None:
    """Say in a message whom a line names: by ``member_id``, or by an ``identity`` of the kind that ``external`` has."""
    column, value = member
    if column == "member_id":
        message.member_id = value
    else:
        message.identity.CopyFrom(external)
        message.identity.value = value


def read(
    file: Path,
    others: Collection[str],
    needed: Collection[str],
    make: Callable[[Line], Made],
    rejects: list[Reject],
) -> list[Made]:
    """What ``make`` makes of each line, which names a member and has columns out of ``others``.

    A line that it refuses by ``ValueError`` is put to the rejects. Raises ``FileNotUnderstood``.
    """
    columns = (*MEMBER_COLUMNS, *others)
    made = []
    with file.open(newline="", encoding="utf-8-sig") as source:
        table = csv.reader(source)
        try:
            heading = [name.strip() for name in next(table, [])]
            missing, strange = set(needed) - set(heading), set(heading) - set(columns)
            if missing or strange or set(MEMBER_COLUMNS).isdisjoint(heading):
                raise FileNotUnderstood(f"the first line names columns out of {', '.join(columns)}")
            for cells in table:
                number, text = table.line_num, ",".join(cells)
                try:
                    named = dict(zip(heading, map(str.strip, cells), strict=True))
                    made.append(make(Line(number, text, named)))
                except ValueError as wrong:
                    rejects.append((number, str(wrong), text))
        except (csv.Error, UnicodeDecodeError) as wrong:
            raise FileNotUnderstood(f"the file is not a CSV table in UTF-8: {wrong}") from None
    return made
