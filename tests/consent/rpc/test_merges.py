"""Consents of members who turned out to be one: refusals win, separate consent is asked anew, undoing gives back."""

from itertools import product
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import events_pb2 as consent_events

from tests.consent import factories
from tests.consent.factories import grant, withdrawal
from tests.consent.service import fresh, refused


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
    purpose = factories.purpose(fresh("profiling"), articles=["PIPL 28", "PIPL 29"], **change)
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


@pytest.mark.parametrize("names", [("old", "new"), ("new", "old"), ("one", "other")])
async def test_art_15_a_withdrawal_is_obeyed_though_another_id_used_its_key(consent, hear, names):
    """Under either id and between two who were merged into a third: keys like withdraw-1 are anybody's."""
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    who = dict(zip(("old", "new", "one", "other"), (*ids(), *ids()), strict=True))
    before, after = (who[name] for name in names)
    await decide(consent, before, notice, "given")
    await consent.withdraw(withdrawal(before, key, key="withdraw-1"))
    for merged in {*names} - {"new"}:
        await hear(who[merged], who["new"], f"m-{merged}")
    await decide(consent, after, notice, "given")
    answer = await consent.withdraw(withdrawal(after, key, key="withdraw-1"))
    assert not answer.replayed
    assert not (await consent.check(after, key)).allow


async def test_a_key_that_another_id_used_for_another_act_is_free(consent, hear):
    sms, email = [await consent.ask(factories.purpose(fresh(name))) for name in ("sms", "email")]
    old, new = ids()
    await consent.give(grant(old, sms, key="give-1"))
    await hear(old, new)
    assert not (await consent.give(grant(new, email, key="give-1"))).replayed
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await consent.give(grant(old, email, key="give-1"))


async def test_art_15_what_was_withdrawn_while_merged_stays_so_once_the_merge_is_undone(consent, hear):
    """Acts that are sent again under the id of before as well: they are known by it."""
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    old, new = ids()
    await hear(old, new)
    given, no = grant(old, notice, key="give-1"), withdrawal(old, key, key="withdraw-1")
    await consent.give(given)
    withdrawn = await consent.withdraw(no)
    await hear(old, new, undone=True)
    with refused("WITHDRAWN_SINCE", "PIPL 15"):
        await consent.give(given)
    again = await consent.withdraw(no)
    assert (again.replayed, again.consents[0].record_id) == (True, withdrawn.consents[0].record_id)
    assert not (await consent.check(old, key)).allow


@pytest.mark.parametrize("by", ["old", "new"])
@pytest.mark.parametrize("since", ["withdrawn", "withdrawn and given"])
async def test_art_15_undoing_a_merge_gives_no_consent_back_that_was_withdrawn_meanwhile(
    consent, hear, as_owner, by, since
):
    notice = await consent.ask(factories.purpose(fresh("sms")))
    key = notice.purposes[0].key
    old, new = ids()
    await decide(consent, old, notice, "given")
    await hear(old, new)
    who = {"old": old, "new": new}[by]
    await consent.withdraw(withdrawal(who, key, key=fresh("w"), channel="web"))
    if since == "withdrawn and given":
        await decide(consent, new, notice, "given")
    await hear(old, new, undone=True)
    stands = ["CONSENT_WITHDRAWN", "CONSENT_GIVEN" if "given" in since else "CONSENT_WITHDRAWN"]
    assert [(await consent.check(one, key)).reason for one in (old, new)] == stands
    kept = await as_owner.fetch(
        "SELECT e.channel, e.event_state, e.pii_principal_id = m.pii_principal_id AS own FROM consent_events e "
        "JOIN members m USING (member_id) WHERE e.member_id = $1 ORDER BY e.epoch",
        old,
    )
    assert [tuple(row) for row in kept[1:]] == [("web", "WITHDRAWN", True)]
    await hear(old, new, "again")
    await hear(old, new, "again", undone=True)
    assert [(await consent.check(one, key)).reason for one in (old, new)] == stands


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
