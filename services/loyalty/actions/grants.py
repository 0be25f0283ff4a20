"""Grants: have one tried again that was refused."""

from datetime import datetime

from services.kit import database
from services.loyalty.rules.ledger.grants import WITHDRAWN, GrantNotRefused, GrantState, UnknownGrant
from services.loyalty.storage.ledger import grants
from services.loyalty.storage.ledger.grants import Kept


async def retry(
    connection: database.RawConnection, member_id: str, key: str, now: datetime
) -> tuple[Kept, bool]:
    """Open a refused grant again; one that is open is a replay (True)."""
    kept = await grants.lock(connection, member_id, key)
    if kept is None:
        raise UnknownGrant("nothing was promised to this member under this key", field="key")
    if kept.state is GrantState.OPEN:
        return kept, True
    if kept.state is GrantState.GIVEN:
        raise GrantNotRefused("it was given: there is nothing to try again", field="key")
    if kept.outcome == WITHDRAWN:
        raise GrantNotRefused("what it was promised for was cancelled: nothing is due any more", field="key")
    return await grants.reopen(connection, kept.grant, now), False
