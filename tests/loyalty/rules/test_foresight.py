"""What is foreseen of conditions is what they say: each is asked again of every order by CEL alone."""

from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.rules.earning.conditions import MADE_LINE, VARIABLES
from services.loyalty.rules.earning.foresight import KnownConditions, KnownSelector, is_foreseen
from services.loyalty.rules.orders.orders import Line

LIMITS = (0, 999, 1_000, 5_000)
NEAR = [limit + beside for limit in LIMITS for beside in (-1, 0, 1)]
FORESEEN = (
    "order.total_minor {is_} {limit}",
    "{limit} {is_}order.total_minor && member.spend_minor {is_} {limit}",
    "!(member.orders {is_} 1) || order . channel == 'app'",
    "order.total_minor {is_} {limit} ? member.tier == 'gold' : time.hour < 12",
    "[order.total_minor {is_} {limit}, time.day == 8].exists(x, x)",
    "1 / time.day > 0 && member.days_since_order != -1",
)
ASKED = (
    "order.total_minor - 1 {is_} {limit}",
    "{limit} + 1 {is_} order.total_minor",
    "order.total_minor {is_} {limit} * member.orders",
    "5 * // (\n order.total_minor {is_} {limit}",
    "order.total_minor {is_} {limit} // and no more\n - 1",
    "1 / (order.total_minor - {limit}) >= 0",
    "[{limit}].exists(x, x {is_} order.total_minor)",
    "member.orders % 2 == 0",
    "order.total_minor in [{limit}]",
    "order.lines.exists(l, l.money_minor {is_} {limit})",
)
OF_LINES = (
    "line.sku == 'tea'",
    "line.money_minor {is_} {limit} && order.channel == 'app'",
    "line.quantity {is_} 1 || order.total_minor {is_} {limit}",
    "line.money_minor * 2 {is_} {limit}",
    "1 / (line.quantity - 1) >= 0 || line.sku == 'tea'",
    "line.money_minor * 2 {is_} order.total_minor",
)
_SPACE = cel.NewEnv(
    MADE_LINE.DESCRIPTOR.file.pool, variables=dict(VARIABLES) | {"line": cel.Type("earning.Line")}
)

comparisons = st.builds(
    dict, is_=st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), limit=st.sampled_from(LIMITS)
)
facts = st.fixed_dictionaries(
    {
        "order.source": st.just("shop"),
        "order.channel": st.sampled_from(("app", "web")),
        "order.total_minor": st.sampled_from(NEAR),
        "member.tier": st.sampled_from(("", "gold")),
        "member.orders": st.integers(0, 3),
        "member.spend_minor": st.sampled_from(NEAR),
        "member.days_since_order": st.integers(-1, 3),
        "time.date": st.just("2026-06-08"),
        "time.weekday": st.just(1),
        "time.day": st.sampled_from((0, 8)),
        "time.month": st.just(6),
        "time.hour": st.sampled_from((11, 12)),
    }
)
lines = st.lists(
    st.builds(Line, st.just("1"), st.sampled_from(("tea", "cup")), st.integers(0, 2), st.sampled_from(NEAR)),
    min_size=1,
    max_size=3,
)


def asked(text: str, known: dict[str, Any]) -> bool | None:
    """What CEL says; None for what it cannot tell."""
    try:
        said = _SPACE.compile(text).eval(data=known).plain_value()
    except RuntimeError:
        return None
    return said if isinstance(said, bool) else None


def with_lines(known: dict[str, Any], made: list[Line]) -> dict[str, Any]:
    sent = [MADE_LINE(sku=line.sku, quantity=line.quantity, money_minor=line.minor) for line in made]
    return known | {"order.lines": sent}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(FORESEEN + ASKED), comparisons), min_size=1, max_size=6),
    st.lists(st.tuples(facts, lines), min_size=2, max_size=12),
)
def test_a_condition_says_of_an_order_what_it_said_of_one_like_it(
    shapes: list[tuple[str, dict[str, Any]]], orders: list[tuple[dict[str, Any], list[Line]]]
) -> None:
    texts = list(dict.fromkeys(shape.format(**comparison) for shape, comparison in shapes))
    known = KnownConditions(texts)
    for order, made in orders:
        all_facts = with_lines(order, made)
        assert list(known.held(all_facts.__getitem__)) == [asked(text, all_facts) for text in known.texts]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(OF_LINES), comparisons, st.lists(st.tuples(facts, lines), min_size=2, max_size=12))
def test_a_selector_takes_the_lines_that_it_took_before(
    shape: str, comparison: dict[str, Any], orders: list[tuple[dict[str, Any], list[Line]]]
) -> None:
    text = shape.format(**comparison)
    selector = KnownSelector(text)
    for order, made in orders:
        all_facts = with_lines(order, made)
        said = [asked(text, all_facts | {"line": line}) for line in all_facts["order.lines"]]
        places = [nth for nth, is_taken in enumerate(said) if is_taken] if None not in said else []
        assert list(selector.places(made, all_facts.__getitem__)) == places


@pytest.mark.parametrize(
    ("shapes", "foreseen"),
    [(FORESEEN, True), (ASKED, False), (OF_LINES[:3], True), (OF_LINES[3:4] + OF_LINES[5:], False)],
)
def test_what_is_plain_to_see_is_foreseen_and_nothing_else(shapes: tuple[str, ...], foreseen: bool) -> None:
    assert [is_foreseen(shape.format(is_=">=", limit=5)) for shape in shapes] == [foreseen] * len(shapes)
