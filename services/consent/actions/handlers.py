"""Handlers: the processing goes over to another one, announced before, with the consents as they stand (PIPL 22)."""

from datetime import datetime

from services.consent import events
from services.consent.rules import handlers as rules
from services.consent.rules.handlers import Transfer, TransferNotValid
from services.consent.rules.notices import LOCALES
from services.consent.rules.registers import EntryDiffers
from services.consent.storage import handlers, notices, purposes
from services.kit.database import Connection


async def transfer(connection: Connection, transfer: Transfer, by: str, now: datetime) -> bool:
    """Let the processing go over, and tell of it; True when that was recorded before.

    Raises ``TransferNotValid``, ``TransferNotTold`` or ``EntryDiffers``.
    """
    await purposes.lock(connection, "handlers")
    known = await handlers.transfers(connection)
    for one in known:
        if one == transfer:
            return True
        if one.transfer_id == transfer.transfer_id:
            raise EntryDiffers("a transfer of this id says something else", field="transfer_id")
    transfer.check(now)
    if known and transfer.effective_at <= known[-1].effective_at:
        raise TransferNotValid("it follows the last transfer", field="effective_at")
    told = {
        locale: found[0]
        for locale in LOCALES
        if (found := await notices.newest(connection, locale, transfer.notice_key))
    }
    transfer.check_told(told)
    await handlers.add(connection, transfer, by)
    await events.handling_transferred(connection, transfer, now)
    return False


async def in_charge(connection: Connection, own: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """Who answers for the processing now, as it stands in records."""
    return rules.in_charge(await handlers.transfers(connection), own, now)
