"""Transfers at rest: to whom the processing went over and from when on; never changed."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.handlers import Transfer
from services.consent.rules.purposes import Text

_ALL = """SELECT transfer_id, handler_id, name_zh, name_en, contact, notice_key, effective_at
  FROM handler_transfers ORDER BY effective_at"""
_ADD = """INSERT INTO handler_transfers
  (transfer_id, handler_id, name_zh, name_en, contact, notice_key, effective_at, recorded_by)
  VALUES (:transfer_id, :handler_id, :name_zh, :name_en, :contact, :notice_key, :effective_at, :by)"""


async def transfers(connection: AsyncConnection) -> list[Transfer]:
    """All of them, the earliest first."""
    rows = await connection.execute(sa.text(_ALL))
    return [
        Transfer(row.transfer_id, row.handler_id, Text(row.name_zh, row.name_en), *row[4:]) for row in rows
    ]


async def add(connection: AsyncConnection, transfer: Transfer, by: str) -> None:
    said = asdict(transfer)
    name = said.pop("name")
    await connection.execute(sa.text(_ADD), {**said, "name_zh": name["zh"], "name_en": name["en"], "by": by})
