"""Reward redemptions: that a member got what was redeemed, or never gets it, is one transaction."""

from services.kit import database
from services.loyalty import events
from services.loyalty.rules.ledger.events import Event, RewardFulfilled
from services.loyalty.rules.ledger.grants import GrantState
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.rules.rewards.reward_redemptions import promise_of
from services.loyalty.rules.rewards.rewards import RewardKind
from services.loyalty.rules.rewards.takings import Taking
from services.loyalty.storage.ledger import grants
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


async def withdraw(connection: database.RawConnection, known: Taking) -> bool:
    """Let what was promised for a redemption never be given, where it was refused (True); done again, it is so still.

    That comes before points go back: whoever is killed between the two finds it here, and nobody has it tried again.
    """
    promised = await grants.lock(connection, known.member_id, promise_of(known.key))
    if promised is None or promised.state is not GrantState.REFUSED:
        return False
    await grants.withdraw(connection, promised.grant)
    return True
