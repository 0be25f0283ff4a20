"""Sending, asked at the door: every gate, and claims that hold whoever else claims beside."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import sends_pb2, topics_pb2

from infra.local.databases import DatabaseUrls
from services.consent.storage import sends
from services.kit import database
from services.kit.rpc import Caller, CallerKind
from tests.consent import factories
from tests.consent.rpc.test_exporting import abroad, route
from tests.consent.rpc.test_registers import agreement, term
from tests.consent.senders import EMAIL, LOYALTY, SMS, Senders, cap, hours, topic
from tests.consent.service import OFFICER, SUPPORT, Consent, fresh, member, refused


@pytest.fixture
async def senders(consent: Consent) -> Senders:
    """Those who write to members, under no rules but a test's own."""
    made = Senders(consent)
    await made.rule()
    return made


def hours_around_now(length: int = 2) -> topics_pb2.QuietHours:
    now = datetime.now(UTC).hour
    return hours((now - 1) % 24, (now - 1 + length) % 24)


async def test_marketing_goes_to_who_consented_and_ends_with_the_withdrawal(
    senders: Senders, member_id: str
) -> None:
    stranger, about = str(uuid4()), await senders.marketing(member_id)
    answer = await senders.may_send(member_id, about)
    assert (answer.may_send, list(answer.denials)) == (True, [])
    assert answer.record_id
    assert await senders.denied(stranger, about) == ["NOT_ASKED"]
    withdrawn = await senders.consent.withdraw(
        factories.withdrawal(member_id, answer.purpose, key=fresh("withdraw"))
    )
    answer = await senders.may_send(member_id, about, min_epoch=withdrawn.epoch)
    assert [(one.gate, one.reason, one.article) for one in answer.denials] == [
        (sends_pb2.SEND_GATE_CONSENT, "CONSENT_WITHDRAWN", "PIPL 15")
    ]
    assert not (await senders.claim("one", member_id, about)).answer.may_send


async def test_what_the_contract_needs_asks_for_no_consent_and_its_topic_says_what_else_it_keeps(
    senders: Senders, member_id: str
) -> None:
    await senders.rule(cap(0), quiet=hours_around_now())
    kept = await senders.service()
    urgent = await senders.service(keeps_quiet_hours=False, keeps_caps=False, may_be_switched_off=False)
    assert await senders.denied(member_id, kept) == ["QUIET_HOURS", "CAP_REACHED"]
    assert await senders.denied(member_id, urgent) == []
    with refused("TOPIC_NOT_SWITCHABLE"):
        await senders.switch(member_id, urgent, on=False)
    assert await senders.denied(member_id, urgent) == []


async def test_everyone_who_says_no_is_named_and_the_window_with_its_end(
    senders: Senders, member_id: str
) -> None:
    about = await senders.marketing()
    quiet = hours_around_now()
    await senders.be_quiet(member_id, quiet)
    await senders.switch(member_id, about, on=False)
    await senders.suppress(member_id, "COMPLAINT", SMS)
    answer = await senders.may_send(member_id, about)
    assert [one.reason for one in answer.denials] == ["NOT_ASKED", "SWITCHED_OFF", "COMPLAINT", "QUIET_HOURS"]
    window = answer.denials[-1].until.ToDatetime(UTC)
    assert (window.hour * 60, window.minute, window.second) == (quiet.end_minute, 0, 0)
    assert not answer.HasField("retry_at")
    # At that very instant the window lets through, and the others still do not.
    assert await senders.denied(member_id, about, at=window) == ["NOT_ASKED", "SWITCHED_OFF", "COMPLAINT"]


async def test_a_members_hours_stand_for_the_operators_and_their_caps_only_make_stricter(
    senders: Senders, member_id: str
) -> None:
    about = await senders.marketing(member_id)
    await senders.rule(cap(2), quiet=hours_around_now())
    assert await senders.denied(member_id, about) == ["QUIET_HOURS"]
    away = (datetime.now(UTC).hour + 6) % 24
    await senders.be_quiet(member_id, hours(away, (away + 1) % 24))
    await senders.cap_own(member_id, cap(900))
    claims = [await senders.claim(str(one), member_id, about) for one in range(3)]
    assert [claim.answer.may_send for claim in claims] == [True, True, False]
    await senders.be_quiet(member_id, None)
    assert await senders.denied(member_id, about) == ["QUIET_HOURS", "CAP_REACHED"]


async def test_exactly_as_many_claims_hold_as_the_cap_lets_through_among_64_at_once(
    senders: Senders, member_id: str
) -> None:
    about = await senders.marketing(member_id)
    await senders.rule(cap(5))
    claims = await asyncio.gather(*(senders.claim(f"message-{one}", member_id, about) for one in range(64)))
    held = [claim for claim in claims if claim.answer.may_send]
    assert len(held) == 5
    first = min(claim.claimed_at.ToDatetime(UTC) for claim in held)
    for claim in claims:
        if not claim.answer.may_send:
            assert [one.reason for one in claim.answer.denials] == ["CAP_REACHED"]
            assert claim.answer.retry_at.ToDatetime(UTC) == first + timedelta(days=1)
            assert not claim.HasField("claimed_at")


async def test_a_claim_made_again_counts_once_and_is_judged_again(senders: Senders, member_id: str) -> None:
    about = await senders.marketing(member_id)
    await senders.rule(cap(2))
    claims = await asyncio.gather(*(senders.claim("the-one", member_id, about) for _ in range(8)))
    assert all(claim.answer.may_send for claim in claims)
    assert sorted(claim.replayed for claim in claims) == [False] + [True] * 7
    assert (await senders.claim("another", member_id, about)).answer.may_send
    assert not (await senders.claim("a-third", member_id, about)).answer.may_send
    await senders.switch(member_id, about, on=False)
    again = await senders.claim("the-one", member_id, about)
    assert (again.answer.may_send, again.replayed) == (False, True)
    other = await senders.service()
    with refused("SEND_ID_REUSED"):
        await senders.claim("the-one", member_id, other)


async def test_a_claim_made_again_later_counts_from_then_on(senders: Senders, member_id: str) -> None:
    about = await senders.marketing(member_id)
    await senders.rule(cap(1))
    await senders.claim("the-one", member_id, about)
    senders.consent.clock.shift = timedelta(hours=23)
    assert (await senders.claim("the-one", member_id, about)).answer.may_send
    senders.consent.clock.shift = timedelta(hours=25)
    assert await senders.denied(member_id, about) == ["CAP_REACHED"]
    senders.consent.clock.shift = timedelta(hours=47, seconds=30)
    assert await senders.denied(member_id, about) == []


async def test_what_the_provider_refused_is_given_back(senders: Senders, member_id: str) -> None:
    about = await senders.marketing(member_id)
    await senders.rule(cap(1))
    await senders.claim("the-one", member_id, about)
    assert await senders.denied(member_id, about) == ["CAP_REACHED"]
    assert not (await senders.release("the-one", member_id)).replayed
    assert (await senders.release("the-one", member_id)).replayed
    claims = [await senders.claim(name, member_id, about) for name in ("next", "the-one")]
    assert [(claim.answer.may_send, claim.replayed) for claim in claims] == [(True, False), (False, False)]
    with refused("UNKNOWN_SEND"):
        await senders.release("the-one", str(uuid4()))


async def test_many_are_judged_as_of_one_moment_in_their_order(senders: Senders, member_id: str) -> None:
    others = [str(uuid4()) for _ in range(3)]
    about = await senders.marketing(member_id, others[1])
    await senders.suppress(others[1], "HARD_BOUNCE", SMS)
    asked = [others[0], member_id, others[1], member_id]
    request = sends_pb2.MaySendManyRequest(member_ids=asked, channel=SMS, topic=about)
    by = senders.consent.by
    answers = (await senders.consent.sends.may_send_many(request, headers=by(LOYALTY))).answers
    assert [one.may_send for one in answers] == [False, True, False, True]
    assert [[d.reason for d in one.denials] for one in answers] == [["NOT_ASKED"], [], ["HARD_BOUNCE"], []]
    too_many = sends_pb2.MaySendManyRequest(member_ids=[member_id] * 10_001, channel=SMS, topic=about)
    with refused("TOO_MANY"):
        await senders.consent.sends.may_send_many(too_many, headers=by(LOYALTY))


async def test_who_is_suppressed_gets_nothing_until_it_ends(senders: Senders, member_id: str) -> None:
    offers, orders = await senders.marketing(member_id), await senders.service()
    end = datetime.now(UTC) + timedelta(hours=3)
    done = await senders.suppress(member_id, "REGULATOR", by=SUPPORT, until=end)
    assert (done.replayed, [one.actor for one in done.suppressions]) == (False, ["staff:support-1"])
    assert (await senders.suppress(member_id, "REGULATOR", until=end)).replayed
    for about in (offers, orders):
        answer = await senders.may_send(member_id, about)
        assert [one.reason for one in answer.denials] == ["REGULATOR"]
        assert answer.retry_at.ToDatetime(UTC) == end
        assert await senders.denied(member_id, about, at=end) == []
    with refused("NOT_ALLOWED"):
        await senders.unsuppress(member_id, "REGULATOR", by=SUPPORT)
    assert not (await senders.unsuppress(member_id, "REGULATOR")).replayed
    assert (await senders.unsuppress(member_id, "REGULATOR")).replayed
    assert await senders.denied(member_id, offers) == []


@pytest.mark.parametrize(
    ("reason", "channel", "until"),
    [("HARD_BOUNCE", 0, None), ("DECEASED", SMS, None), ("COMPLAINT", SMS, datetime(2020, 1, 1, tzinfo=UTC))],
)
async def test_suppressions_that_make_no_sense_are_refused(
    senders: Senders, member_id: str, reason: str, channel: int, until: datetime | None
) -> None:
    with refused("SUPPRESSION_NOT_VALID"):
        await senders.suppress(member_id, reason, channel, until=until)


async def test_what_nobody_knows_or_asks_rightly_is_no_yes(senders: Senders, member_id: str) -> None:
    about = await senders.marketing(member_id)
    with refused("UNKNOWN_TOPIC"):
        await senders.may_send(member_id, "never_published")
    with refused("MALFORMED"):
        await senders.may_send(member_id, about, 99)
    assert await senders.denied(member_id, about, EMAIL) == ["CHANNEL_NOT_OFFERED"]
    for days in (-1, 400):
        with refused("SEND_NOT_VALID"):
            await senders.may_send(member_id, about, at=datetime.now(UTC) + timedelta(days=days))
    with refused("EPOCH_NOT_REACHED"):
        await senders.may_send(member_id, about, min_epoch=9)
    with refused("SEND_NOT_VALID"):
        await senders.claim("", member_id, about)


async def test_only_those_who_send_claim(senders: Senders, member_id: str) -> None:
    about = await senders.service()
    request = sends_pb2.ClaimSendRequest(send_id="x", member_id=member_id, channel=SMS, topic=about)
    other = Caller(CallerKind.SYSTEM, "shop", frozenset({"order_recorder"}))
    for who in (member(member_id), SUPPORT, OFFICER, other):
        with refused("NOT_ALLOWED"):
            await senders.consent.sends.claim_send(request, headers=senders.consent.by(who))
    sender = Caller(CallerKind.SYSTEM, "campaigns", frozenset({"message_sender"}))
    claimed = await senders.consent.sends.claim_send(request, headers=senders.consent.by(sender))
    assert (claimed.answer.may_send, claimed.replayed) == (True, False)


async def test_a_retired_topic_goes_to_nobody_and_is_shown_to_nobody(
    senders: Senders, member_id: str
) -> None:
    about = await senders.marketing(member_id)
    purpose = (await senders.may_send(member_id, about)).purpose
    await senders.publish(topic(about, purpose, retired=True))
    assert await senders.denied(member_id, about) == ["TOPIC_RETIRED"]
    with refused("TOPIC_NOT_OFFERED"):
        await senders.switch(member_id, about, on=True)
    listed = await senders.consent.topics.list_topics(
        topics_pb2.ListTopicsRequest(), headers=senders.consent.by(LOYALTY)
    )
    assert about not in [one.key for one in listed.topics]


@pytest.mark.parametrize("lacking", ["may_be_switched_off", "keeps_quiet_hours", "keeps_caps"])
async def test_what_rests_on_consent_keeps_to_everything(senders: Senders, lacking: str) -> None:
    purpose = fresh("marketing")
    await senders.consent.publish(factories.purpose(purpose))
    with refused("TOPIC_NOT_PUBLISHABLE", lacking):
        await senders.publish(topic(fresh("offers"), purpose, **{lacking: False}))


@pytest.mark.parametrize(
    "lacking",
    [{"key": "New!"}, {"channels": []}, {"name": {"zh": "新品"}}, {"description": {"zh": "a\nb", "en": "a"}}],
)
async def test_a_topic_without_what_it_needs_is_refused(senders: Senders, lacking: dict[str, Any]) -> None:
    purpose = fresh("service")
    await senders.consent.publish(factories.contract_purpose(purpose))
    said = topic(fresh("offers"), purpose)
    for name in lacking:
        said.ClearField(name)
    said.MergeFrom(topics_pb2.Topic(**lacking))
    with refused("TOPIC_NOT_PUBLISHABLE"):
        await senders.publish(said)


async def test_a_topic_rests_on_purposes_that_were_published(senders: Senders) -> None:
    with refused("TOPIC_NOT_PUBLISHABLE"):
        await senders.publish(topic(fresh("offers"), "never_published"))


async def test_publishing_the_same_again_makes_no_version(senders: Senders) -> None:
    purpose, key = fresh("service"), fresh("orders")
    await senders.consent.publish(factories.contract_purpose(purpose))
    first = await senders.publish(topic(key, purpose))
    assert (first.topic.version, first.replayed) == (1, False)
    assert (await senders.publish(topic(key, purpose))).replayed
    assert (await senders.publish(topic(key, purpose, keeps_caps=False))).topic.version == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM topics",
        "UPDATE topics SET canonical = ''",
        "DELETE FROM sending_rules",
        "UPDATE sending_rules SET canonical = ''",
        "DELETE FROM preference_changes",
        "UPDATE preference_changes SET content = '{}'",
    ],
)
async def test_the_services_role_rewrites_no_history_and_no_topic(
    as_app: asyncpg.Connection, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute(statement)


async def test_old_sends_are_forgotten_and_young_ones_are_not(
    senders: Senders, member_id: str, urls: DatabaseUrls
) -> None:
    about = await senders.service()
    senders.consent.clock.shift = -timedelta(days=91)
    await senders.claim("old", member_id, about)
    senders.consent.clock.shift = -timedelta(days=89)
    await senders.claim("young", member_id, about)
    pool = await database.pool(urls.app)
    await sends.forget(pool, datetime.now(UTC) - sends.KEPT)
    kept = await pool.fetch("SELECT send_id FROM sends WHERE member_id = $1", UUID(member_id))
    await pool.close()
    assert [row["send_id"] for row in kept] == ["young"]


async def test_a_processor_sends_only_while_its_term_covers_it(senders: Senders, member_id: str) -> None:
    about, vendor = await senders.marketing(member_id), fresh("vendor")
    system = Caller(CallerKind.SYSTEM, vendor, frozenset({"message_sender"}))
    consent = senders.consent
    asked = sends_pb2.MaySendRequest(member_id=member_id, channel=SMS, topic=about)
    claiming = sends_pb2.ClaimSendRequest(
        member_id=member_id, channel=SMS, topic=about, send_id=fresh("send")
    )
    assert (await consent.sends.may_send(asked, headers=consent.by(system))).answer.may_send
    await term(consent, agreement(vendor, days=10))
    assert (await consent.sends.claim_send(claiming, headers=consent.by(system))).answer.may_send
    consent.clock.shift = timedelta(days=11)
    for answer in (
        (await consent.sends.may_send(asked, headers=consent.by(system))).answer,
        (await consent.sends.claim_send(claiming, headers=consent.by(system))).answer,
    ):
        [denial] = answer.denials
        assert (denial.reason, denial.article) == ("PROCESSOR_TERM_OVER", "PIPL 21")
    assert (await consent.sends.may_send(asked, headers=consent.by(LOYALTY))).answer.may_send, "not ours"


async def test_what_goes_abroad_is_sent_by_a_way_in_force_and_counted_once(
    senders: Senders, member_id: str, as_owner: asyncpg.Connection
) -> None:
    consent, key = senders.consent, await abroad(senders.consent, member_id)
    about = fresh("news")
    await senders.publish(topic(about, key))
    assert await senders.denied(member_id, about) == ["EXPORT_ROUTE_MISSING"]
    assert not (await senders.claim("abroad", member_id, about)).answer.may_send
    await route(consent, key, "CERTIFICATION")
    assert await senders.denied(member_id, about) == []
    counted = "SELECT count(*) FROM exported_members WHERE member_id = $1"
    assert await as_owner.fetchval(counted, UUID(member_id)) == 0, "asking counts nobody"
    for send in ("abroad", "abroad again"):
        assert (await senders.claim(fresh(send.replace(" ", "-")), member_id, about)).answer.may_send
    assert await as_owner.fetchval(counted, UUID(member_id)) == 1
