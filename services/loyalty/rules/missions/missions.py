"""Missions: what members are asked to do and what they get for it, in editions that never change once published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.kit.refusal import Conflict, Declined, Invalid, NotFound
from services.loyalty.rules.earning.birthdays import BIRTH_DATE
from services.loyalty.rules.ledger.asks import MOST_POINTS
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.rules.missions import activity_conditions
from services.loyalty.rules.missions.activity_types import ActivityType, AttributeType, is_purpose
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import KEY, KEY_SAID, ProgrammeNotWellFormed

MOST_COUNT = 1_000
MOST_TIMES = 1_000
MOST_CONDITIONS = 10
MOST_DAYS = 3_660
DAY_US = 24 * 3600 * 1_000_000


class UnknownMission(NotFound):
    """The programme has no such mission, or no such edition of it."""


class MissionNotWellFormed(Invalid):
    """A mission contradicts itself or its programme; the field says where."""


class MissionRevisedMeanwhile(Conflict):
    """Another edition came between; look at the newest one and publish that."""


class MissionNotInForce(Conflict):
    """Only a published mission is stopped."""


class BudgetBelowAwarded(Declined):
    """More awards were given already than the budget allows."""


class MissionState(StrEnum):
    """Where an edition stands."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    STOPPED = "STOPPED"


class MissionPeriod(StrEnum):
    """Over which local stretch of time a mission counts before it begins anew."""

    EVER = "EVER"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    CAMPAIGN = "CAMPAIGN"


class CountedBy(StrEnum):
    """What counts as one."""

    ACTIVITY = "ACTIVITY"
    DAY = "DAY"
    DAY_IN_A_ROW = "DAY_IN_A_ROW"
    ATTRIBUTE = "ATTRIBUTE"


class LifecycleKind(StrEnum):
    """Occasions in a member's life."""

    NO_ORDER_FOR = "NO_ORDER_FOR"
    AFTER_FIRST_ORDER = "AFTER_FIRST_ORDER"
    AFTER_DELIVERY = "AFTER_DELIVERY"
    TIER_RAISED = "TIER_RAISED"
    TIER_LOWERED = "TIER_LOWERED"
    COUPON_EXPIRING = "COUPON_EXPIRING"
    BIRTHDAY = "BIRTHDAY"
    BIRTHDAY_MONTH = "BIRTHDAY_MONTH"

    @property
    def is_birthday(self) -> bool:
        """Whether it looks at members' birth dates."""
        return self in (LifecycleKind.BIRTHDAY, LifecycleKind.BIRTHDAY_MONTH)

    @property
    def is_heard(self) -> bool:
        """Whether it comes when something is told, and not so many days after an order."""
        return self not in _AFTER_ORDERS


_AFTER_ORDERS = (LifecycleKind.NO_ORDER_FOR, LifecycleKind.AFTER_FIRST_ORDER, LifecycleKind.AFTER_DELIVERY)


@dataclass(frozen=True, slots=True)
class Condition:
    """An attribute that must have a value, as JSON writes it without quotes."""

    attribute: str
    equals: str

    def holds(self, attributes: Mapping[str, object]) -> bool:
        return self.attribute in attributes and written(attributes[self.attribute]) == self.equals


@dataclass(frozen=True, slots=True)
class ActivityTask:
    """So many activities of a type in a period; ``times`` is how often it is done in one, 0 for any number.

    ``condition`` asks of their attributes, beside what they have to equal.
    """

    type: str
    count: int
    counted_by: CountedBy = CountedBy.ACTIVITY
    attribute: str = ""
    conditions: tuple[Condition, ...] = ()
    period: MissionPeriod = MissionPeriod.EVER
    times: int = 1
    condition: str = ""


@dataclass(frozen=True, slots=True)
class LifecycleTask:
    """An occasion that comes so many days after an order, or (``days`` 0) once something is heard.

    ``template`` is whose coupons expire; empty for any.
    """

    kind: LifecycleKind
    days: int = 0
    template: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """What is given: ``points`` of ``currency``, or a coupon or benefit by its key."""

    kind: GrantKind
    currency: str = ""
    points: int = 0
    template: str = ""


@dataclass(frozen=True, slots=True)
class Mission:
    """One edition. ``budget`` is how many awards there are in all (0: any number); instants are microseconds since
    1970: ``starts_at`` 0 for once it is published, ``ends_at`` 0 for until it is stopped. ``tiers`` empty: all.
    ``purpose`` is what members must allow before an occasion of theirs is acted on, ``campaign`` the period of an
    earlier edition that goes on."""

    key: str
    name: Text
    description: Text
    task: ActivityTask | LifecycleTask
    award: Award
    budget: int = 0
    starts_at: int = 0
    ends_at: int = 0
    tiers: tuple[str, ...] = ()
    purpose: str = ""
    edition: int = 0
    campaign: str = ""

    @property
    def looks_at(self) -> Sequence[str]:
        """The categories of data that members must allow its purpose; none for whatever it lists."""
        return BIRTH_DATE if isinstance(self.task, LifecycleTask) and self.task.kind.is_birthday else ()

    def is_open(self, at: int) -> bool:
        """True of instants that the mission counts at, once it is published."""
        return self.starts_at <= at and (not self.ends_at or at < self.ends_at)

    def takes(self, tier: str) -> bool:
        """Whether members on a tier (empty for none) may."""
        return not self.tiers or tier in self.tiers

    def grant(self, member_id: str, programme_id: str, occasion: str) -> Grant:
        """What is promised on an occasion, under a key of its own."""
        award = self.award
        return Grant(
            f"mission:{programme_id}:{self.key}:{occasion}",
            member_id,
            programme_id,
            award.kind,
            award.currency,
            award.points,
            award.template,
            "MISSION",
        )


def written(value: object) -> str:
    """A value as conditions write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check(mission: Mission, programme: Programme, types: Mapping[str, ActivityType], now: int) -> None:
    """Refuse a mission that contradicts itself or its programme. Raises ``MissionNotWellFormed``."""
    if not _is_key(mission.key):
        raise wrong(f"must be {KEY_SAID}", "mission.key")
    if not 0 <= mission.budget <= MOST_POINTS:
        raise wrong("a budget is a number of awards, 0 for any", "mission.budget")
    if mission.ends_at and mission.ends_at <= max(mission.starts_at, now):
        raise wrong("a mission ends after it starts, and not in the past", "mission.ends_at")
    for nth, tier in enumerate(mission.tiers):
        if programme.tier(tier) is None:
            known = ", ".join(rule.key for rule in programme.tiers) or "none"
            raise wrong(f"the programme's tiers are {known}", f"mission.tiers[{nth}]")
    _check_award(mission.award, programme)
    match mission.task:
        case LifecycleTask() as task:
            _check_occasion(task, mission.award)
            if not is_purpose(mission.purpose):
                raise wrong(
                    "name the purpose that members allow, for instance personalisation", "mission.purpose"
                )
        case ActivityTask() as task:
            _check_task(task, types)
            if mission.purpose:
                raise wrong("activities name their purpose by their type: leave it out", "mission.purpose")
            if task.period is MissionPeriod.CAMPAIGN and not mission.ends_at:
                raise wrong("a campaign ends: say when", "mission.ends_at")


def _check_occasion(task: LifecycleTask, award: Award) -> None:
    path = "mission.lifecycle"
    if task.kind.is_heard and task.days:
        raise wrong(f"{task.kind} comes at once: leave the days out", f"{path}.days")
    if not task.kind.is_heard and not 1 <= task.days <= MOST_DAYS:
        raise wrong(f"must be 1 to {MOST_DAYS}", f"{path}.days")
    if task.kind is not LifecycleKind.COUPON_EXPIRING:
        if task.template:
            raise wrong(
                "only of expiring coupons is there a template: leave it out", f"{path}.coupon_template"
            )
        return
    if task.template and not _is_key(task.template):
        raise wrong(f"name it by its key, {KEY_SAID}", f"{path}.coupon_template")
    if award.kind is GrantKind.COUPON and task.template in ("", award.template):
        message = "the coupon that it gives would expire and give the next: name the template of others"
        raise wrong(message, f"{path}.coupon_template")


def _check_award(award: Award, programme: Programme) -> None:
    if award.kind is GrantKind.POINTS:
        if award.currency and programme.currency(award.currency) is None:
            codes = ", ".join(currency.code for currency in programme.currencies)
            raise wrong(f"{award.currency!r} is none of {codes}", "mission.award.points.currency")
        if not 0 < award.points <= MOST_POINTS:
            raise wrong("give at least 1 and at most 2^53", "mission.award.points.points")
    elif not _is_key(award.template):
        raise wrong(f"name it by its key, {KEY_SAID}", "mission.award")


def _check_task(task: ActivityTask, types: Mapping[str, ActivityType]) -> None:
    path = "mission.activities"
    type = types.get(task.type)
    if type is None:
        raise wrong(f"no such type of activities; there are {', '.join(sorted(types))}", f"{path}.type")
    if not 1 <= task.count <= MOST_COUNT:
        raise wrong(f"must be 1 to {MOST_COUNT}", f"{path}.count")
    if not 0 <= task.times <= MOST_TIMES:
        raise wrong(f"must be 0 to {MOST_TIMES}", f"{path}.times")
    declared = ", ".join(attribute.key for attribute in type.attributes) or "none"
    if (task.counted_by is CountedBy.ATTRIBUTE) is not bool(task.attribute):
        raise wrong("name one where values of an attribute count, and only there", f"{path}.attribute")
    if task.attribute and type.attribute(task.attribute) is None:
        raise wrong(f"{type.key} declares {declared}", f"{path}.attribute")
    by_day = task.counted_by in (CountedBy.DAY, CountedBy.DAY_IN_A_ROW)
    if by_day and task.period is MissionPeriod.DAY and task.count > 1:
        raise wrong("a day has one day: choose a longer period", f"{path}.period")
    if task.condition:
        try:
            activity_conditions.check(task.condition, type, f"{path}.condition")
        except ProgrammeNotWellFormed as fault:
            raise MissionNotWellFormed(fault.message, field=fault.field, **fault.facts) from None
    if len(task.conditions) > MOST_CONDITIONS:
        raise wrong(f"at most {MOST_CONDITIONS}", f"{path}.conditions")
    for nth, condition in enumerate(task.conditions):
        attribute = type.attribute(condition.attribute)
        if attribute is None:
            raise wrong(f"{type.key} declares {declared}", f"{path}.conditions[{nth}].attribute")
        if attribute.one_of and condition.equals not in attribute.one_of:
            wanted = ", ".join(attribute.one_of)
            raise wrong(f"never true: it is one of {wanted}", f"{path}.conditions[{nth}].equals")
        if attribute.type is AttributeType.BOOLEAN and condition.equals not in ("true", "false"):
            raise wrong("never true: it is true or false", f"{path}.conditions[{nth}].equals")


def _is_key(text: str) -> bool:
    return re.fullmatch(KEY, text) is not None


def wrong(message: str, field: str) -> MissionNotWellFormed:
    """The refusal of what a field says."""
    return MissionNotWellFormed(f"{field}: {message}", field=field)
