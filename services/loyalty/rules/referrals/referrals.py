"""Referrals: who may invite whom, what is asked of the invited, and what both get for it, once."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.kit.refusal import Conflict, Declined, NotFound
from services.loyalty.rules.ledger.expiry import local_day, midnight
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import KEY, KEY_SAID, be_like, be_unique, be_within, wrong
from services.loyalty.rules.rewards.rewards import MOST_OFTEN, MOST_POINTS, Limit

MOST_DAYS = 366
DAY_US = timedelta(days=1) // timedelta(microseconds=1)
HOUR_US = DAY_US // 24
VELOCITY, BUDGET, LATE = "VELOCITY", "BUDGET", "LATE"
"""Why an invitation is held, and why one lapsed."""
ONESELF, ALREADY_INVITED, NOT_NEW = "ONESELF", "ALREADY_INVITED", "NOT_NEW"
"""Why one lapsed whose invited was merged: with the inviter, with who was invited before, with who was there before."""

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are taken for digits, or for each other."""
CODE_LENGTH = 12
RANDOM_BYTES = CODE_LENGTH - 1


class UnknownReferralProgramme(NotFound):
    """No referral programme has this key."""


class UnknownInvite(NotFound):
    """No member invites by this code; it may be misspelt."""


class UnknownReferral(NotFound):
    """The member accepted no invitation."""


class InvitesNotOffered(Declined):
    """The referral programme was stopped, or its window is not open."""


class InviteOfOneself(Declined):
    """Members do not invite themselves, nor whom they were merged with."""


class InviteCircle(Declined):
    """The inviter was invited by the member, directly or by others."""


class MemberNotNew(Declined):
    """The member joined or ordered before the invitation."""


class AlreadyInvited(Conflict):
    """The member accepted another invitation before: one counts, for good."""


class InviterLimitReached(Declined):
    """The inviter's invitations count no more for now."""


class ReferralDecided(Conflict):
    """The invitation is not held, or was decided the other way."""


class ReferralRevisedMeanwhile(Conflict):
    """Another edition of the referral programme came between."""


class ReferralDraftGone(Conflict):
    """The referral programme has no draft like the one that was looked at."""


class ReferralProgrammeState(StrEnum):
    """Where an edition stands."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    STOPPED = "STOPPED"


class Trigger(StrEnum):
    SIGN_UP = "SIGN_UP"
    ORDER = "ORDER"


class ReferralState(StrEnum):
    JOINED = "JOINED"
    HELD = "HELD"
    REWARDED = "REWARDED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"


@dataclass(frozen=True, slots=True)
class SideReward:
    """What one side gets: points of a currency, or a coupon of a template; nothing where there is neither."""

    currency: str = ""
    points: int = 0
    template: str = ""


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """What an edition says. Instants are microseconds since 1970, 0 for open; 0 of a number means without end."""

    name: Text
    inviter: SideReward
    invited: SideReward
    trigger: Trigger
    order_at_least: int = 0
    within_days: int = 0
    limits: tuple[Limit, ...] = ()
    most_rewarded: int = 0
    held_above_hourly: int = 0
    held_above_daily: int = 0
    new_for_days: int = 7
    since: int = 0
    until: int = 0

    def is_open(self, at: int) -> bool:
        return self.since <= at and (not self.until or at < self.until)

    def qualifies_until(self, joined_at: int, zone: str) -> int:
        """When it is too late for the order: the midnight after the last day for it; 0 where none is asked."""
        if self.trigger is Trigger.SIGN_UP:
            return 0
        return midnight(local_day(joined_at, zone) + timedelta(days=self.within_days + 1), zone)

    def is_hasty(self, accepted: list[int], now: int) -> bool:
        """True when one more within the hour or the day is more than an inviter brings without being looked at."""
        hourly = sum(at > now - HOUR_US for at in accepted)
        daily = sum(at > now - DAY_US for at in accepted)
        return bool(
            (self.held_above_hourly and hourly >= self.held_above_hourly)
            or (self.held_above_daily and daily >= self.held_above_daily)
        )

    def limit_reached(self, accepted: list[int], now: int, zone: str) -> bool:
        """True when an inviter brought as many as count."""
        return any(
            sum(at >= limit.period.began(now, zone) for at in accepted) >= limit.most for limit in self.limits
        )


@dataclass(frozen=True, slots=True)
class Referral:
    """An accepted invitation; one for each member and programme, for good."""

    programme: int
    referral: str
    edition: int
    member_id: str
    inviter_id: str
    code: str
    state: ReferralState
    joined_at: int
    qualifies_until: int
    because: str = ""
    decided_by: str = ""
    reason: str = ""
    settled_at: int = 0


def make_code(random: bytes) -> str:
    """A code from 11 random bytes: 55 bits that nobody guesses, and a symbol that catches a slip of the pen."""
    symbols = [_SYMBOLS[byte % 32] for byte in random[:RANDOM_BYTES]]
    return "".join(symbols) + _check_symbol(symbols)


def read_code(text: str) -> str:
    """A code as it is kept, however it was written down. Raises ``UnknownInvite`` for what is none."""
    spelled = text.upper().replace("-", "").replace(" ", "").translate(str.maketrans("ILO", "110"))
    whole = len(spelled) == CODE_LENGTH and all(symbol in _SYMBOLS for symbol in spelled)
    if not whole or _check_symbol(list(spelled[:-1])) != spelled[-1]:
        raise unknown_invite()
    return spelled


def _check_symbol(symbols: list[str]) -> str:
    """Odd weights: each symbol changed, and nearly all neighbours exchanged, lead to another one."""
    return _SYMBOLS[sum((2 * nth + 1) * _SYMBOLS.index(symbol) for nth, symbol in enumerate(symbols)) % 32]


def unknown_invite() -> UnknownInvite:
    """Of what is misspelt and of what is nobody's the same is said."""
    return UnknownInvite("nobody invites by this code: check how it is spelt", field="code")


def promises(of: Referral, terms: ReferralTerms, programme_id: str) -> list[Grant]:
    """What both get, each under a key that is never used again."""
    sides = (("inviter", of.inviter_id, terms.inviter), ("invited", of.member_id, terms.invited))
    granted = []
    for side, member_id, reward in sides:
        key = f"referral:{of.programme}:{of.member_id}:{side}"
        if reward.template:
            granted.append(
                Grant(
                    key,
                    member_id,
                    programme_id,
                    GrantKind.COUPON,
                    template=reward.template,
                    reason="REFERRAL",
                )
            )
        elif reward.points:
            granted.append(
                Grant(
                    key,
                    member_id,
                    programme_id,
                    GrantKind.POINTS,
                    reward.currency,
                    reward.points,
                    "",
                    "REFERRAL",
                )
            )
    return granted


def check(referral: str, terms: ReferralTerms, programme: Programme) -> None:
    """Refuse terms that contradict themselves or the programme. Raises ``ProgrammeNotWellFormed``."""
    be_like(KEY, referral, "referral", KEY_SAID)
    for path, side in (("terms.inviter", terms.inviter), ("terms.invited", terms.invited)):
        be_within(side.points, 0, MOST_POINTS, f"{path}.points")
        if side.template:
            be_like(KEY, side.template, f"{path}.template", KEY_SAID)
        if side.template and side.points:
            raise wrong("give points or a coupon, and not both", path)
        if side.points and programme.currency(side.currency) is None:
            codes = ", ".join(one.code for one in programme.currencies)
            raise wrong(f"must be one of {codes}", f"{path}.currency")
    if not any(side.points or side.template for side in (terms.inviter, terms.invited)):
        raise wrong("somebody gets something", "terms.inviter")
    if terms.trigger is Trigger.ORDER:
        be_within(terms.within_days, 1, MOST_DAYS, "terms.within_days")
    be_within(terms.order_at_least, 0, MOST_POINTS, "terms.order_at_least")
    be_unique((limit.period for limit in terms.limits), "terms.limits", ".period")
    for nth, limit in enumerate(terms.limits):
        be_within(limit.most, 1, MOST_OFTEN, f"terms.limits[{nth}].most")
    be_within(terms.most_rewarded, 0, MOST_POINTS, "terms.most_rewarded")
    be_within(terms.held_above_hourly, 0, MOST_OFTEN, "terms.held_above_hourly")
    be_within(terms.held_above_daily, 0, MOST_OFTEN, "terms.held_above_daily")
    be_within(terms.new_for_days, 1, MOST_DAYS, "terms.new_for_days")
    if terms.until and terms.until <= terms.since:
        raise wrong("a window ends after it opens", "terms.until")
