"""What makes a benefit well-formed, and what versions of older releases say of theirs."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.loyalty.rules.benefits.benefits import Benefit, BenefitEffect, BenefitKind, QuotaPeriod, check
from services.loyalty.rules.programmes.definitions import check as check_programme
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed
from services.loyalty.storage.programmes.definitions import encode
from services.loyalty.storage.programmes.definitions.benefits import benefit as decoded
from tests.loyalty.rules.memory import programme, tier

PLAIN = Benefit("gift", BenefitKind.STATUS, Text("礼", "Gift"))
COUPON = replace(
    PLAIN, effect=BenefitEffect.COUPON, coupon_template="off10", quota=1, period=QuotaPeriod.MONTH
)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"key": "Gift!"}, "key"),
        ({"quota": 0}, "quota"),
        ({"quota": 1_000_001}, "quota"),
        ({"period": QuotaPeriod.DAY}, "quota_period"),
        ({"unit_cost_minor": -1}, "unit_cost.minor_units"),
        ({"description": Text("字" * 1_001, "")}, "description.zh"),
        ({"coupon_template": "off10"}, "coupon_template"),
        ({"effect": BenefitEffect.COUPON, "quota": 1}, "coupon_template"),
        ({"effect": BenefitEffect.COUPON, "coupon_template": "off10"}, "quota"),
    ],
)
def test_benefit_that_contradicts_itself_is_refused_by_path(changes: dict[str, Any], path: str) -> None:
    check([PLAIN, replace(COUPON, key="coupon")], "b")
    with pytest.raises(ProgrammeNotWellFormed) as refused:
        check([PLAIN, replace(PLAIN, **{"key": "other"} | changes)], "b")
    assert refused.value.field == f"b[1].{path}"


def test_a_tier_gives_a_benefit_once() -> None:
    twice = replace(tier("silver", 500, metric="POINTS"), benefits=(PLAIN, PLAIN))
    with pytest.raises(ProgrammeNotWellFormed) as refused:
        check_programme(programme(tiers=(twice,)))
    assert refused.value.field == "tiers[0].benefits[1].key"


def test_benefit_comes_back_from_storage_as_it_was_defined() -> None:
    defined = replace(COUPON, description=Text("每月", "Monthly"), unit_cost_minor=500, survives=True)
    silver = replace(tier("silver", 500), benefits=(defined,))
    stored = json.loads(encode(programme(tiers=(silver,))))
    assert decoded(stored["tiers"][0]["benefits"][0]) == defined


def test_benefit_of_an_older_release_means_what_it_meant() -> None:
    assert decoded({"key": "gift", "kind": "STATUS", "name": {"zh": "礼", "en": "Gift"}}) == PLAIN
    assert (PLAIN.quota, PLAIN.effect, PLAIN.unit_cost_minor, PLAIN.survives) == (
        None,
        BenefitEffect.OTHER,
        0,
        False,
    )
