"""Calendars: what falls on which local day, in any zone and any year, by a calendar that counts days itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.loyalty.rules.benefits.benefits import QuotaPeriod
from services.loyalty.rules.benefits.quotas import Window, window
from services.loyalty.rules.coupons.coupon_terms import CouponKind, CouponTerms
from services.loyalty.rules.earning.earn_limits import first_of
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.ledger.points import Answer, Book
from services.loyalty.rules.missions.days_after import comes_at, looked_back
from services.loyalty.rules.missions.mission_progress import period_of
from services.loyalty.rules.missions.missions import ActivityTask, Award, GrantKind, Mission, MissionPeriod
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.rewards.rewards import LimitPeriod
from services.loyalty.rules.tiers import memberships
from services.loyalty.rules.tiers.followings import follow
from services.loyalty.rules.tiers.memberships import Membership, Purchase
from services.loyalty.rules.tiers.tier_sales import PriceStep, TierSale
from services.loyalty.rules.tiers.tier_schemes import Downgrade, TierScheme
from services.loyalty.rules.tiers.windows import Window as TierWindow
from services.loyalty.rules.tiers.windows import WindowKind
from tests.loyalty.rules.memory import MEMBER, Ledger, at, programme, tier
from tests.loyalty.rules.test_local_days import ZONES

MINUTE, DAY_S = 60_000_000, 86_400
YEAR = TierWindow(WindowKind.CALENDAR_YEAR)


class Day(NamedTuple):
    """A day of the calendar. Nothing of ``datetime`` counts here."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def length(year: int, month: int) -> int:
    return (31, 29 if is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def next_day(day: Day) -> Day:
    if day.day < length(day.year, day.month):
        return Day(day.year, day.month, day.day + 1)
    return Day(day.year, day.month + 1, 1) if day.month < 12 else Day(day.year + 1, 1, 1)


def later(day: Day, months: int, days: int = 0) -> Day:
    """Months first, clamped to the month's length, then days."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    moved = Day(year, month, min(day.day, length(year, month)))
    for _ in range(days):
        moved = next_day(moved)
    return moved


def weekday(day: Day) -> int:
    """0 for Monday, by Sakamoto's table."""
    year = day.year - (day.month < 3)
    table = (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)
    return (year + year // 4 - year // 100 + year // 400 + table[day.month - 1] + day.day + 6) % 7


def local(instant: int, zone: str) -> str:
    """The local date and time of an instant, as it is written."""
    seconds = datetime.fromtimestamp(instant // 1_000_000, UTC)
    return seconds.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


@cache
def begins(day: Day, zone: str) -> int:
    """The first instant whose local date is the day, or after it, found by halving."""
    written = datetime.strptime(str(day), "%Y-%m-%d").replace(tzinfo=UTC)
    before = int(written.timestamp()) - 2 * DAY_S
    behind = before + 4 * DAY_S
    while behind - before > 1:
        middle = (before + behind) // 2
        if local(middle * 1_000_000, zone)[:10] < str(day):
            before = middle
        else:
            behind = middle
    return behind * 1_000_000


def day_of(instant: int, zone: str) -> Day:
    year, month, day = local(instant, zone)[:10].split("-")
    return Day(int(year), int(month), int(day))


# Ends of months and what is near a change of clocks come often.
_DAYS = st.one_of(
    st.dates(date(2023, 1, 1), date(2041, 1, 1)),
    st.sampled_from(
        [date(2024, 2, 29), date(2028, 2, 29), date(2026, 1, 31), date(2027, 2, 28), date(2025, 12, 31)]
    ),
    st.builds(
        lambda year, day: date(year, 3, 20) + timedelta(days=day), st.integers(2023, 2037), st.integers(0, 20)
    ),
    st.builds(
        lambda year, day: date(year, 10, 1) + timedelta(days=day), st.integers(2023, 2037), st.integers(0, 40)
    ),
)
INSTANTS = st.builds(
    lambda day, minute: (
        int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000 + minute * MINUTE
    ),
    _DAYS,
    st.integers(0, 24 * 60 - 1),
)
IN_ZONES = st.sampled_from(ZONES)
LENGTHS = st.sampled_from(["P1M", "P3M", "P12M", "P1Y", "P7D", "P30D", "P1M15D"])
_LENGTHS = {
    "P1M": (1, 0),
    "P3M": (3, 0),
    "P12M": (12, 0),
    "P1Y": (12, 0),
    "P7D": (0, 7),
    "P30D": (0, 30),
    "P1M15D": (1, 15),
}


# --- what was paid for ---------------------------------------------------------------------------------------


def renewing(length: str, zone: str, bought_at: int) -> Iterator[Membership]:
    """Memberships that a member buys, each as the one before is in its last hour."""
    sale = TierSale(Period.parse(length), (PriceStep(0, 100),))
    club = programme(tiers=(replace(tier("club", 10**9), sale=sale),), time_zone=zone)
    ledger, made = Ledger((club,), now=bought_at), list[Membership]()

    def buy(book: Book) -> Answer:
        member = book.touch(MEMBER, book.programmes.history("shop"))
        offered = memberships.offer(member, "club", made)
        purchase = Purchase(MEMBER, "shop", "till", f"order-{len(made)}", "", 100, book.now, "till")
        bought = memberships.bought(purchase, offered, member, made, zone, sale)
        assert (bought.begins, bought.ends) == (offered.begins, offered.ends), (
            "what was offered is what was bought"
        )
        return Answer(bought)

    while True:
        made.append(ledger.post(buy).value)
        ledger.post(partial(follow, made=made[-1], programme_id="shop"))
        assert [each.until for each in ledger.state.standings[MEMBER, 1].placed][-1] == made[-1].ends
        yield made[-1]
        ledger.now = made[-1].ends - 3_600_000_000


@settings(deadline=None, max_examples=40)
@given(INSTANTS, IN_ZONES, LENGTHS)
@example(at("2024-02-29 04:00"), "Asia/Shanghai", "P1Y")
@example(at("2026-01-31 04:00"), "Asia/Shanghai", "P1M")
def test_a_membership_ends_by_the_day_on_which_the_first_of_its_row_began(
    bought_at: int, zone: str, length: str
) -> None:
    months, days = _LENGTHS[length]
    first = day_of(bought_at, zone)
    for nth, made in zip(range(1, 6), renewing(length, zone, bought_at), strict=False):
        assert made.ends == begins(later(first, months * nth, days * nth), zone)


def test_a_membership_of_29_february_has_its_29_february_again() -> None:
    """As years of membership do (tiers.md, example 8)."""
    four = zip(range(4), renewing("P1Y", "Asia/Shanghai", at("2024-02-29 04:00")), strict=False)
    ends = [local(made.ends, "Asia/Shanghai") for _, made in four]
    assert ends == [f"{day} 00:00:00" for day in ("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29")]


# --- tiers ---------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(INSTANTS, IN_ZONES, LENGTHS, st.sampled_from(["P1D", "P10D", "P20D"]))
@example(at("2024-02-29 04:00"), "Asia/Shanghai", "P1Y", "P10D")
@example(at("2026-01-31 04:00"), "America/Sao_Paulo", "P1M", "P10D")
def test_a_tiers_term_and_its_grace_end_as_local_days_begin(
    reached_at: int, zone: str, term: str, grace: str
) -> None:
    silver = tier("silver", 100, metric="SPEND")
    scheme = TierScheme(Period.parse(term), Period.parse(grace), Downgrade.TO_QUALIFIED)
    yearly = replace(silver, conditions=(replace(silver.conditions[0], window=YEAR),))
    ledger = Ledger((programme(tiers=(yearly,), tier_scheme=scheme, time_zone=zone),), now=reached_at)
    ledger.earn(100)
    standing = ledger.state.standings[MEMBER, 1]
    good_until = later(day_of(standing.ladder_since, zone), *_LENGTHS[term])
    assert standing.valid_until == begins(good_until, zone)
    ledger.now = standing.valid_until - 10_000
    ledger.touch()
    assert (ledger.tier(), standing.grace_until) == ("silver", 0)
    ledger.now = standing.valid_until
    ledger.touch()
    if good_until.year == day_of(reached_at, zone).year or good_until[1:] == (1, 1):
        return  # kept for another term: the year's spend is there on its last day
    ends = later(good_until, 0, int(grace[1:-1]))
    assert (ledger.tier(), standing.grace_until) == ("silver", begins(ends, zone))
    ledger.now = standing.grace_until
    ledger.touch()
    assert ledger.tier() == ""


# --- periods in which something is counted -------------------------------------------------------------------


def period(kind: str, day: Day) -> tuple[Day, Day]:
    """The first day of a period around a day, and the first of the next."""
    match kind:
        case "DAY":
            return day, next_day(day)
        case "WEEK":
            first = next(one for one in back(day) if weekday(one) == 0)
            return first, later(first, 0, 7)
        case "MONTH":
            first = Day(day.year, day.month, 1)
            return first, later(first, 1)
        case "QUARTER":
            first = Day(day.year, day.month - (day.month - 1) % 3, 1)
            return first, later(first, 3)
        case _:
            return Day(day.year, 1, 1), Day(day.year + 1, 1, 1)


def back(day: Day) -> Iterator[Day]:
    """A day and those before it."""
    while True:
        yield day
        if day.day > 1:
            day = Day(day.year, day.month, day.day - 1)
        elif day.month > 1:
            day = Day(day.year, day.month - 1, length(day.year, day.month - 1))
        else:
            day = Day(day.year - 1, 12, 31)


@settings(deadline=None, max_examples=40)
@given(INSTANTS, IN_ZONES, st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]))
def test_whatever_is_counted_by_periods_is_counted_by_the_same_local_days(
    now: int, zone: str, kind: str
) -> None:
    today = day_of(now, zone)
    first, following = period(kind, today)
    since, until = begins(first, zone), begins(following, zone)
    assert since <= now < until
    assert window(QuotaPeriod[kind], Window(0, 1), now, zone) == Window(since, until)
    if kind != "QUARTER":
        assert LimitPeriod[kind].began(now, zone) == since
        assert str(first_of(kind, date(*today))) == str(first)
    if kind in MissionPeriod.__members__:
        task = ActivityTask("visit", 1, period=MissionPeriod[kind])
        mission = Mission("m", Text("", ""), Text("", ""), task, Award(GrantKind.POINTS, "", 1, ""))
        here = period_of(mission, task, date(*today), zone)
        assert here.ends_at == until
        names = {period_of(mission, task, date(*day), zone).name for day in (today, first)}
        assert names == {here.name}
        assert period_of(mission, task, date(*following), zone).name != here.name


# --- coupons -------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(INSTANTS, IN_ZONES, LENGTHS, st.integers(1, 60))
@example(at("2026-03-20 12:00"), "Europe/Berlin", "P30D", 25)
def test_a_coupon_is_good_for_whole_days_and_reminded_of_as_one_begins(
    now: int, zone: str, term: str, days: int
) -> None:
    terms = CouponTerms(
        Text("", ""), Text("", ""), CouponKind.FREE_SHIPPING, valid_for=Period.parse(term), remind_days=days
    )
    last = later(day_of(now, zone), *_LENGTHS[term])
    valid_from, expires_at = terms.validity(now, zone)
    assert (valid_from, expires_at) == (now, begins(next_day(last), zone))
    reminded = next(one for nth, one in enumerate(back(next_day(last))) if nth == days)
    assert terms.remind_at(expires_at, valid_from, zone) == max(now, begins(reminded, zone))


# --- so many days after an order -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(INSTANTS, IN_ZONES, st.sampled_from([1, 3, 30, 180]))
@example(at("2026-03-27 22:30"), "Europe/Berlin", 3)
def test_what_comes_so_many_days_later_comes_on_that_local_day_at_the_same_time(
    now: int, zone: str, days: int
) -> None:
    comes = comes_at(now, days, zone)
    due = later(day_of(now, zone), 0, days)
    asked = f"{due} {local(now, zone)[11:]}"
    if local(comes, zone) == asked:
        assert local(comes - 3_600_000_000, zone) != asked, "of a time that comes twice it is the first"
    else:
        minutes = (local(begins(due, zone) + nth * MINUTE, zone) for nth in range(25 * 60))
        assert all(minute[:16] != asked[:16] for minute in minutes), "there is no such time that day"
        assert local(comes, zone) > asked


@settings(deadline=None, max_examples=50)
@given(
    _DAYS,
    IN_ZONES,
    st.sampled_from([1, 3, 30, 180]),
    st.lists(st.integers(0, 4 * 24 * 60), min_size=1, max_size=12),
    st.lists(st.integers(0, 4 * 24 * 60), max_size=8),
)
@example(
    date(2026, 3, 28), "Europe/Berlin", 1, list(range(0, 4 * 24 * 60, 30)), list(range(15, 4 * 24 * 60, 60))
)
def test_however_often_one_looks_each_occasion_is_seen_once(
    day: date, zone: str, days: int, orders: list[int], looks: list[int]
) -> None:
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
    paid = [start + minutes * MINUTE for minutes in orders]
    edges = [
        start - 2 * DAY_S * 10**6,
        *sorted({start + minutes * MINUTE for minutes in looks}),
        start + 10 * DAY_S * 10**6,
    ]
    instants = [edge + days * DAY_S * 10**6 for edge in edges]
    seen = []
    for since, until in pairwise(instants):
        first, last = looked_back(since, until, days, zone)
        seen += [one for one in paid if first < one <= last and since < comes_at(one, days, zone) <= until]
    assert sorted(seen) == sorted(paid)
