"""Mission trials: the test bench says of samples what the service then does, names what did not hold and what bound."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.loyalty.missions import Json, Operator, mission, named, occasion, rfc3339, timed, wrong_field

TRY = "MissionTrialsService/TryMission"


@pytest.fixture(scope="module")
async def operator(make_loyalty: Any) -> AsyncIterator[Operator]:
    async with timed(make_loyalty) as (loyalty, clock):
        yield Operator(loyalty, clock)


def did(type: str, at: datetime, **attributes: Any) -> Json:
    return {"activity": {"type": type, "attributes": attributes}, "occurredAt": rfc3339(at)}


def befell(kind: str, at: datetime, **more: str) -> Json:
    return {"occasion": {"kind": f"LIFECYCLE_KIND_{kind}"} | more, "occurredAt": rfc3339(at)}


async def tried(operator: Operator, which: Json | str, *samples: Json, **more: Any) -> Json:
    asked = {"key": which} if isinstance(which, str) else {"mission": which}
    answer = await operator.loyalty.staff(TRY, asked | {"samples": samples} | more, "support")
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def failed(verdict: Json) -> list[str]:
    """What did not hold."""
    checks = verdict["checks"]
    return [one["kind"].removeprefix("MISSION_CHECK_KIND_") for one in checks if not one.get("holds")]


def stepped(told: Json) -> list[tuple[int, int]]:
    """Awards and progress after each sample."""
    return [(one.get("awards", 0), one.get("progress", 0)) for one in told["verdicts"]]


@pytest.mark.parametrize("seed", range(4))
async def test_samples_are_worth_what_the_same_activities_then_give(operator: Operator, seed: int) -> None:
    chance = random.Random(seed)
    key, member, today = named(), operator.loyalty.new_member(), operator.clock()
    task = {
        "countedBy": f"COUNTED_BY_{chance.choice(('ACTIVITY', 'DAY', 'DAY_IN_A_ROW', 'ATTRIBUTE'))}",
        "period": f"MISSION_PERIOD_{chance.choice(('EVER', 'WEEK', 'MONTH'))}",
        "times": chance.choice((0, 1, 2)),
        "condition": chance.choice(("", "activity.channel != 'sms'")),
    }
    task |= {"attribute": "channel"} if task["countedBy"].endswith("ATTRIBUTE") else {}
    body = mission(key, count=2, activities=task, startsAt=rfc3339(today - timedelta(days=20)), budget=5)
    days = sorted(chance.uniform(0, 25) for _ in range(14))
    samples = [
        did("share", today - timedelta(days=25 - day), channel=chance.choice(("wechat", "sms", "email")))
        for day in days
    ]
    foretold = await tried(operator, body, *samples)
    await operator.publish(body)
    promised = []
    for sample in samples:
        what = {"attributes": sample["activity"]["attributes"], "occurredAt": sample["occurredAt"]}
        one = await operator.told(operator.activity(member) | what)
        promised.append((one.get("completedNow", 0), one.get("progress", 0)) if one else None)
    await operator.stop(key)
    says = [
        told if verdict.get("counts") else None
        for told, verdict in zip(stepped(foretold), foretold["verdicts"], strict=True)
    ]
    assert says == promised
    assert int(foretold.get("awards", 0)) == len(await operator.promised(member))


async def test_what_does_not_hold_and_what_bound_is_named(operator: Operator) -> None:
    now = operator.clock()
    asked = {"conditions": [{"attribute": "channel", "equals": "wechat"}], "times": 0, "count": 1}
    body = mission(named(), activities=asked, tiers=["gold"], budget=2, endsAt=rfc3339(now + timedelta(1)))
    right = did("share", now, channel="wechat")
    late = did("share", now + timedelta(2), channel="wechat")
    told = await tried(
        operator, body, did("review", now, product="tea"), did("share", now), right, right, right, late
    )
    assert [failed(one) for one in told["verdicts"]] == [
        ["TASK"],
        ["ATTRIBUTE", "TIER"],
        ["TIER"],
        ["TIER"],
        ["TIER"],
        ["OPEN", "TIER"],
    ]
    gold = await tried(
        operator,
        body,
        right,
        right | {"occurredAt": rfc3339(now + timedelta(seconds=1))},
        late,
        tier="gold",
        awarded=1,
    )
    assert [failed(one) for one in gold["verdicts"]] == [[], ["BUDGET"], ["OPEN"]]
    assert gold["awards"] == "1"
    (budget,) = [one for one in gold["verdicts"][1]["checks"] if one["kind"].endswith("BUDGET")]
    assert (budget["actual"], budget["required"]) == ("2", "less than 2")


async def test_an_occasion_is_tried_as_it_would_be_looked_at(operator: Operator) -> None:
    now = datetime.now(UTC)
    dormant = occasion("NO_ORDER_FOR", 30, budget=1)
    ago = [befell("NO_ORDER_FOR", now - timedelta(days)) for days in (40, 31, 20)]
    told = await tried(operator, dormant, *ago, ago[0])
    assert [failed(one) for one in told["verdicts"]] == [[], ["ONCE", "BUDGET"], ["BUDGET"], ["DUE"]]
    refused = await tried(operator, dormant, ago[0], purposeRefused=True)
    assert [failed(one) for one in refused["verdicts"]] == [["ALLOWED"]]
    raised = occasion("TIER_RAISED", 0, tiers=["gold"])
    moves = befell("TIER_RAISED", now, tier="gold"), befell("TIER_RAISED", now, tier="silver")
    told = await tried(operator, raised, *moves, befell("TIER_LOWERED", now, tier="gold"))
    assert [failed(one) for one in told["verdicts"]] == [[], ["TIER"], ["TASK"]]
    assert told["mission"]["award"]["points"]["points"] == "50"


async def test_a_trial_that_cannot_be_is_refused_by_path(operator: Operator) -> None:
    key, now = named(), operator.clock()
    await operator.draft(mission(key))
    share = did("share", now)
    for asked, field in (
        ({"key": "nobody", "samples": [share]}, "key"),
        ({"samples": [share]}, "key"),
        ({"key": key}, "samples"),
        ({"key": key, "samples": [share, {}]}, "samples[1]"),
        ({"key": key, "samples": [did("dance", now)]}, "samples[0].activity.type"),
        ({"key": key, "samples": [did("share", now, colour="red")]}, "samples[0].activity.attributes"),
        ({"key": key, "samples": [{"occasion": {}}]}, "samples[0].occasion.kind"),
        ({"mission": mission("A B"), "samples": [share]}, "mission.key"),
    ):
        answer = await operator.loyalty.staff(TRY, asked, "support")
        assert (answer.status_code in (400, 404), wrong_field(answer)) == (True, field), answer.text
    assert (await tried(operator, key, share))["mission"]["state"] == "MISSION_STATE_DRAFT"
