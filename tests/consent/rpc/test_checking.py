"""The gate through its door: who may ask, and what the answers know."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import decisions_pb2

from services.kit.rpc import Caller, CallerKind, RemoteRefusal
from tests.consent import factories
from tests.consent.service import MEMBERS, OFFICER, SUPPORT, Consent, fresh, member, refused


async def test_art_13_without_an_answer_there_is_no_consent(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    await consent.publish(factories.purpose(key))
    answer = await consent.check(member_id, key)
    assert (answer.allow, answer.reason, answer.epoch) == (False, "NOT_ASKED", 0)
    assert answer.lawful_basis == factories.CONSENT


async def test_art_6_a_category_that_the_purpose_does_not_list_is_denied(
    consent: Consent, member_id: str
) -> None:
    key, service = fresh("sms"), fresh("service")
    shown = await consent.ask(factories.purpose(key))
    await consent.publish(factories.contract_purpose(service))
    await consent.give(factories.grant(member_id, shown, key="a"))
    for purpose in (key, service):
        answer = await consent.check(member_id, purpose, categories=["phone", "birth_date"])
        assert (answer.allow, answer.reason, answer.article) == (False, "CATEGORY_NOT_LISTED", "PIPL 6")


async def test_an_epoch_not_yet_known_is_waited_for_and_never_answered(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    given = await consent.give(factories.grant(member_id, shown, key="a"))
    assert (await consent.check(member_id, key, min_epoch=given.epoch)).allow
    with pytest.raises(RemoteRefusal) as caught:
        await consent.check(member_id, key, min_epoch=given.epoch + 1)
    assert (caught.value.code, caught.value.retryable) == ("EPOCH_NOT_REACHED", True)


async def test_art_14_consent_ends_with_its_validity(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key, validity_duration="P1M"))
    given = await consent.give(factories.grant(member_id, shown, key="a"))
    assert given.consents[0].valid_until.ToDatetime(UTC) > datetime.now(UTC) + timedelta(days=27)
    consent.clock.shift = timedelta(days=32)
    answer = await consent.check(member_id, key)
    assert (answer.allow, answer.reason, answer.article) == (False, "CONSENT_EXPIRED", "PIPL 14")
    (stands,) = [c for c in (await consent.consents(member_id)).consents if c.purpose == key]
    assert stands.state == decisions_pb2.CONSENT_STATE_EXPIRED


async def test_art_14_a_wider_version_is_asked_anew_and_the_old_part_goes_on(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    wider = await consent.ask(factories.purpose(key, categories=["phone", "birth_date"]))
    assert (await consent.check(member_id, key, categories=["phone"])).allow
    for categories in (["birth_date"], ["phone", "birth_date"], []):
        answer = await consent.check(member_id, key, categories=categories)
        assert (answer.allow, answer.reason, answer.article) == (False, "REAFFIRM_REQUIRED", "PIPL 14")
    (stands,) = [c for c in (await consent.consents(member_id)).consents if c.purpose == key]
    assert stands.state == decisions_pb2.CONSENT_STATE_REAFFIRM_REQUIRED
    await consent.give(factories.grant(member_id, wider, key="b"))
    assert (await consent.check(member_id, key, categories=["birth_date"])).allow


async def test_art_14_a_wider_method_denies_the_whole_purpose(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    await consent.publish(factories.purpose(key, methods=["use", "profile"], assessment_id="PIA-1"))
    assert (await consent.check(member_id, key, categories=["phone"])).reason == "REAFFIRM_REQUIRED"
    assert (await consent.check(member_id, key, purpose_version=1, categories=["phone"])).allow


async def test_an_older_version_is_no_way_around_the_one_in_force(consent: Consent, member_id: str) -> None:
    key = fresh("service")
    await consent.publish(factories.contract_purpose(key))
    await consent.publish(factories.purpose(key))
    answer = await consent.check(member_id, key, purpose_version=1)
    assert (answer.allow, answer.reason) == (False, "NOT_ASKED")


async def test_art_6_what_the_version_in_force_gave_up_is_not_used_under_an_older_one(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key, categories=["phone", "birth_date"]))
    await consent.give(factories.grant(member_id, shown, key="a"))
    await consent.publish(factories.purpose(key, categories=["phone"]))
    answer = await consent.check(member_id, key, purpose_version=1, categories=["birth_date"])
    assert (answer.allow, answer.reason) == (False, "CATEGORY_NOT_LISTED")


async def test_an_unknown_purpose_or_version_is_refused(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    await consent.publish(factories.purpose(key))
    for purpose, version in ((fresh("never"), 0), (key, 2), (key, -1), ("\0", 0)):
        with refused("UNKNOWN_PURPOSE"):
            await consent.check(member_id, purpose, purpose_version=version)
    with refused("MALFORMED"):
        await consent.check("nobody", key)


async def test_separate_and_sensitive_answers_are_never_to_be_kept(consent: Consent, member_id: str) -> None:
    general, apart = fresh("sms"), fresh("face")
    shown = await consent.ask(factories.purpose(general), factories.purpose(apart, form=factories.SEPARATE))
    await consent.give(factories.grant(member_id, shown, general, key="a"))
    await consent.give(factories.grant(member_id, shown, apart, key="b"))
    assert not (await consent.check(member_id, apart)).HasField("valid_until")
    many = decisions_pb2.CheckManyRequest(member_ids=[member_id], purpose=apart)
    [answer] = (await consent.decisions.check_many(many, headers=consent.by(MEMBERS))).answers
    assert answer.allow
    assert not answer.HasField("valid_until")
    kept = (await consent.check(member_id, general)).valid_until.ToDatetime(UTC)
    assert kept <= datetime.now(UTC) + timedelta(seconds=2)


async def test_only_our_services_and_the_officer_ask_the_gate(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    await consent.publish(factories.purpose(key))
    one = decisions_pb2.CheckRequest(member_id=member_id, purpose=key)
    many = decisions_pb2.CheckManyRequest(member_ids=[member_id], purpose=key)
    for caller in (MEMBERS, OFFICER):
        await consent.decisions.check(one, headers=consent.by(caller))
        await consent.decisions.check_many(many, headers=consent.by(caller))
    stranger = Caller(CallerKind.SYSTEM, "erp", frozenset({"order_recorder"}))
    for caller in (member(member_id), SUPPORT, stranger):
        with refused("NOT_ALLOWED"):
            await consent.decisions.check(one, headers=consent.by(caller))
        with refused("NOT_ALLOWED"):
            await consent.decisions.check_many(many, headers=consent.by(caller))


async def test_many_members_are_answered_in_their_order_as_one_by_one(consent: Consent) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    members = [str(uuid4()) for _ in range(7)]
    for place, one in enumerate(members[:5]):
        await consent.give(factories.grant(one, shown, key="a"))
        if place % 2:
            await consent.withdraw(factories.withdrawal(one, key, key="b"))
    await consent.give(factories.grant(members[4], shown, key="again"))
    asked = [members[6], *members, members[0]]
    request = decisions_pb2.CheckManyRequest(member_ids=asked, purpose=key, categories=["phone"])
    answers = (await consent.decisions.check_many(request, headers=consent.by(MEMBERS))).answers
    for one, answer in zip(asked, answers, strict=True):
        alone = await consent.check(one, key, categories=["phone"])
        assert answer.HasField("valid_until") == alone.HasField("valid_until")
        for each in (alone, answer):
            each.ClearField("valid_until")
        assert answer == alone
    assert [answer.allow for answer in answers] == [
        False,
        *[True, False, True, False, True],
        False,
        False,
        True,
    ]


async def test_ten_thousand_members_are_answered_and_one_more_is_refused(consent: Consent) -> None:
    key = fresh("sms")
    await consent.publish(factories.purpose(key))
    request = decisions_pb2.CheckManyRequest(member_ids=[str(uuid4()) for _ in range(10_000)], purpose=key)
    answers = (await consent.decisions.check_many(request, headers=consent.by(MEMBERS))).answers
    assert len(answers) == 10_000
    assert not any(answer.allow for answer in answers)
    request.member_ids.append(str(uuid4()))
    with refused("TOO_MANY"):
        await consent.decisions.check_many(request, headers=consent.by(MEMBERS))
    with refused("UNKNOWN_PURPOSE"):
        await consent.decisions.check_many(
            decisions_pb2.CheckManyRequest(purpose=fresh("never")), headers=consent.by(MEMBERS)
        )
