"""Wishes, suppressions and sends of members who turned out to be one: a no on either side wins, undoing gives back."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from huiyuan.consent.v1 import preferences_pb2, sends_pb2, suppressions_pb2

from services.consent.jobs.weighing import weigh
from services.kit import database
from tests.consent import factories
from tests.consent.senders import EMAIL, LOYALTY, SMS, Senders, cap, hours, topic
from tests.consent.service import SUPPORT, Consent, fresh, member, refused

NOS = ("switch", "complaint", "machines", "withdrawal")


@pytest.fixture
async def senders(consent: Consent) -> Senders:
    """Those who write to members, under no rules but a test's own."""
    made = Senders(consent)
    await made.rule()
    return made


@pytest.fixture
def pair() -> tuple[str, str]:
    """The id that is merged, and the survivor's."""
    return str(uuid4()), str(uuid4())


class Person:
    """Says no and yes, in one of the ways there are, and hears who is allowed."""

    def __init__(self, senders: Senders, way: str, about: str, purpose: str) -> None:
        self.senders, self.way, self.about, self.purpose = senders, way, about, purpose

    async def says(self, member_id: str, *, no: bool, notice: Any = None) -> None:
        senders = self.senders
        match self.way:
            case "switch":
                await senders.switch(member_id, self.about, on=not no)
            case "complaint" if no:
                await senders.suppress(member_id, "COMPLAINT", SMS)
            case "complaint":
                await senders.unsuppress(member_id, "COMPLAINT", SMS)
            case "machines":
                await senders.refuse_machines(member_id, refused=no)
            case _ if no:
                withdrawal = factories.withdrawal(member_id, self.purpose, key=fresh("no"))
                await senders.consent.withdraw(withdrawal)
            case _:
                await senders.consent.give(factories.grant(member_id, notice, key=fresh("yes")))

    async def allowed(self, *member_ids: str) -> list[bool]:
        """By each id, whether what the no is about may be done."""
        senders = self.senders
        headers = senders.consent.by(LOYALTY)
        if self.way == "machines":
            asked = preferences_pb2.BatchGetAutomatedDecisionsRequest(member_ids=member_ids)
            answered = await senders.consent.preferences.batch_get_automated_decisions(asked, headers=headers)
            return [not one.refused for one in answered.answers]
        request = sends_pb2.MaySendManyRequest(member_ids=member_ids, channel=SMS, topic=self.about)
        answer = await senders.consent.sends.may_send_many(request, headers=headers)
        return [one.may_send for one in answer.answers]


async def persons(senders: Senders, way: str, *member_ids: str) -> tuple[Person, Any]:
    """Members who all consented to one topic, and the notice they did by."""
    notice = await senders.consent.ask(factories.purpose(fresh("marketing")))
    purpose, about = notice.purposes[0].key, fresh("offers")
    for member_id in member_ids:
        await senders.consent.give(factories.grant(member_id, notice, key=fresh("yes")))
    await senders.publish(topic(about, purpose))
    return Person(senders, way, about, purpose), notice


@pytest.mark.parametrize("way", NOS)
@pytest.mark.parametrize("who", ["old", "new"])
async def test_a_no_on_either_side_wins_and_undoing_gives_both_back(senders, hear, pair, way, who):
    old, new = pair
    person, notice = await persons(senders, way, *pair)
    await person.says({"old": old, "new": new}[who], no=True)
    before = await person.allowed(*pair)
    assert sorted(before) == [False, True]
    await hear(old, new)
    assert await person.allowed(*pair) == [False, False]
    await hear(old, new, undone=True)
    assert await person.allowed(*pair) == before
    await hear(old, new, "again")
    await person.says(new, no=False, notice=notice)
    assert await person.allowed(*pair) == [True, True]


@pytest.mark.parametrize("way", NOS)
@pytest.mark.parametrize(
    ("who", "since"),
    [
        ("old", "no"),
        ("new", "no and yes"),
        pytest.param("old", "no and yes", marks=pytest.mark.torture),
        pytest.param("new", "no", marks=pytest.mark.torture),
    ],
)
async def test_what_is_said_after_a_merge_counts_for_both_and_a_no_stays_with_who_parts(
    senders, hear, pair, way, who, since
):
    old, new = pair
    person, notice = await persons(senders, way, *pair)
    await hear(old, new)
    await person.says({"old": old, "new": new}[who], no=True)
    assert await person.allowed(*pair) == [False, False]
    if since == "no and yes":
        await person.says(old, no=False, notice=notice)
        assert await person.allowed(*pair) == [True, True]
    await hear(old, new, undone=True)
    assert await person.allowed(*pair) == [False, since == "no and yes"]
    await person.says(old, no=False, notice=notice)
    assert await person.allowed(*pair) == [True, since == "no and yes"]


@pytest.mark.parametrize("way", NOS)
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(1, 9))]
)
async def test_nobody_is_allowed_who_said_no_under_any_id_while_it_was_one_person(senders, hear, way, seed):
    """The oracle knows who was one with whom when something was said, and nothing of how it is kept."""
    chance = random.Random(f"{way} {seed}")
    members = [str(uuid4()) for _ in range(3)]
    person, notice = await persons(senders, way, *members)
    into: dict[str, tuple[str, str]] = {}
    heard: dict[str, list[bool]] = {one: [] for one in members}

    def who(one: str) -> str:
        return who(into[one][0]) if one in into else one

    def same(one: str) -> list[str]:
        return [other for other in members if who(other) == who(one)]

    for step in range(24):
        alone = [one for one in members if one not in into]
        undoable = [one for one, (survivor, _) in into.items() if survivor not in into]
        act = chance.choice(["no", "yes", "yes", "merge", "merge", "undo"])
        if act == "merge" and len(alone) > 1:
            old, new = chance.sample(alone, 2)
            into[old] = new, f"m{step}"
            await hear(old, new, f"m{step}")
        elif act == "undo" and undoable:
            old = chance.choice(undoable)
            new, merge_id = into.pop(old)
            await hear(old, new, merge_id, undone=True)
        elif act in ("no", "yes"):
            speaker = chance.choice(members)
            for one in same(speaker):
                heard[one].append(act == "yes")
            await person.says(speaker, no=act == "no", notice=notice)
        answers = dict(zip(members, await person.allowed(*members), strict=True))
        for one in members:
            if any(heard[other][-1:] == [False] for other in same(one)):
                assert not answers[one], (step, one)
            if all(all(heard[other]) for other in same(one)):
                assert answers[one], (step, one)
            assert answers[one] == answers[who(one)]


@pytest.mark.parametrize("who", ["old", "new"])
async def test_a_suppression_that_stands_already_and_is_made_again_is_of_both(senders, hear, pair, who):
    old, new = pair
    await senders.suppress({"old": old, "new": new}[who], "COMPLAINT", SMS)
    await hear(old, new)
    assert [(await senders.suppress(one, "COMPLAINT", SMS)).replayed for one in (new, old)] == [False, True]
    await hear(old, new, undone=True)
    assert [len(await _stops(senders, one)) for one in pair] == [1, 1]


async def test_hours_of_both_hold_and_caps_are_the_stricter(senders, hear, pair):
    old, new = pair
    about = await senders.service()
    await senders.be_quiet(old, hours(20, 2))
    await senders.be_quiet(new, hours(23, 7))
    await senders.cap_own(old, cap(1), cap(4, period=timedelta(days=2)))
    await senders.cap_own(new, cap(2), cap(3, channel=EMAIL))
    await hear(old, new)
    shown = [(await senders.preferences(one)).preferences for one in pair]
    assert shown[0] == shown[1]
    assert shown[0].quiet_hours == hours(20, 7)
    assert list(shown[0].caps) == [cap(3, channel=EMAIL), cap(1), cap(4, period=timedelta(days=2))]
    await senders.be_quiet(old, hours(1, 2))
    await senders.cap_own(old, cap(5))
    shown = [(await senders.preferences(one)).preferences for one in pair]
    assert [one.quiet_hours for one in shown] == [hours(1, 2)] * 2
    assert [list(one.caps) for one in shown] == [[cap(5)]] * 2
    await hear(old, new, undone=True)
    shown = [(await senders.preferences(one)).preferences for one in pair]
    assert [one.quiet_hours for one in shown] == [hours(20, 2), hours(1, 2)]
    assert [list(one.caps) for one in shown] == [[cap(1), cap(4, period=timedelta(days=2))], [cap(5)]]
    assert "QUIET_HOURS" not in await senders.denied(new, about, at=_tomorrow(21))


def _tomorrow(hour: int) -> datetime:
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=hour, minute=30, second=0, microsecond=0)


async def test_hours_by_two_clocks_hold_both_and_stay_with_who_parts(senders, hear, pair):
    old, new = pair
    about = await senders.service()
    await senders.be_quiet(old, hours(1, 3, "UTC"))
    await senders.be_quiet(new, hours(13, 15, "Asia/Shanghai"))  # 5 to 7 in UTC
    await hear(old, new)
    for one in pair:
        quiet = [await senders.denied(one, about, at=_tomorrow(hour)) for hour in (0, 1, 4, 5, 8)]
        assert quiet == [[], ["QUIET_HOURS"], [], ["QUIET_HOURS"], []]
        shown = (await senders.preferences(one)).preferences
        both = [shown.quiet_hours, *shown.quiet_hours_besides]
        assert sorted(both, key=str) == sorted([hours(1, 3, "UTC"), hours(13, 15, "Asia/Shanghai")], key=str)
    await senders.be_quiet(new, hours(9, 10))
    assert not (await senders.preferences(new)).preferences.quiet_hours_besides
    await hear(old, new, undone=True)
    quiet = [await senders.denied(old, about, at=_tomorrow(hour)) for hour in (1, 5, 9)]
    assert quiet == [["QUIET_HOURS"], [], ["QUIET_HOURS"]]


async def test_hours_that_leave_nothing_of_the_day_pass_by_no_waiting(senders, hear, pair):
    old, new = pair
    about = await senders.service()
    await senders.be_quiet(old, hours(0, 13))
    await senders.be_quiet(new, hours(12, 1))
    await hear(old, new)
    answer = await senders.may_send(old, about)
    assert [one.reason for one in answer.denials] == ["QUIET_HOURS"]
    assert not answer.HasField("retry_at")


async def test_a_wish_is_known_by_the_id_it_was_sent_as_and_one_of_before_is_no_new_one(
    senders, hear, pair, as_owner
):
    old, new = pair
    about = await senders.service()
    await senders.switch(old, about, on=True, key="on-1")
    await senders.switch(old, about, on=False, key="off-1")
    await hear(old, new)
    assert (await senders.switch(old, about, on=True, key="on-1")).replayed
    assert (await senders.switch(new, about, on=True, key="on-1")).replayed
    assert await senders.denied(new, about) == ["SWITCHED_OFF"]
    assert not (await senders.switch(new, about, on=False, key="off-1")).replayed
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await senders.switch(old, about, on=True, key="off-1")
    await senders.switch(old, about, on=True, key="on-2")
    kept = await as_owner.fetch("SELECT idempotency_key, recorded_under FROM acts WHERE member_id = $1", old)
    assert {row[0]: row[1] for row in kept} == {"on-1": None, "off-1": None, "on-2": UUID(new)}
    await hear(old, new, undone=True)
    assert (await senders.switch(old, about, on=True, key="on-2")).replayed


async def test_history_and_suppressions_are_the_persons_by_either_id(senders, hear, pair):
    old, new = pair
    about = await senders.service()
    await senders.switch(old, about, on=False)
    await senders.suppress(old, "REGULATOR")
    await senders.cap_own(new, cap(2))
    await hear(old, new)
    await senders.suppress(old, "COMPLAINT", EMAIL)
    await senders.be_quiet(old, hours(1, 2))
    for one in pair:
        kinds = [change.kind for change in await _history(senders, one)]
        assert kinds[:2] == ["QUIET_HOURS_SET", "SUPPRESSED"]
        assert sorted(kinds[2:]) == ["CAPS_SET", "SUPPRESSED", "TOPIC_SWITCHED"]
        assert [stop.reason for stop in await _stops(senders, one)] == [
            suppressions_pb2.SUPPRESSION_REASON_REGULATOR,
            suppressions_pb2.SUPPRESSION_REASON_COMPLAINT,
        ]
    await hear(old, new, undone=True)
    assert [change.kind for change in await _history(senders, old)] == [
        "SUPPRESSED",
        "QUIET_HOURS_SET",
        "SUPPRESSED",
        "TOPIC_SWITCHED",
    ]
    assert [change.kind for change in await _history(senders, new)] == [
        "QUIET_HOURS_SET",
        "SUPPRESSED",
        "CAPS_SET",
    ]


async def _history(senders: Senders, member_id: str) -> list[preferences_pb2.PreferenceChange]:
    """All changes, newest first, read by pages of two."""
    found: list[preferences_pb2.PreferenceChange] = []
    while True:
        page = await senders.consent.preferences.list_preference_changes(
            preferences_pb2.ListPreferenceChangesRequest(
                member_id=member_id, first=2, after=found[-1].cursor if found else ""
            ),
            headers=senders.consent.by(member(member_id)),
        )
        found += page.changes
        if not page.has_next_page:
            return found


async def _stops(senders: Senders, member_id: str) -> Any:
    request = suppressions_pb2.ListSuppressionsRequest(member_id=member_id)
    listed = await senders.consent.suppressions.list_suppressions(
        request, headers=senders.consent.by(SUPPORT)
    )
    return listed.suppressions


async def test_sends_count_for_the_person_and_are_known_by_either_id(senders, hear, pair):
    old, new = pair
    about, other = await senders.service(), await senders.service()
    await senders.rule(cap(3))
    assert not (await senders.claim("one", old, about)).replayed
    await senders.claim("two", new, about)
    await hear(old, new)
    assert (await senders.claim("one", new, about)).replayed
    assert not (await senders.claim("one", new, other)).replayed, "another's id for another message is free"
    assert await senders.denied(old, about) == ["CAP_REACHED"]
    assert (await senders.release("one", new)).replayed is False
    assert (await senders.release("one", old)).replayed is False
    assert await senders.denied(old, about) == []
    await hear(old, new, undone=True)
    assert [(await senders.release("one", one)).replayed for one in pair] == [True, True]


async def test_claims_under_both_ids_at_once_keep_the_cap_of_one_person(senders, hear, pair):
    old, new = pair
    about = await senders.service()
    await senders.rule(cap(2))
    await hear(old, new)
    claims = [senders.claim(f"s{nth}", pair[nth % 2], about) for nth in range(8)]
    answers = await asyncio.gather(*claims)
    assert sum(one.answer.may_send for one in answers) == 2


async def test_what_holds_by_a_merge_is_told_to_those_who_keep_it(senders, hear, pair, as_owner):
    old, new = pair
    await senders.refuse_machines(old)
    epochs = [(await senders.preferences(one)).preferences.epoch for one in pair]
    await hear(old, new)
    await hear(old, new, undone=True)
    told = await as_owner.fetch(
        "SELECT type FROM outbox WHERE member_id = $1 AND type = 'AutomatedDecisionsChanged'", new
    )
    assert len(told) == 2
    after = [(await senders.preferences(one)).preferences.epoch for one in pair]
    assert after[0] == after[1] > max(epochs)


async def test_members_who_were_merged_before_are_weighed_link_by_link(senders, hear, pair, as_owner, urls):
    """As a process of the version before leaves them: told of the merge, and weighed by nobody."""
    old, new = pair
    last = str(uuid4())
    person, _ = await persons(senders, "switch", *pair, last)
    await person.says(old, no=True)
    await senders.refuse_machines(old)
    await senders.claim("one", old, await senders.service())
    await senders.suppress(old, "REGULATOR")
    await hear(old, new, "a")
    await hear(new, last, "b")
    later = [UUID(new), UUID(last)]
    for one in (last, new):  # what is found first is to be weighed last
        await as_owner.execute("UPDATE merges SET weighed = NULL WHERE into_member = $1", one)
    for statement in (
        "DELETE FROM preferences WHERE member_id = ANY($1)",
        "DELETE FROM suppressions WHERE member_id = ANY($1)",
        "UPDATE members SET automated_refused_at = NULL, merged_epoch = NULL WHERE member_id = ANY($1)",
    ):
        await as_owner.execute(statement, later)
    assert await person.allowed(*pair, last) == [True] * 3
    engine = database.engine(urls.app)
    try:
        assert await weigh(engine) in (2, 3)
        assert await weigh(engine) == 0
    finally:
        await engine.dispose()
    assert await person.allowed(*pair, last) == [False] * 3
    assert (await senders.preferences(last)).preferences.automated_decisions_refused
    assert len(await _stops(senders, last)) == 1
    assert (await senders.release("one", last)).replayed is False
    await hear(new, last, "b", undone=True)
    assert await person.allowed(*pair, last) == [False, False, True]


async def test_a_wish_or_a_claim_in_the_moment_of_a_merge_counts_for_the_survivor_or_is_tried_again(
    senders, hear, pair, as_owner
):
    """Whoever comes while a merge is heard waits for it, and is of whoever the member is then."""
    old, new = pair
    about = await senders.service()
    await senders.switch(old, about, on=True)
    await senders.switch(new, about, on=True)
    async with as_owner.transaction():
        await as_owner.execute("SELECT FROM members WHERE member_id = ANY($1) FOR UPDATE", [old, new])
        for one in pair:
            await as_owner.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"send {one}")
        came = [
            asyncio.create_task(senders.switch(old, about, on=False)),
            asyncio.create_task(senders.claim("one", old, about)),
        ]
        waiting = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                     WHERE NOT granted AND datname = current_database()"""
        while await as_owner.fetchval(waiting) < len(came):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await as_owner.execute("UPDATE members SET merged_into = $2 WHERE member_id = $1", old, new)
    for outcome in await asyncio.gather(*came, return_exceptions=True):
        assert getattr(outcome, "code", "") == "MEMBERS_MERGED_MEANWHILE"
