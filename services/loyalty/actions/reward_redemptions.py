"""Reward redemptions: that a member got what was redeemed is one transaction."""

from services.kit import database
from services.loyalty import events
from services.loyalty.rules.ledger.events import Event, RewardFulfilled
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.rules.rewards.rewards import RewardKind
from services.loyalty.rules.rewards.takings import Taking
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.rewards import reward_redemptions, takings


async def fulfil(
    connection: database.RawConnection, known: Taking, programme_id: str, code: str, by: str, now: int
) -> tuple[Taking, bool]:
    """The member has it; done before, it is a replay (True)."""
    if code and known.kind is not RewardKind.PARTNER:
        raise wrong("only a partner's reward has a code", "code")
    taking = await reward_redemptions.lock(connection, known)
    if not taking.fulfil(by, code, now):
        return taking, True
    await takings.change(connection, taking)
    done = Event(taking.member_id, programme_id, now, RewardFulfilled(taking.redemption_id, taking.reward))
    await tell(connection, [events.encode(done)])
    return taking, False
