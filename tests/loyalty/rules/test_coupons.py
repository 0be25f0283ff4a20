"""Coupons on baskets and by the calendar: what goes best together, judged by trying everything; codes; last days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from services.loyalty.rules.coupons import coupon_codes
from services.loyalty.rules.coupons.coupon_baskets import Basket, Reason, best, judge
from services.loyalty.rules.coupons.coupon_terms import CouponKind, CouponTerms
from services.loyalty.rules.coupons.coupons import Coupon, CouponState
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.orders.orders import Line
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.storage.coupons.coupon_templates import decoded, encoded

NAME, ZONE = Text("券", "coupon"), "Asia/Shanghai"


def at(text: str) -> int:
    """``"2026-01-31 12:00"`` in UTC, in microseconds since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


NOW = at("2026-11-22 04:00")


def terms(kind: CouponKind = CouponKind.AMOUNT_OFF, **changes: object) -> CouponTerms:
    said: dict[str, object] = {
        "name": NAME,
        "terms": NAME,
        "kind": kind,
        "valid_for": Period(0, 30),
        **changes,
    }
    return CouponTerms(**said)  # type: ignore[arg-type]  # by name


def coupon(nth: int, said: CouponTerms, **changes: object) -> Coupon:
    about = {
        "coupon_id": f"{nth:03}",
        "member_id": "m",
        "programme": 1,
        "template": f"t{nth}",
        "edition": 1,
        "terms": said,
        "code": "",
        "state": CouponState.ISSUED,
        "issued_at": 0,
        "valid_from": 0,
        "expires_at": NOW + 1_000 + nth,
    }
    return Coupon(**about | changes)  # type: ignore[arg-type]  # by name


def basket(*minors: int, shipping: int = 0) -> Basket:
    return Basket(
        [Line(f"{n}", "tea" if n % 2 else "cup", 1, each) for n, each in enumerate(minors, 1)], shipping
    )


def random_terms(random: Random) -> CouponTerms:
    kind = random.choice(list(CouponKind))
    return terms(
        kind,
        amount_off_minor=random.randint(1, 900) if kind is CouponKind.AMOUNT_OFF else 0,
        off_basis_points=random.randint(1, 9_999) if kind is CouponKind.PERCENTAGE else 0,
        cap_minor=random.choice((0, 150, 400))
        if kind in (CouponKind.PERCENTAGE, CouponKind.FREE_SHIPPING)
        else 0,
        gift_sku="mug" if kind is CouponKind.GIFT else "",
        threshold_minor=random.choice((0, 500, 1_500)),
        skus=random.choice(((), ("tea",), ("cup",))),
        stacking_group=random.choice("abc"),
    )


def every_combination(coupons: list[Coupon]) -> Iterator[tuple[Coupon, ...]]:
    for size in range(len(coupons) + 1):
        for some in combinations(coupons, size):
            if len({each.terms.stacking_group for each in some}) == size:
                yield some


def shared(off: int, money: dict[str, int]) -> dict[str, int]:
    """Each line its exact part, whole units first, and what is left to the lines that lost most."""
    whole = sum(money.values())
    exact = {line: Fraction(off * minor, whole) if whole else Fraction(0) for line, minor in money.items()}
    parts = {line: int(part) for line, part in exact.items()}
    lost = sorted(exact, key=lambda line: parts[line] - exact[line])
    for line in lost[: off - sum(parts.values())]:
        parts[line] += 1
    return parts


def paid_by_hand(some: tuple[Coupon, ...], of: Basket) -> int:
    """What is left to pay, told anew: money first, then parts of it, then shipping."""
    left = {line.line_id: line.minor for line in of.lines}
    scope = {line.line_id: line.sku for line in of.lines}
    shipping = of.shipping_minor
    steps = [CouponKind.AMOUNT_OFF, CouponKind.PERCENTAGE, CouponKind.FREE_SHIPPING]
    for kind in steps:
        for one in sorted(
            (c for c in some if c.terms.kind is kind), key=lambda c: (c.terms.stacking_group, c.coupon_id)
        ):
            within = [line for line in left if not one.terms.skus or scope[line] in one.terms.skus]
            money = sum(left[line] for line in within)
            if kind is CouponKind.FREE_SHIPPING:
                shipping = max(0, shipping - one.terms.cap_minor) if one.terms.cap_minor else 0
                continue
            off = min(one.terms.amount_off_minor, money)
            if kind is CouponKind.PERCENTAGE:
                off = money * one.terms.off_basis_points // 10_000
                off = min(off, one.terms.cap_minor or off)
            for line, part in shared(off, {line: left[line] for line in within}).items():
                left[line] -= part
                assert left[line] >= 0, "no line is paid to its buyer"
    return sum(left.values()) + shipping


@pytest.mark.parametrize("seed", range(60))
def test_the_best_combination_is_the_best_of_all_there_are(seed: int) -> None:
    random = Random(seed)
    of = basket(
        *(random.randint(0, 1_200) for _ in range(random.randint(1, 4))), shipping=random.choice((0, 300))
    )
    coupons = [coupon(nth, random_terms(random)) for nth in range(6)]
    verdicts = [judge(each, of, "", NOW) for each in coupons]
    able = [verdict.coupon for verdict in verdicts if verdict.reason is None]
    least = min(paid_by_hand(some, of) for some in every_combination(able))
    chosen = best(verdicts, of)
    groups = [off.coupon.terms.stacking_group for off in chosen]
    assert len(set(groups)) == len(groups)
    assert of.total_minor - sum(off.minor for off in chosen) == least


def test_many_groups_are_still_answered_and_never_worse_than_one_coupon() -> None:
    random = Random(1)
    coupons = [
        coupon(nth, terms(amount_off_minor=random.randint(1, 500), stacking_group=f"g{nth % 12}"))
        for nth in range(120)
    ]
    of = basket(100_000)
    chosen = best([judge(each, of, "", NOW) for each in coupons], of)
    by_group: dict[str, int] = {}
    for each in coupons:
        by_group[each.terms.stacking_group] = max(
            by_group.get(each.terms.stacking_group, 0), each.terms.amount_off_minor
        )
    assert sum(off.minor for off in chosen) == sum(by_group.values())


def test_of_coupons_alike_the_one_that_expires_first_is_chosen() -> None:
    same = terms(amount_off_minor=100)
    late, soon = (
        coupon(1, same, template="t", expires_at=NOW + 9),
        coupon(2, same, template="t", expires_at=NOW + 5),
    )
    of = basket(1_000)
    (off,) = best([judge(each, of, "", NOW) for each in (late, soon)], of)
    assert off.coupon == soon


def test_a_tenth_off_pays_nine_tenths_and_stops_at_its_cap() -> None:
    tenth = terms(CouponKind.PERCENTAGE, off_basis_points=1_000, cap_minor=500)
    assert judge(coupon(1, tenth), basket(1_999), "", NOW).off_minor == 199, "what is less than a fen is paid"
    assert judge(coupon(1, tenth), basket(9_999), "", NOW).off_minor == 500


def test_a_coupon_is_judged_as_of_the_instant() -> None:
    said = terms(amount_off_minor=100)
    of = basket(1_000)
    held = coupon(1, said, state=CouponState.HELD, order_ref="shop:1", held_until=NOW + 1, expires_at=NOW)
    assert judge(held, of, "shop:2", NOW).reason is Reason.HELD
    assert judge(held, of, "shop:1", NOW).reason is None, "what expires while held is good for its hold"
    assert judge(held, of, "shop:1", NOW + 1).reason is Reason.EXPIRED
    assert judge(coupon(1, said, valid_from=NOW + 1), of, "", NOW).reason is Reason.NOT_YET_VALID


@pytest.mark.parametrize(
    ("issued", "said", "valid_from", "expires"),
    [
        # 31 January in Shanghai, whatever day it is elsewhere: P1M ends with the last of February.
        ("2026-01-30 17:00", {"valid_for": Period(1, 0)}, "2026-01-30 17:00", "2026-02-28 16:00"),
        ("2026-11-22 04:00", {"valid_for": Period(0, 7)}, "2026-11-22 04:00", "2026-11-29 16:00"),
        (
            "2026-11-22 04:00",
            {"valid_for": None, "valid_from": date(2026, 12, 1), "valid_until": date(2026, 12, 31)},
            "2026-11-30 16:00",
            "2026-12-31 16:00",
        ),
        (
            "2026-12-30 04:00",
            {"valid_for": Period(0, 7), "valid_until": date(2026, 12, 31)},
            "2026-12-30 04:00",
            "2026-12-31 16:00",
        ),
    ],
)
def test_a_coupon_is_good_until_its_last_local_day_has_ended(
    issued: str, said: dict[str, object], valid_from: str, expires: str
) -> None:
    assert terms(**said).validity(at(issued), ZONE) == (at(valid_from), at(expires))


def test_a_refund_gives_back_the_validity_it_had_and_more_only_where_the_terms_say_so() -> None:
    for said, until in ((terms(), NOW + 10), (terms(extended_for=Period(0, 3)), NOW + 10)):
        used = coupon(1, said, state=CouponState.USED, order_ref="shop:1", expires_at=until, used_at=1)
        back = used.reinstated(NOW, ZONE)
        assert (back.state, back.expires_at, back.order_ref) == (CouponState.ISSUED, until, "")
    expired = coupon(1, terms(), state=CouponState.USED, order_ref="shop:1", expires_at=NOW)
    assert expired.reinstated(NOW, ZONE).state is CouponState.EXPIRED
    extended = coupon(
        1, terms(extended_for=Period(0, 3)), state=CouponState.USED, order_ref="s:1", expires_at=NOW
    )
    assert extended.reinstated(NOW, ZONE).expires_at == at("2026-11-25 16:00")


def test_any_one_wrong_character_of_a_code_shows() -> None:
    random = Random(7)
    for _ in range(20):
        code = coupon_codes.code(random.getrandbits(75))
        assert coupon_codes.read(f" {code[:8].lower()}-{code[8:]}") == code
        for place in range(coupon_codes.LENGTH):
            for other in coupon_codes.ALPHABET.replace(code[place], ""):
                with pytest.raises(coupon_codes.CouponCodeWrong):
                    coupon_codes.read(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("seed", range(5))
def test_terms_are_read_back_as_they_were_written(seed: int) -> None:
    said = random_terms(Random(seed))
    assert decoded(encoded(said) or "") == said
    dated = terms(
        valid_for=None, valid_from=date(2026, 1, 1), valid_until=date(2026, 2, 1), extended_for=Period(1, 2)
    )
    assert decoded(encoded(dated) or "") == dated


def test_terms_of_an_older_release_mean_what_they_meant() -> None:
    old = '{"name":{"zh":"券","en":"coupon"},"terms":{"zh":"券","en":"coupon"},"kind":"AMOUNT_OFF","amount_off_minor":5}'
    assert decoded(old) == CouponTerms(NAME, NAME, CouponKind.AMOUNT_OFF, amount_off_minor=5)
