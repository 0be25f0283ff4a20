"""Rewards: each step from a draft to the end of an offer, and each change of a stock, is one transaction."""

from dataclasses import replace

from services.kit import database
from services.kit.refusal import Conflict
from services.loyalty import events
from services.loyalty.actions.changed import Changed
from services.loyalty.actions.editions import as_drafted, next_edition
from services.loyalty.actions.promises import be_kept
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.programmes.drafts import Publisher, be_free_to_publish
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import KEY, KEY_SAID, be_like, wrong
from services.loyalty.rules.rewards.rewards import (
    MOST_OFFERED,
    MOST_POINTS,
    RewardDraftGone,
    RewardEditionFixed,
    RewardKind,
    RewardState,
    StockBelowTaken,
    Terms,
    TooManyRewards,
    UnknownReward,
    check,
)
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.programmes import programmes
from services.loyalty.storage.rewards import rewards
from services.loyalty.storage.rewards.rewards import Edition, Reward, StockChange


class RewardNotLimited(Conflict):
    """There is no end of the reward, and so no stock to change."""


async def draft(
    connection: database.RawConnection,
    programme: Programme,
    reward: str,
    terms: Terms,
    by: str,
    reason: str,
    now: int,
) -> Changed[Reward]:
    """Write the draft of the next edition over the one that is there; said again, it is a replay."""
    be_like(KEY, reward, "reward", KEY_SAID)
    check(terms, programme)
    await be_kept(connection, programme, _promised(terms))
    await rewards.found(connection, programme.number, reward, limited=terms.limited)
    known = await rewards.lock(connection, programme.number, reward)
    assert known is not None, "it is there by now"
    if known.in_force is not None and known.limited is not terms.limited:
        message = "whether there is an end of it was fixed by the first edition: found another reward"
        raise RewardEditionFixed(message, field="terms.limited", limited=known.limited)
    if known.draft and known.draft.terms == terms:
        return Changed(known, known, replayed=True)
    newest = known.draft or known.in_force
    written = Edition(next_edition(newest.edition if newest else 0), terms, by, now, reason)
    drafted = known.draft.edition if known.draft else 0
    await rewards.put_draft(connection, programme.number, reward, written, in_place_of=drafted)
    return Changed(known, replace(known, draft=written))


async def publish(
    connection: database.RawConnection,
    programme: Programme,
    reward: str,
    edition: int,
    publisher: Publisher,
    reason: str,
    now: int,
) -> Changed[Reward]:
    """Put the drafted edition in force; done before, it is a replay. No batch is in between editions."""
    await programmes.publish_alone(connection)
    known = await _locked(connection, programme, reward)
    in_force, drafted = known.in_force, known.draft
    if in_force and in_force.edition == edition and known.state is RewardState.PUBLISHED and not drafted:
        return Changed(known, known, replayed=True)
    if drafted is None or drafted.edition != edition:
        message = "the reward has no draft of this edition: read it again, and draft it anew"
        raise RewardDraftGone(
            message, field="edition", asked=edition, draft=drafted.edition if drafted else 0
        )
    writers = {drafted.drafted_by}
    be_free_to_publish(publisher, writers, "edition", two_persons=programme.two_persons)
    with as_drafted("edition"):
        check(drafted.terms, programme)
        await be_kept(connection, programme, _promised(drafted.terms), to_be_given=True)
    await _be_room(connection, known)
    published = replace(drafted, published_by=publisher.actor, published_at=now, reason=reason)
    await rewards.publish(connection, programme.number, reward, published)
    await _tell(connection, programme, reward, now)
    limited = published.terms.limited
    offered = replace(known, state=RewardState.PUBLISHED, limited=limited, in_force=published, draft=None)
    return Changed(known, offered)


async def stop(
    connection: database.RawConnection, programme: Programme, reward: str, now: int
) -> Changed[Reward]:
    """Offer it no longer; done before, it is a replay."""
    await programmes.publish_alone(connection)
    known = await _locked(connection, programme, reward)
    if known.state is RewardState.DRAFT:
        message = "the reward was never published: there is nothing to stop"
        raise RewardDraftGone(message, field="reward")
    if known.state is RewardState.STOPPED:
        return Changed(known, known, replayed=True)
    await rewards.stop(connection, programme.number, reward)
    await _tell(connection, programme, reward, now)
    return Changed(known, replace(known, state=RewardState.STOPPED))


async def change_stock(
    connection: database.RawConnection,
    programme: Programme,
    reward: str,
    change_id: str,
    delta: int,
    by: str,
    reason: str,
    now: int,
) -> tuple[StockChange, int, bool]:
    """Change the stock: what was changed, how many are taken, and whether that was so already."""
    known = await _locked(connection, programme, reward)
    if before := await rewards.stock_change(connection, programme.number, reward, change_id):
        if (before.delta, before.reason) != (delta, reason):
            message = "this id was used for another change of the stock: take a new one"
            raise IdempotencyKeyReused(message, field="change_id")
        return before, known.taken, True
    if not known.limited:
        message = "there is no end of this reward: publish one that is limited"
        raise RewardNotLimited(message, field="reward")
    if not delta:
        raise wrong("must be above or below 0", "delta")
    stock = known.stock + delta
    if stock < known.taken:
        message = f"{known.taken} of {known.stock} are taken: take at most {known.stock - known.taken} away"
        raise StockBelowTaken(message, field="delta", stock=known.stock, taken=known.taken)
    if stock > MOST_POINTS:
        raise wrong("a stock is at most 2^53", "delta")
    change = StockChange(change_id, delta, stock, reason, by, now)
    await rewards.change_stock(connection, programme.number, reward, change)
    await _tell(connection, programme, reward, now)
    return change, known.taken, False


async def _locked(connection: database.RawConnection, programme: Programme, reward: str) -> Reward:
    known = await rewards.lock(connection, programme.number, reward)
    if known is None:
        raise UnknownReward("there is no reward with this key: draft it first", field="reward")
    return known


def _promised(terms: Terms) -> list[tuple[GrantKind, str, str]]:
    """The coupon or benefit that it gives, with its path."""
    given = terms.kind in (RewardKind.COUPON, RewardKind.BENEFIT)
    return [(GrantKind(terms.kind), terms.gives, "terms.gives")] if given else []


async def _be_room(connection: database.RawConnection, known: Reward) -> None:
    """Refuse one more than a programme offers at once. Raises ``TooManyRewards``."""
    if known.state is RewardState.PUBLISHED:
        return
    if await rewards.count_offered(connection, known.programme) >= MOST_OFFERED:
        message = f"{MOST_OFFERED} rewards are offered at once: stop another first"
        raise TooManyRewards(message, field="reward", most=MOST_OFFERED)


async def _tell(connection: database.RawConnection, programme: Programme, reward: str, now: int) -> None:
    await tell(connection, [events.encode_rewards_revised(programme.programme_id, reward, now)])
