"""Reward redemptions: points and a piece of the stock go together, and come back together; part of the fold."""

from dataclasses import dataclass
from hashlib import sha256

import msgpack

from services.kit.refusal import Conflict, Declined, NotFound, Refusal
from services.loyalty.rules.ledger.asks import (
    NotEnoughPoints,
    be_free_to_spend,
    be_the_same,
    not_enough,
    spendable_of,
)
from services.loyalty.rules.ledger.entries import Account, EntryType, key_of
from services.loyalty.rules.ledger.events import Moved, RewardCancelled, RewardFulfilled, RewardRedeemed
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.rules.ledger.points import SYSTEM, Answer, Book, Member
from services.loyalty.rules.ledger.redemptions import give_back, left_of, redemption_of, wallet_of
from services.loyalty.rules.ledger.state import Denial, Part, Place, Reversal
from services.loyalty.rules.rewards.rewards import Offer, RewardKind, RewardState, UnknownReward
from services.loyalty.rules.rewards.takings import Taking, TakingState

CANCELLED = "cancelled"
"""The id of the one reversal that a reward's redemption may have."""


class RewardNotOffered(Declined):
    """The reward was stopped, or its window is not open."""


class RewardNotForTier(Declined):
    """The reward is for members on other tiers."""


class RewardLimitReached(Declined):
    """The member took the reward as often as may be."""


class RewardSoldOut(Declined):
    """Nothing is left of the reward."""


class RewardCostsOtherwise(Conflict):
    """The reward costs the member something else than was shown."""


class UnknownRewardRedemption(NotFound):
    """The member has no reward redemption with this id."""


class RewardAlreadyFulfilled(Declined):
    """The member has the reward already: it is not cancelled any more."""


_GRANTED = {RewardKind.COUPON: GrantKind.COUPON, RewardKind.BENEFIT: GrantKind.BENEFIT}
"""What is given by a grant, and by nobody's hand."""

_SAID: dict[type[Refusal], str] = {
    RewardNotOffered: "the reward is not offered now: look for another",
    RewardNotForTier: "the reward is for members on other tiers",
    RewardLimitReached: "the member took the reward as often as may be: wait for the next period, if there is one",
    RewardSoldOut: "nothing is left of the reward: look for another",
}
_BY_CODE = {kind.code: kind for kind in _SAID}


@dataclass(frozen=True, slots=True)
class RewardAsked:
    """One of a reward, asked for under an id that the member uses once. ``points_shown`` is 0 for whatever it costs."""

    member_id: str
    programme_id: str
    reward: str
    redemption_id: str
    points_shown: int
    actor: str

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb((self.programme_id, self.reward, self.points_shown))).digest()[:16]

    @property
    def key(self) -> bytes:
        return reward_key(self.redemption_id)

    @property
    def place(self) -> Place:
        return self.member_id, self.key


@dataclass(frozen=True, slots=True)
class Taken:
    """A reward's redemption with the balance right after it, and the place of its last entry."""

    taking: Taking
    balance_after: int
    recorded_at: int
    ord: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    taking: Taking
    reversal: Reversal


def reward_key(redemption_id: str) -> bytes:
    """The key of a reward's redemption by the id its caller gave it."""
    return key_of("reward", redemption_id)


def promise_of(key: bytes) -> str:
    """The key of the grant by which a redemption's coupon or benefit is given."""
    return f"reward:{key.hex()}"


def redeem_reward(book: Book, asked: RewardAsked) -> Answer:
    """Take one of a reward for what it costs the member now, or decline it for good."""
    history = book.programmes.history(asked.programme_id)
    number, key = history.newest.number, asked.key
    place = book.state.place(asked.member_id, key, number)
    if known := book.state.posted.get(place):
        be_the_same(known[0].fingerprint, asked.fingerprint, "redemption_id")
        return Answer(_taken(book, place, known), replayed=True)
    if denial := book.state.denials.get(place):
        be_the_same(denial.fingerprint, asked.fingerprint, "redemption_id")
        raise _declined(denial, replayed=True)
    offer = book.state.offers.get((number, asked.reward))
    if offer is None:
        raise UnknownReward("there is no reward with this key: read the catalogue again", field="reward")
    member = book.touch(asked.member_id, history)
    be_free_to_spend(member)
    price = offer.terms.price(member.standing.tier)
    if asked.points_shown and asked.points_shown != price:
        message = f"it costs {price} now: show that, and ask again under a new id"
        raise RewardCostsOtherwise(message, field="points_shown", shown=asked.points_shown, costs=price)
    denial = _why_not(book, asked, member, offer, price)
    if denial:
        book.state.denials[asked.member_id, key] = denial
        raise _declined(denial, replayed=False)
    return _take(book, asked, member, offer, price)


def _why_not(book: Book, asked: RewardAsked, member: Member, offer: Offer, price: int) -> Denial | None:
    """Why the member gets none, as it is remembered under the key."""
    terms, now = offer.terms, member.recorded_at
    wallet = member.wallets[spendable_of(member, terms.currency).code]
    available = max(0, wallet.available)
    because: type[Refusal] | None = None
    instants = book.state.taken_at.get((member.standing.member_id, member.current.number, asked.reward), ())
    if offer.state is not RewardState.PUBLISHED or not terms.is_open(now):
        because = RewardNotOffered
    elif offer.is_gone:
        because = RewardSoldOut
    elif terms.tiers and member.standing.tier not in terms.tiers:
        because = RewardNotForTier
    elif terms.reached(instants, now, member.current.time_zone):
        because = RewardLimitReached
    elif price > available:
        because = NotEnoughPoints
    if because is None:
        return None
    return Denial(asked.fingerprint, price, available, wallet.held, now, because.code, is_new=True)


def is_sold_out(offer: Offer, asked: RewardAsked, now: int) -> bool:
    """Whether nothing but that is to be said of an offer, whoever the member is and whichever tier is held."""
    shown, terms = asked.points_shown, offer.terms
    is_the_price = not shown or (shown == terms.points and not terms.tier_prices)
    return offer.is_gone and offer.state is RewardState.PUBLISHED and terms.is_open(now) and is_the_price


def nothing_left() -> RewardSoldOut:
    """The refusal of whoever comes when nothing is left."""
    return RewardSoldOut(_SAID[RewardSoldOut], field="reward", replayed="false")


def _declined(denial: Denial, *, replayed: bool) -> Refusal:
    kind = _BY_CODE.get(denial.because)
    if kind is None:
        return not_enough(denial, replayed=replayed)
    return kind(_SAID[kind], field="reward", replayed=str(replayed).lower())


def _take(book: Book, asked: RewardAsked, member: Member, offer: Offer, price: int) -> Answer:
    terms, now = offer.terms, member.recorded_at
    spender, number, key = member.standing.member_id, member.current.number, asked.key
    wallet = member.wallets[terms.currency]
    first = len(book.entries)
    journal = book.journal(member, key, asked.actor, asked.fingerprint, now, reason=f"reward:{asked.reward}")
    wallet.take(journal, EntryType.REDEEM, price, Account.REDEEMED)
    if offer.left is not None:
        offer.left -= 1
        book.state.stock_moved[number, asked.reward] += 1
    place = spender, key
    taking = book.state.takings[place] = Taking(
        spender,
        key,
        asked.redemption_id,
        number,
        asked.reward,
        offer.edition,
        terms.kind,
        terms.gives,
        wallet.currency,
        price,
        now,
        is_new=True,
    )
    book.state.taken_at.setdefault((spender, number, asked.reward), []).append(now)
    moved = Moved(terms.currency, price, wallet.available)
    book.tell(
        member,
        RewardRedeemed(asked.redemption_id, asked.reward, offer.edition, terms.kind, terms.gives, moved),
        now,
    )
    if kind := _GRANTED.get(terms.kind):
        # Promised with the points it costs, it is given by its key, once; unless that is refused, it is not cancelled.
        name, programme_id = promise_of(key), member.current.programme_id
        book.state.grants.append(
            Grant(name, spender, programme_id, kind, template=terms.gives, reason="REWARD")
        )
        taking.fulfil(SYSTEM, "", now)
        book.tell(member, RewardFulfilled(asked.redemption_id, asked.reward), now)
    return Answer(_taken(book, place, book.post(key, member, first)))


def _taken(book: Book, place: Place, parts: list[Part]) -> Taken:
    posted = redemption_of(parts)
    return Taken(book.state.takings[place], posted.balance_after, posted.recorded_at, posted.ord)


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """``not_given`` says that what it gives was refused, and is withdrawn."""

    member_id: str
    programme_id: str
    redemption_id: str
    reason: str
    actor: str
    not_given: bool = False


def cancel_reward(book: Book, asked: CancelAsked) -> Answer:
    """Give points and piece back, while it is not given; done before, it gives that answer again."""
    history = book.programmes.history(asked.programme_id)
    place = book.state.place(asked.member_id, reward_key(asked.redemption_id), history.newest.number)
    taking = book.state.takings.get(place)
    if taking is None or taking.programme != history.newest.number:
        raise unknown()
    if taking.state is TakingState.CANCELLED:
        return Answer(GivenBack(taking, book.state.reversals[place][CANCELLED]), replayed=True)
    if taking.state is TakingState.FULFILLED and not asked.not_given:
        raise RewardAlreadyFulfilled(
            "the member has it already: adjust the points instead", field="redemption_id"
        )
    member = book.touch(place[0], history)
    fingerprint = sha256(msgpack.packb((CANCELLED, asked.reason))).digest()[:16]
    key = key_of("cancel reward", place[0], asked.redemption_id)
    journal = book.journal(member, key, asked.actor, fingerprint, member.recorded_at, reason=asked.reason)
    points = sum(part[3] for part in left_of(book, place))
    reversal = give_back(book, member, place, CANCELLED, points, journal)
    taking.cancel(asked.actor, asked.reason, member.recorded_at)
    book.state.stock_moved[taking.programme, taking.reward] -= 1
    code, _ = wallet_of(member, taking.currency)
    moved = Moved(code, points, reversal.balance_after)
    book.tell(
        member, RewardCancelled(asked.redemption_id, taking.reward, moved, asked.reason), member.recorded_at
    )
    return Answer(GivenBack(taking, reversal))


def unknown() -> UnknownRewardRedemption:
    """The refusal of an id under which the member took nothing."""
    message = "the member took no reward under this id: check it, or name the member as the redemption does"
    return UnknownRewardRedemption(message, field="redemption_id")
