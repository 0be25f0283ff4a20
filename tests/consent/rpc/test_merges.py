"""Consents of members who turned out to be one: refusals win, separate consent is asked anew, undoing gives back."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import events_pb2 as consent_events
from huiyuan.members.v1 import events_pb2

from services.consent.consumers import hear_members
from services.kit import database, stream
from tests.consent import factories
from tests.consent.factories import grant, withdrawal
from tests.consent.service import fresh, refused

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def hear(urls):
    """Tell the service of merges, as its worker would hear of them."""
    engine = database.engine(urls.app)

    async def tell(old: str, new: str, merge_id: str = "m", *, undone: bool = False) -> None:
        event = events_pb2.MembersEvent(member_id=old, occurred_at=NOW)
        if undone:
            event.merge_undone.MergeFrom(events_pb2.MergeUndone(merge_id=merge_id, into_member_id=new))
        else:
            event.members_merged.MergeFrom(events_pb2.MembersMerged(merge_id=merge_id, into_member_id=new))
        kind = "MergeUndone" if undone else "MembersMerged"
        async with engine.begin() as connection:
            heard = stream.Event("huiyuan:members:0", 1, 0, "", kind, event.SerializeToString())
            await hear_members(connection, [heard])

    yield tell
    await engine.dispose()


def ids() -> tuple[str, str]:

    return str(uuid4()), str(uuid4())


async def decide(consent, member_id: str, notice, choice: str, **more) -> None:
    """Give, withdraw or say nothing, about the one purpose of a notice."""
    key = notice.purposes[0].key
    if choice != "none":
        await consent.give(grant(member_id, notice, key=fresh("give"), **more))
    if choice == "withdrawn":
        await consent.withdraw(withdrawal(member_id, key, key=fresh("withdraw"), **more))


@pytest.mark.parametrize(("one", "other"), list(product(("none", "given", "withdrawn"), repeat=2)))
async def test_a_refusal_on_either_side_wins_and_undoing_gives_both_back(consent, hear, one, other):
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    old, new = ids()
    await decide(consent, old, notice, one)
    await decide(consent, new, notice, other)
    before = [(await consent.check(who, key)).reason for who in (old, new)]
    await hear(old, new)
    answers = [await consent.check(who, key) for who in (old, new)]
    expected = "withdrawn" not in (one, other) and "given" in (one, other)
    assert [answer.allow for answer in answers] == [expected] * 2
    assert answers[0].epoch == answers[1].epoch > 0
    await hear(old, new, undone=True)
    assert [(await consent.check(who, key)).reason for who in (old, new)] == before


@pytest.mark.parametrize(
    "change",
    [{"form": factories.SEPARATE}, {"sensitive": True, "form": factories.SEPARATE, "assessment_id": "a-1"}],
)
async def test_separate_consent_is_asked_anew_and_then_stands(consent, hear, change):
    purpose = factories.purpose(fresh("profiling"), articles=["PIPL 29"], **change)
    notice = await consent.ask(purpose)
    key = notice.purposes[0].key
    old, new = ids()
    for who in (old, new):
        await decide(consent, who, notice, "given")
    await hear(old, new)
    assert [(await consent.check(who, key)).reason for who in (old, new)] == ["NOT_ASKED"] * 2
    await decide(consent, old, notice, "given")
    assert [(await consent.check(who, key)).allow for who in (old, new)] == [True, True]
    await hear(old, new, undone=True)
    assert [(await consent.check(who, key)).allow for who in (old, new)] == [True, True]


async def test_what_is_decided_under_either_id_after_a_merge_counts_for_both(consent, hear):
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    old, new = ids()
    await decide(consent, old, notice, "withdrawn")
    await hear(old, new)
    await decide(consent, new, notice, "given")
    assert [(await consent.check(who, key)).allow for who in (old, new)] == [True, True]
    withdrawn = await consent.withdraw(withdrawal(old, key, key=fresh("w")))
    assert (await consent.check(new, key, min_epoch=withdrawn.epoch)).reason == "CONSENT_WITHDRAWN"
    [shown] = [one for one in (await consent.consents(old)).consents if one.purpose == key]
    assert shown.record_id == withdrawn.consents[0].record_id
    await hear(old, new, undone=True)
    assert [(await consent.check(who, key)).reason for who in (old, new)] == ["CONSENT_WITHDRAWN"] * 2


@pytest.mark.parametrize("withdrawn", ["before the merge", "after it", "never"])
@pytest.mark.parametrize("by_survivor", [False, True], ids=["under the id of before", "as the survivor"])
async def test_art_15_a_grant_of_before_a_merge_that_is_sent_again_is_no_new_one(
    consent, hear, withdrawn, by_survivor
):
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    old, new = ids()
    given, no = grant(old, notice, key=fresh("give")), withdrawal(old, key, key=fresh("w"))
    first = await consent.give(given)
    if withdrawn == "before the merge":
        await consent.withdraw(no)
    await hear(old, new)
    if withdrawn == "after it":
        await consent.withdraw(no)
    if by_survivor:
        given.member_id = new
    if withdrawn == "never":
        again = await consent.give(given)
        assert (again.replayed, again.consents[0].record_id) == (True, first.consents[0].record_id)
    else:
        with refused("WITHDRAWN_SINCE", "PIPL 15"):
            await consent.give(given)
        assert (await consent.withdraw(no)).replayed
    assert (await consent.check(new, key)).allow == (withdrawn == "never")


async def test_a_chain_is_weighed_link_by_link(consent, hear):
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    (a, b), (c, _) = ids(), ids()
    await decide(consent, a, notice, "withdrawn")
    await hear(a, b, "a-b")
    await decide(consent, b, notice, "given")
    await hear(b, c, "b-c")
    assert [(await consent.check(who, key)).allow for who in (a, b, c)] == [True] * 3
    await hear(b, c, "b-c", undone=True)
    reasons = [(await consent.check(who, key)).reason for who in (a, b, c)]
    assert reasons == ["CONSENT_GIVEN", "CONSENT_GIVEN", "NOT_ASKED"]
    await hear(a, b, "a-b", undone=True)
    reasons = [(await consent.check(who, key)).reason for who in (a, b, c)]
    assert reasons == ["CONSENT_WITHDRAWN", "CONSENT_GIVEN", "NOT_ASKED"]


async def test_the_evidence_stays_as_it_was_and_the_merge_is_told(consent, hear, as_owner):
    notice = await consent.ask(factories.purpose(fresh("sms")))
    old, new = ids()
    await decide(consent, old, notice, "given")
    digests = (
        "SELECT member_id, epoch, record_digest FROM consent_events WHERE member_id = ANY($1) ORDER BY 1, 2"
    )
    before = await as_owner.fetch(digests, [old, new])
    await hear(old, new, "told")
    await hear(old, new, "told", undone=True)
    assert await as_owner.fetch(digests, [old, new]) == before
    rows = await as_owner.fetch(
        "SELECT event FROM outbox WHERE type = 'MergeFollowed' AND member_id = $1 ORDER BY seq", old
    )
    told = [consent_events.ConsentEvent.FromString(row["event"]) for row in rows]
    assert [(one.merge_followed.merge_id, one.merge_followed.undone) for one in told] == [
        ("told", False),
        ("told", True),
    ]
    assert told[0].epoch < told[1].epoch
