"""Programmes: the rules an operator sets, as immutable versions."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from services.kit.refusal import Declined, NotFound
from services.loyalty.rules.earning.earn_plans import EarnPlan
from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.ledger.conversion import Conversion, Reason, Redeemable, redeemable
from services.loyalty.rules.ledger.expiry import NEVER, Expiry, Maturation, expires_at
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.tiers.tier_schemes import EARNED, WITHOUT_END, OnPublish, TierRule, TierScheme
from services.loyalty.rules.tiers.windows import WindowKind

HOLD_MINUTES = 30
LONGEST_HOLD_MINUTES = 7 * 24 * 60


class UnknownProgramme(NotFound):
    """No programme has this id."""


class ProgrammeNotInForce(Declined):
    """The programme had not begun at that instant."""


class NegativePolicy(StrEnum):
    """What happens when more points must be taken back than are there."""

    ALLOW_NEGATIVE = "ALLOW_NEGATIVE"
    CLAMP = "CLAMP"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class TierDebtFloor:
    """How deep the debt of members on a tier goes; 0 for as deep as may be."""

    tier: str
    points: int


@dataclass(frozen=True, slots=True)
class CurrencyRules:
    """A currency of the programme; ``number`` names it in the ledger (0 until it is stored).

    Where the policy allows debt, it goes down to ``debt_floor`` (0 for as deep as may be), or to the floor of the
    member's tier. ``transfer_limit`` is the most points of one transfer (0 for none). An adjustment of more than
    ``approval_above`` points wants a second person (0: none does). ``cost_micros`` is what a point costs the
    operator, in millionths of the money's major unit.
    """

    code: str
    name: Text
    spendable: bool
    maturation: Maturation
    expiry: Expiry
    negative_policy: NegativePolicy
    debt_floor: int = 0
    number: int = 0
    tier_debt_floors: tuple[TierDebtFloor, ...] = ()
    conversion: Conversion | None = None
    transferable: bool = False
    transfer_limit: int = 0
    approval_above: int = 0
    hold_minutes: int = HOLD_MINUTES
    longest_hold_minutes: int = LONGEST_HOLD_MINUTES
    cost_micros: int = 0

    def debt_floor_at(self, tier_key: str) -> int:
        """The deepest debt of a member on a tier (empty for none); 0 for as deep as may be."""
        return next(
            (floor.points for floor in self.tier_debt_floors if floor.tier == tier_key), self.debt_floor
        )

    def redeemable(self, asked: int | None, available: int, total_minor: int) -> Redeemable:
        """How many points an order's money takes, of those asked (None: as many as can be) and available."""
        if not self.spendable:
            return Redeemable(0, 0, Reason.NOT_SPENDABLE)
        return redeemable(self.conversion, asked, available, total_minor)


@dataclass(frozen=True)
class Programme:
    """One version of a programme. Immutable; ``effective_at`` in microseconds since 1970.

    ``two_persons`` says that who publishes the next version wrote nothing of it.
    """

    programme_id: str
    number: int
    version: int
    name: Text
    time_zone: str
    money_currency: str
    currencies: tuple[CurrencyRules, ...]
    earn_rules: tuple[EarnRule, ...]
    tiers: tuple[TierRule, ...]
    effective_at: int
    tier_scheme: TierScheme = WITHOUT_END
    two_persons: bool = False

    # Each operation of a fold asks several times: what the answers are looked up in is made once.
    @cached_property
    def _by_code(self) -> dict[str, CurrencyRules]:
        return {currency.code: currency for currency in self.currencies}

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {tier.key: rank for rank, tier in enumerate(self.tiers, 1)}

    @cached_property
    def metrics(self) -> frozenset[str]:
        """What the tiers are measured by: a currency by its code, be it by its balance or by what was earned."""
        return frozenset(metric.removeprefix(EARNED) for metric in self._measured)

    @cached_property
    def earned(self) -> frozenset[str]:
        """The codes of the currencies of which tiers count what was earned."""
        return frozenset(m.removeprefix(EARNED) for m in self._measured if m.startswith(EARNED))

    @cached_property
    def _measured(self) -> frozenset[str]:
        asked = (each.metric for tier in self.tiers for each in (*tier.conditions, *tier.retain))
        return frozenset((*asked, *(part.metric for part in self.tier_scheme.score)))

    @cached_property
    def asks_for_joining(self) -> bool:
        """Whether tiers are measured in years that begin when a member joined."""
        windows = [each.window for tier in self.tiers for each in (*tier.conditions, *tier.retain)]
        windows += [part.window for part in self.tier_scheme.score]
        return any(window.kind is WindowKind.ANNIVERSARY for window in windows)

    @cached_property
    def earning(self) -> EarnPlan:
        """The earn rules, made ready to judge orders."""
        return EarnPlan(self.earn_rules)

    def currency(self, code: str) -> CurrencyRules | None:
        return self._by_code.get(code)

    def numbered(self, number: int) -> CurrencyRules | None:
        """The currency with a number; None when it is another programme's."""
        return next((currency for currency in self.currencies if currency.number == number), None)

    def code(self, number: int) -> str:
        """The code of the currency with a number; empty when it is another programme's."""
        found = self.numbered(number)
        return found.code if found else ""

    def tier(self, key: str) -> TierRule | None:
        rank = self._ranks.get(key)
        return None if rank is None else self.tiers[rank - 1]

    def rank(self, key: str) -> int:
        """A tier's place on the ladder from 1; 0 for none and for a tier that is no longer there."""
        return self._ranks.get(key, 0)


def unchanged(before: Programme, version: int, at: int) -> Programme:
    """A version by which everything stays as it is by the one before, from an instant on, but not before that one.

    It moves nobody: what a version does as it comes into force was done by the one before.
    """
    scheme = replace(before.tier_scheme, successors=(), on_publish=OnPublish.RAISE_ONLY)
    return replace(before, version=version, effective_at=max(at, before.effective_at), tier_scheme=scheme)


@dataclass(frozen=True)
class ProgrammeHistory:
    """All versions of one programme, oldest first.

    In the place of one that was ``canceled`` before it took effect is the version before it, ``unchanged``.
    """

    versions: tuple[Programme, ...]
    canceled: Mapping[int, Programme] = field(default_factory=dict)

    @property
    def newest(self) -> Programme:
        return self.versions[-1]

    @cached_property
    def metrics(self) -> frozenset[str]:
        """What tiers are, were or will be measured by."""
        return frozenset().union(*(version.metrics for version in self.versions))

    @cached_property
    def earned(self) -> frozenset[str]:
        """The same of what is counted as it is earned."""
        return frozenset().union(*(version.earned for version in self.versions))

    def rank(self, key: str) -> int:
        """A tier's place on the last ladder that had it; 0 for none."""
        return next((rank for version in reversed(self.versions) if (rank := version.rank(key))), 0)

    @cached_property
    def asks_for_joining(self) -> bool:
        """Whether any version measures in years of membership."""
        return any(version.asks_for_joining for version in self.versions)

    @cached_property
    def asks_for_birthdays(self) -> bool:
        """Whether any version's earn rules are for the month of a member's birthday."""
        return any(version.earning.birthday_purposes for version in self.versions)

    @cached_property
    def has_limits(self) -> bool:
        """Whether any version's earn rules have a budget or a cap."""
        return any(version.earning.limited for version in self.versions)

    @cached_property
    def gives_once(self) -> bool:
        """Whether any version's earn rules give a coupon once for good."""
        return any(rule.is_once for version in self.versions for rule in version.earn_rules)

    def at(self, instant: int) -> Programme:
        """The version in force at an instant. Raises ``ProgrammeNotInForce``."""
        if instant >= self.versions[-1].effective_at:
            return self.versions[-1]
        place = bisect_right(self.versions, instant, key=lambda version: version.effective_at)
        if place == 0:
            raise ProgrammeNotInForce(f"programme {self.newest.programme_id} had not begun then")
        return self.versions[place - 1]

    def since(self, instant: int) -> tuple[Programme, ...]:
        """The version in force at an instant, where one is, and those that come after it."""
        place = bisect_right(self.versions, instant, key=lambda version: version.effective_at)
        return self.versions[max(0, place - 1) :]

    def begun(self, instant: int) -> Programme:
        """The version in force at an instant; before the programme began, its first."""
        return self.at(max(instant, self.versions[0].effective_at))

    def good_until(self, currency: int, active_at: int) -> int:
        """Until when points of a currency are good that become active at an instant, by the version in force then.

        So it does not matter when somebody notices that they did.
        """
        version = self.begun(active_at)
        rules = version.numbered(currency) or self.newest.numbered(currency)
        return NEVER if rules is None else expires_at(active_at, rules.expiry, version.time_zone)

    def version(self, number: int) -> Programme | None:
        """A version by its number, as it was published, be it canceled since; None where there is none."""
        if number in self.canceled:
            return self.canceled[number]
        return self.versions[number - 1] if 1 <= number <= len(self.versions) else None

    def judging(self, order_version: int) -> Programme:
        """The version that judged an order, which is there."""
        return self.versions[order_version - 1]

    def changes_at(self, instant: int) -> int | None:
        """When the next version after an instant takes effect; None while none is published."""
        coming = (version.effective_at for version in self.versions if version.effective_at > instant)
        return next(coming, None)


@dataclass(frozen=True, slots=True)
class Programmes:
    """Every programme of the installation, as of one revision of them all."""

    revision: int
    by_id: Mapping[str, ProgrammeHistory]
    default_id: str

    @property
    def numbers(self) -> frozenset[int]:
        """By what the programmes are numbered."""
        return frozenset(history.newest.number for history in self.by_id.values())

    def history(self, programme_id: str) -> ProgrammeHistory:
        """By id, or the default's when the id is empty. Raises ``UnknownProgramme``."""
        found = self.by_id.get(programme_id or self.default_id)
        if found is None:
            wanted = programme_id or "(the default)"
            raise UnknownProgramme(f"there is no programme {wanted}", field="programme_id")
        return found
