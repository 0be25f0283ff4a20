"""Giving consent: what counts as an act of consent, and what it leaves."""

from uuid import uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import decisions_pb2

from tests.consent import factories
from tests.consent.service import OFFICER, Consent, fresh, member, refused


async def test_what_was_given_stands_and_is_allowed(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    given = await consent.give(factories.grant(member_id, shown, key="a"))
    assert [c.state for c in given.consents] == [decisions_pb2.CONSENT_STATE_GIVEN]
    assert (given.epoch, given.replayed) == (1, False)
    answer = await consent.check(member_id, key, categories=["phone"], min_epoch=given.epoch)
    assert (answer.allow, answer.reason) == (True, "CONSENT_GIVEN")
    assert answer.record_id == given.consents[0].record_id


async def test_art_14_a_preselected_box_is_refused(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    with refused("PRESELECTED_BOX", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a", preselected=True))
    await _nothing_is_left(consent, as_app, member_id, key)


async def test_art_14_silence_is_no_consent(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    with refused("NOT_AFFIRMATIVE", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a", affirmative_act=False))
    await _nothing_is_left(consent, as_app, member_id, key)


async def test_art_14_a_notice_that_was_never_published_informs_nobody(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    with refused("NOTICE_NOT_SERVED", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a", notice_id=f"{key}.zh.99"))
    await _nothing_is_left(consent, as_app, member_id, key)


async def test_art_14_a_digest_that_was_never_served_is_refused(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    with refused("NOTICE_NOT_SERVED", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a", notice_digest="00" * 32))
    await _nothing_is_left(consent, as_app, member_id, key)


@pytest.mark.parametrize("digest", ["", "abc", "zz" * 32, "00" * 31])
async def test_art_14_a_missing_or_broken_digest_is_refused(
    consent: Consent, member_id: str, digest: str
) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    with refused("ACT_MALFORMED", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a", notice_digest=digest))


async def test_art_14_consent_in_another_language_than_the_notice_is_refused(
    consent: Consent, member_id: str
) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    with refused("NOTICE_DOES_NOT_TELL", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a", language="en-GB"))


async def test_art_17_a_purpose_that_the_notice_does_not_tell_of_is_refused(
    consent: Consent, member_id: str
) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    other = await consent.publish(factories.purpose(fresh("email")))
    with refused("NOTICE_DOES_NOT_TELL", "PIPL 17"):
        await consent.give(factories.grant(member_id, shown, other.key, key="a"))


async def test_art_14_a_notice_that_the_purpose_outgrew_is_refused(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.publish(factories.purpose(key, categories=["phone", "birth_date"]))
    with refused("NOTICE_OUTDATED", "CATEGORIES"):
        await consent.give(factories.grant(member_id, shown, key="a"))


async def test_art_14_words_that_were_replaced_inform_nobody_any_more(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    given = factories.grant(member_id, shown, key="a")
    await consent.give(given)
    corrected = await consent.tell(factories.notice(key, body="更正：每月最多发送四条短信。"))
    with refused("NOTICE_OUTDATED", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="b"))
    assert (await consent.give(given)).replayed
    assert (await consent.give(factories.grant(member_id, corrected, key="c"))).epoch == 2


async def test_a_notice_of_an_older_version_still_counts_when_the_purpose_only_shrank(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key, categories=["phone", "birth_date"]))
    await consent.publish(factories.purpose(key, categories=["phone"]))
    given = await consent.give(factories.grant(member_id, shown, key="a"))
    assert given.consents[0].purpose_version == 1
    assert (await consent.check(member_id, key)).allow


async def test_art_29_accepting_all_never_covers_a_separate_purpose(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    general, apart = fresh("sms"), fresh("face")
    shown = await consent.ask(
        factories.purpose(general),
        factories.purpose(apart, form=factories.SEPARATE, sensitive=True, assessment_id="DPIA-7"),
    )
    with refused("SEPARATE_CONSENT_NEEDED"):
        await consent.give(factories.grant(member_id, shown, general, apart, key="a"))
    await _nothing_is_left(consent, as_app, member_id, general, apart)
    await consent.give(factories.grant(member_id, shown, apart, key="b"))
    assert (await consent.check(member_id, apart)).allow
    assert not (await consent.check(member_id, general)).allow


async def test_art_23_each_recipient_needs_consent_of_its_own(consent: Consent, member_id: str) -> None:
    key = fresh("sharing")
    purpose = factories.purpose(key, recipients=["partner-a", "partner-b"], assessment_id="DPIA-8")
    shown = await consent.ask(purpose)
    await consent.give(factories.grant(member_id, shown, key="a", recipient_id="partner-a"))
    assert (await consent.check(member_id, key, recipient_id="partner-a")).allow
    other = await consent.check(member_id, key, recipient_id="partner-b")
    assert (other.allow, other.reason) == (False, "NOT_ASKED")
    stranger = await consent.check(member_id, key, recipient_id="stranger")
    assert (stranger.allow, stranger.reason, stranger.article) == (False, "RECIPIENT_NOT_LISTED", "PIPL 23")


async def test_art_23_a_third_party_is_never_part_of_a_bundle(consent: Consent, member_id: str) -> None:
    sharing, sms = fresh("sharing"), fresh("sms")
    listed = {"recipients": ["partner-a"], "assessment_id": "DPIA-8"}
    shown = await consent.ask(factories.purpose(sharing, **listed), factories.purpose(sms, **listed))
    with refused("SEPARATE_CONSENT_NEEDED", "PIPL 23"):
        await consent.give(factories.grant(member_id, shown, key="a", recipient_id="partner-a"))
    with refused("RECIPIENT_NOT_LISTED", "PIPL 23"):
        await consent.give(factories.grant(member_id, shown, sms, key="b", recipient_id="partner-z"))


async def test_art_14_a_tap_is_no_written_consent(consent: Consent, member_id: str) -> None:
    shown = await consent.ask(factories.purpose(fresh("medical"), form=factories.WRITTEN))
    with refused("SIGNED_DOCUMENT_NEEDED", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a"))


async def test_art_13_there_is_nothing_to_give_where_a_contract_is_the_basis(
    consent: Consent, member_id: str
) -> None:
    shown = await consent.ask(factories.contract_purpose(fresh("service")))
    with refused("CONSENT_NOT_ASKED", "PIPL 13(2)"):
        await consent.give(factories.grant(member_id, shown, key="a"))


async def test_nobody_gives_consent_for_another(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    request = factories.grant(member_id, shown, key="a")
    for caller in (member(str(uuid4())), OFFICER):
        with refused("NOT_ALLOWED"):
            await consent.decisions.give_consent(request, headers=consent.by(caller))
    with refused("NOT_SIGNED_IN"):
        await consent.decisions.give_consent(request)
    await _nothing_is_left(consent, as_app, member_id, key)


async def test_the_same_grant_twice_gets_the_first_answer(consent: Consent, member_id: str) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    first = await consent.give(factories.grant(member_id, shown, key="a"))
    second = await consent.give(factories.grant(member_id, shown, key="a"))
    assert second.replayed
    assert (second.epoch, list(second.consents)) == (first.epoch, list(first.consents))


async def test_a_key_used_for_another_act_is_a_conflict(consent: Consent, member_id: str) -> None:
    first, second = fresh("sms"), fresh("email")
    shown = await consent.ask(factories.purpose(first), factories.purpose(second))
    await consent.give(factories.grant(member_id, shown, first, key="a"))
    for request in (
        factories.grant(member_id, shown, second, key="a"),
        factories.grant(member_id, shown, first, key="a", channel="web"),
    ):
        with refused("IDEMPOTENCY_KEY_REUSED"):
            await consent.give(request)
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await consent.withdraw(factories.withdrawal(member_id, first, key="a"))
    assert not (await consent.check(member_id, second)).allow


@pytest.mark.parametrize(
    "changes",
    [
        {"idempotency_key": ""},
        {"idempotency_key": "k" * 101},
        {"idempotency_key": "张三"},
        {"channel": ""},
        {"channel": "App Store"},
        {"language": "chinese (simplified)"},
        {"app_version": "7\n4"},
        {"screen_digest": "12"},
        {"purposes": []},
        {"purposes": ["sms", "sms"]},
        {"purposes": ["sms\0"]},
        {"recipient_id": "\0"},
    ],
    ids=str,
)
async def test_a_malformed_act_is_refused(
    consent: Consent, member_id: str, changes: dict[str, object]
) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    with refused("ACT_MALFORMED"):
        await consent.give(factories.grant(member_id, shown, **{"key": "a", **changes}))


async def test_an_unknown_purpose_and_a_broken_member_id_are_refused(
    consent: Consent, member_id: str
) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    with refused("UNKNOWN_PURPOSE"):
        await consent.give(factories.grant(member_id, shown, "never_published", key="a"))
    with refused("MALFORMED"):
        await consent.give(factories.grant("member-7", shown, key="a"))


async def _nothing_is_left(
    consent: Consent, as_app: asyncpg.Connection, member_id: str, *purposes: str
) -> None:
    """A refused act leaves no row and allows nothing."""
    for table in ("members", "acts", "consent_events", "consent_states"):
        assert not await as_app.fetchval(f"SELECT count(*) FROM {table} WHERE member_id = $1", member_id)
    for purpose in purposes:
        answer = await consent.check(member_id, purpose)
        assert (answer.allow, answer.reason) == (False, "NOT_ASKED")
