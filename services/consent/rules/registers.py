"""Registers: impact assessments, processors' terms, ways abroad and breaches; what the law asks of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.consent.rules import durations
from services.consent.rules.purposes import KEY, PARTY
from services.kit.refusal import Conflict, Declined, Invalid, NotFound

KEPT = durations.parse("P3Y")
"""How long an impact assessment is kept (PIPL 56)."""

NOTIFY_WITHIN = timedelta(hours=72)
"""Our own longest time to tell of a breach: PIPL 57 says at once and counts no hours."""

CEILINGS_FROM = "促进和规范数据跨境流动规定 (2024), articles 5, 7 and 8"


class EntryNotValid(Invalid):
    """A field of the register's entry is missing or not as it must be; the message says how."""


class EntryDiffers(Conflict):
    """The register has an entry of this id that says something else; entries do not change."""


class UnknownEntry(NotFound):
    """The register has no entry of this id."""

    code = "UNKNOWN_ENTRY_OF_REGISTER"


class AssessmentLocked(Declined):
    """An impact assessment is kept for three years (PIPL 56)."""


class AssessmentInUse(Declined):
    """A purpose in force rests on the impact assessment."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """That the impact of purposes was assessed, and where that is kept."""

    assessment_id: str
    purposes: tuple[str, ...]
    concluded_at: datetime
    reference: str

    @property
    def locked_until(self) -> datetime:
        assert KEPT is not None, "three years are a duration"
        return KEPT.after(self.concluded_at)

    def check(self, now: datetime) -> None:
        _named("assessment.assessment_id", self.assessment_id)
        _named("assessment.reference", self.reference)
        _keys("assessment.purposes", self.purposes)
        if self.concluded_at > now:
            raise EntryNotValid("it was concluded in the past", field="assessment.concluded_at")


@dataclass(frozen=True, slots=True)
class Term:
    """From when and until when something covers; where it is kept."""

    starts_at: datetime
    ends_at: datetime
    reference: str

    def check(self, field: str) -> None:
        _named(f"{field}.reference", self.reference)
        if self.ends_at <= self.starts_at:
            raise EntryNotValid("it ends after it starts", field=f"{field}.ends_at")

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract with a processor (PIPL 21)."""

    recipient_id: str
    agreement_id: str
    term: Term

    def check(self) -> None:
        _named("agreement.recipient_id", self.recipient_id)
        _named("agreement.agreement_id", self.agreement_id)
        self.term.check("agreement")


class RouteKind(StrEnum):
    """The ways by which data may go abroad (PIPL 38)."""

    ASSESSMENT = "ASSESSMENT"
    CONTRACT = "CONTRACT"
    CERTIFICATION = "CERTIFICATION"
    EXEMPTION = "EXEMPTION"


@dataclass(frozen=True, slots=True)
class Route:
    """The way by which a purpose's data goes abroad."""

    purpose: str
    kind: RouteKind
    term: Term

    def check(self) -> None:
        _keys("route.purpose", [self.purpose])
        self.term.check("route")


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How many people's data may go abroad a year by a way: fewer than this many, without end where it is None."""

    exempt: int = 100_000
    contract: int = 1_000_000
    sensitive_contract: int = 10_000

    def of(self, kind: RouteKind, *, sensitive: bool) -> int | None:
        match kind:
            case RouteKind.ASSESSMENT:
                return None
            case RouteKind.EXEMPTION:
                return 0 if sensitive else self.exempt - 1
            case _:
                return (self.sensitive_contract if sensitive else self.contract) - 1


def best(routes: Iterable[Route], ceilings: Ceilings, at: datetime, *, sensitive: bool) -> Route | None:
    """Of the routes in force, the one that reaches furthest; None where there is none."""
    in_force = [route for route in routes if route.term.covers(at)]

    def reach(route: Route) -> float:
        most = ceilings.of(route.kind, sensitive=sensitive)
        return float("inf") if most is None else most

    return max(in_force, key=reach, default=None)


class NoticeKind(StrEnum):
    """Who is told of a breach."""

    AUTHORITY = "AUTHORITY"
    MEMBERS = "MEMBERS"


@dataclass(frozen=True, slots=True)
class Notice:
    """That somebody was told."""

    kind: NoticeKind
    sent_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Breach:
    """Data of these categories leaked, was altered or lost (PIPL 57)."""

    breach_id: str
    found_at: datetime
    categories: tuple[str, ...]
    cause: str
    notices: tuple[Notice, ...] = ()

    @property
    def notify_by(self) -> datetime:
        return self.found_at + NOTIFY_WITHIN

    def check(self, now: datetime) -> None:
        _named("breach_id", self.breach_id)
        _keys("categories", self.categories)
        _keys("cause", [self.cause])
        if self.found_at > now:
            raise EntryNotValid("found_at takes when it was found, which is over", field="found_at")

    def is_overdue(self, now: datetime) -> bool:
        """Whether somebody who must be told was not, in time or until now."""
        told = {notice.kind for notice in self.notices}
        return now >= self.notify_by and told != set(NoticeKind)


def check_reference(text: str, field: str) -> None:
    """Refuse what is no reference to a file."""
    _named(field, text)


def _named(field: str, text: str) -> None:
    if not PARTY.fullmatch(text):
        raise EntryNotValid(f"{field} takes an id of up to 100 characters", field=field)


def _keys(field: str, keys: Sequence[str]) -> None:
    if not 1 <= len(keys) <= 100 or not all(KEY.fullmatch(key) for key in keys):
        raise EntryNotValid(f"{field} takes lower-case keys like purchase_history", field=field)
