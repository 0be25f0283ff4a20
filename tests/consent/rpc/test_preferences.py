"""Preferences, asked at the door: whose they are, how they change, and what machines may no longer decide."""

import json

import asyncpg
import pytest
from huiyuan.consent.v1 import decisions_pb2, events_pb2, preferences_pb2

from services.consent.rules.preferences import Change, ChangeKind, Preferences, document
from services.kit.rpc import Caller, CallerKind
from tests.consent import factories
from tests.consent.senders import EMAIL, LOYALTY, SMS, Senders, cap, hours
from tests.consent.service import MEMBERS, OFFICER, SUPPORT, Consent, fresh, member, refused


@pytest.fixture
async def senders(consent: Consent) -> Senders:
    """Those who write to members, under no rules but a test's own."""
    made = Senders(consent)
    await made.rule()
    return made


async def test_everything_is_on_until_it_is_switched_off_and_then_on_again(
    senders: Senders, member_id: str
) -> None:
    about, other = await senders.service(), await senders.service()

    def enabled(preferences: preferences_pb2.Preferences) -> list[bool]:
        found = {one.topic: one.enabled for one in preferences.topics if one.channel == SMS}
        return [found[about], found[other]]

    assert enabled((await senders.preferences(member_id)).preferences) == [True, True]
    assert enabled((await senders.switch(member_id, about, on=False)).preferences) == [False, True]
    assert enabled((await senders.preferences(member_id)).preferences) == [False, True]
    assert await senders.denied(member_id, about) == ["SWITCHED_OFF"]
    await senders.switch(member_id, about, on=True)
    assert await senders.denied(member_id, about) == []


async def test_a_wish_sent_again_changes_nothing_whatever_was_wished_since(
    senders: Senders, member_id: str
) -> None:
    about = await senders.service()
    first = await senders.switch(member_id, about, on=False, key="a")
    await senders.switch(member_id, about, on=True, key="b")
    again = await senders.switch(member_id, about, on=False, key="a")
    assert (first.replayed, again.replayed) == (False, True)
    assert await senders.denied(member_id, about) == []
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await senders.switch(member_id, about, on=True, key="a")
    with refused("PREFERENCE_NOT_VALID"):
        await senders.switch(member_id, about, on=True, key="with space")


async def test_an_act_of_consent_and_a_wish_never_share_a_key(senders: Senders, member_id: str) -> None:
    about, purpose = await senders.service(), fresh("sms")
    shown = await senders.consent.ask(factories.purpose(purpose))
    await senders.consent.give(factories.grant(member_id, shown, key="a"))
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await senders.switch(member_id, about, on=False, key="a")
    await senders.switch(member_id, about, on=False, key="b")
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await senders.consent.withdraw(factories.withdrawal(member_id, purpose, key="b"))
    assert await senders.denied(member_id, about) == ["SWITCHED_OFF"]


async def test_nobody_changes_or_reads_anothers(senders: Senders, member_id: str) -> None:
    about, other = await senders.service(), member("5f0d6e0a-0000-4000-8000-00000000000f")
    request = preferences_pb2.SetPreferenceRequest(
        member_id=member_id, channel=SMS, topic=about, enabled=False, idempotency_key="a"
    )
    for who in (other, OFFICER, SUPPORT, LOYALTY):
        with refused("NOT_ALLOWED"):
            await senders.consent.preferences.set_preference(request, headers=senders.consent.by(who))
    assert (await senders.preferences(member_id, by=other)).refusal.code == "NOT_ALLOWED"
    assert (await senders.preferences(member_id, by=SUPPORT)).WhichOneof("result") == "preferences"
    assert await senders.denied(member_id, about) == []
    listing = preferences_pb2.ListPreferenceChangesRequest(member_id=member_id, first=10)
    with refused("NOT_ALLOWED"):
        await senders.consent.preferences.list_preference_changes(listing, headers=senders.consent.by(other))


async def test_hours_and_caps_are_shown_as_set_and_go_back_to_the_operators(
    senders: Senders, member_id: str
) -> None:
    await senders.rule(quiet=hours(22, 8, "Asia/Shanghai"))
    own = hours(23, 7, "Europe/Berlin")
    shown = (await senders.be_quiet(member_id, own)).preferences
    assert (shown.quiet_hours, shown.quiet_hours_in_force) == (own, own)
    shown = (await senders.cap_own(member_id, cap(3), cap(1, channel=EMAIL))).preferences
    assert list(shown.caps) == [cap(1, channel=EMAIL), cap(3)]
    shown = (await senders.be_quiet(member_id, None)).preferences
    assert not shown.HasField("quiet_hours")
    assert shown.quiet_hours_in_force == hours(22, 8, "Asia/Shanghai")
    assert list((await senders.cap_own(member_id)).preferences.caps) == []
    with refused("QUIET_HOURS_NOT_VALID"):
        await senders.be_quiet(member_id, hours(23, 7, "Europe/Atlantis"))
    with refused("CAPS_NOT_VALID"):
        await senders.cap_own(member_id, cap(3), cap(4))


async def test_the_history_keeps_every_change_and_folds_to_what_stands(
    senders: Senders, member_id: str, as_owner: asyncpg.Connection
) -> None:
    about = await senders.service()
    await senders.switch(member_id, about, on=False)
    await senders.be_quiet(member_id, hours(22, 8))
    await senders.cap_own(member_id, cap(2))
    await senders.refuse_machines(member_id)
    await senders.suppress(member_id, "HARD_BOUNCE", SMS)
    await senders.switch(member_id, about, on=True)
    found, after = [], ""
    while True:
        page = await senders.consent.preferences.list_preference_changes(
            preferences_pb2.ListPreferenceChangesRequest(member_id=member_id, first=4, after=after),
            headers=senders.consent.by(member(member_id)),
        )
        found += page.changes
        after = page.changes[-1].cursor
        if not page.has_next_page:
            break
    assert [int(change.cursor) for change in found] == [6, 5, 4, 3, 2, 1]
    assert [change.actor for change in found[:2]] == [f"member:{member_id}", OFFICER.actor]
    folded = Preferences()
    for change in reversed(found):
        kept = Change(ChangeKind(change.kind), json.loads(change.content_json))
        folded = folded.after(kept, change.changed_at.ToDatetime())
    stands = await as_owner.fetchval("SELECT content FROM preferences WHERE member_id = $1", member_id)
    assert json.loads(stands) == json.loads(json.dumps(document(folded)))


async def test_each_change_grows_the_epoch_and_is_told_without_what_was_wished(
    senders: Senders, member_id: str, as_owner: asyncpg.Connection
) -> None:
    about = await senders.service()
    await senders.switch(member_id, about, on=False)
    await senders.refuse_machines(member_id)
    await senders.suppress(member_id, "COMPLAINT", SMS)
    rows = await as_owner.fetch(
        "SELECT type, event FROM outbox WHERE member_id = $1 ORDER BY seq, ord", member_id
    )
    told = [events_pb2.ConsentEvent.FromString(row["event"]) for row in rows]
    assert [(row["type"], event.epoch) for row, event in zip(rows, told, strict=True)] == [
        ("PreferencesChanged", 1),
        ("AutomatedDecisionsChanged", 2),
        ("SuppressionsChanged", 3),
    ]
    assert told[1].automated_decisions_changed.refused
    assert not any(about.encode() in row["event"] for row in rows)


# --- automated decisions (PIPL 24) ------------------------------------------------------------------------


async def _profiling(senders: Senders, member_id: str) -> str:
    purpose = fresh("personalisation")
    shown = await senders.consent.ask(factories.purpose(purpose, methods=["profile"], assessment_id="PIA-1"))
    await senders.consent.give(factories.grant(member_id, shown, key=fresh("give")))
    return purpose


async def test_art_24_who_refuses_machines_is_profiled_no_more_from_that_moment(
    senders: Senders, member_id: str
) -> None:
    purpose, plain = await _profiling(senders, member_id), fresh("sms")
    shown = await senders.consent.ask(factories.purpose(plain))
    await senders.consent.give(factories.grant(member_id, shown, key=fresh("give")))
    assert (await senders.consent.check(member_id, purpose)).allow
    refusal = await senders.refuse_machines(member_id)
    assert refusal.automated_decisions_refused
    # Not even what the process kept from a moment ago is answered.
    assert not (await senders.consent.check(member_id, purpose)).allow
    answer = await senders.consent.check(member_id, purpose, min_epoch=refusal.epoch)
    assert (answer.allow, answer.reason, answer.article) == (False, "AUTOMATED_DECISIONS_REFUSED", "PIPL 24")
    assert answer.non_personalised
    assert not answer.HasField("valid_until")
    assert (await senders.consent.check(member_id, plain)).allow
    request = decisions_pb2.CheckManyRequest(member_ids=[member_id], purpose=purpose)
    [many] = (
        await senders.consent.decisions.check_many(request, headers=senders.consent.by(MEMBERS))
    ).answers
    assert (many.allow, many.non_personalised) == (False, True)
    allowed = await senders.refuse_machines(member_id, refused=False)
    assert (await senders.consent.check(member_id, purpose, min_epoch=allowed.epoch)).allow


async def test_art_24_refusing_holds_on_every_basis_and_needs_no_consent_to_refuse(
    senders: Senders, member_id: str
) -> None:
    purpose = fresh("service")
    await senders.consent.publish(
        factories.contract_purpose(purpose, methods=["automated_decision"], assessment_id="PIA-1")
    )
    await senders.refuse_machines(member_id)
    assert (await senders.consent.check(member_id, purpose)).reason == "AUTOMATED_DECISIONS_REFUSED"
    request = decisions_pb2.CheckManyRequest(member_ids=[member_id], purpose=purpose)
    [many] = (
        await senders.consent.decisions.check_many(request, headers=senders.consent.by(MEMBERS))
    ).answers
    assert (many.allow, many.reason) == (False, "AUTOMATED_DECISIONS_REFUSED")


async def test_art_24_what_is_the_same_for_all_may_still_be_sent(senders: Senders, member_id: str) -> None:
    about = await senders.marketing(member_id, methods=["profile"], assessment_id="PIA-1")
    assert not (await senders.may_send(member_id, about)).non_personalised
    await senders.refuse_machines(member_id)
    answer = await senders.may_send(member_id, about)
    assert (answer.may_send, answer.non_personalised) == (True, True)
    await senders.consent.withdraw(factories.withdrawal(member_id, answer.purpose, key=fresh("withdraw")))
    answer = await senders.may_send(member_id, about)
    assert (answer.may_send, answer.non_personalised) == (False, False)


async def test_art_24_other_services_ask_who_refused(senders: Senders, member_id: str) -> None:
    stranger = "5f0d6e0a-0000-4000-8000-00000000000e"
    refusal = await senders.refuse_machines(member_id)
    request = preferences_pb2.BatchGetAutomatedDecisionsRequest(member_ids=[stranger, member_id])
    for who in (member(member_id), SUPPORT, Caller(CallerKind.SERVICE, "stranger")):
        with refused("NOT_ALLOWED"):
            await senders.consent.preferences.batch_get_automated_decisions(
                request, headers=senders.consent.by(who)
            )
    answers = (
        await senders.consent.preferences.batch_get_automated_decisions(
            request, headers=senders.consent.by(LOYALTY)
        )
    ).answers
    assert [(one.refused, one.epoch) for one in answers] == [(False, 0), (True, refusal.epoch)]
    assert answers[1].refused_at == refusal.automated_decisions_refused_at
