"""Withdrawing consent: as easy as giving, at once, and for good until one gives again."""

import asyncio
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import decisions_pb2

from services.kit.rpc import RemoteRefusal
from tests.consent import factories
from tests.consent.service import OFFICER, Consent, fresh, member, refused


async def test_art_15_what_was_withdrawn_is_denied_at_once(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    withdrawn = await consent.withdraw(factories.withdrawal(member_id, key, key="b"))
    assert [c.state for c in withdrawn.consents] == [decisions_pb2.CONSENT_STATE_WITHDRAWN]
    answer = await consent.check(member_id, key, min_epoch=withdrawn.epoch)
    assert (answer.allow, answer.reason, answer.article) == (False, "CONSENT_WITHDRAWN", "PIPL 15")
    assert answer.epoch == withdrawn.epoch == 2
    assert not answer.HasField("valid_until")


def test_art_15_withdrawing_asks_for_nothing_that_giving_does_not() -> None:
    giving = {field.name for field in decisions_pb2.GiveConsentRequest.DESCRIPTOR.fields}
    withdrawing = {field.name for field in decisions_pb2.WithdrawConsentRequest.DESCRIPTOR.fields}
    assert withdrawing < giving


async def test_art_15_withdrawing_needs_only_who_and_what(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    await consent.withdraw(factories.withdrawal(member_id, key, key="b", channel=""))
    assert not (await consent.check(member_id, key)).allow


async def test_art_15_several_purposes_are_withdrawn_in_one_act(consent: Consent, member_id: str) -> None:
    general, apart = fresh("sms"), fresh("face")
    shown = await consent.ask(factories.purpose(general), factories.purpose(apart, form=factories.SEPARATE))
    await consent.give(factories.grant(member_id, shown, general, key="a"))
    await consent.give(factories.grant(member_id, shown, apart, key="b"))
    await consent.withdraw(factories.withdrawal(member_id, general, apart, key="c"))
    for purpose in (general, apart):
        assert (await consent.check(member_id, purpose)).reason == "CONSENT_WITHDRAWN"


async def test_art_15_an_old_grant_sent_again_does_not_grant_again(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    grant = factories.grant(member_id, shown, key="a")
    await consent.give(grant)
    withdrawn = await consent.withdraw(factories.withdrawal(member_id, key, key="b"))
    with refused("WITHDRAWN_SINCE", "PIPL 15"):
        await consent.give(grant)
    answer = await consent.check(member_id, key)
    assert (answer.allow, answer.epoch) == (False, withdrawn.epoch)
    await consent.give(factories.grant(member_id, shown, key="c"))
    assert (await consent.check(member_id, key)).allow


async def test_art_13_what_rests_on_a_contract_cannot_be_withdrawn_and_goes_on(
    consent: Consent, member_id: str
) -> None:
    key = fresh("service")
    await consent.ask(factories.contract_purpose(key))
    with refused("CONSENT_NOT_ASKED", "PIPL 13(2)"):
        await consent.withdraw(factories.withdrawal(member_id, key, key="a"))
    answer = await consent.check(member_id, key, categories=["phone"])
    assert (answer.allow, answer.reason, answer.article) == (True, "CONSENT_NOT_NEEDED", "PIPL 13(2)")
    assert answer.lawful_basis == factories.CONTRACT


async def test_art_15_what_came_to_rest_on_a_contract_is_withdrawn_from_others_who_were_given_consent(
    consent: Consent, member_id: str
) -> None:
    key, partners = fresh("sharing"), ["partner-a"]
    shown = await consent.ask(factories.purpose(key, recipients=partners, assessment_id="DPIA-8"))
    await consent.give(factories.grant(member_id, shown, key, key="a", recipient_id="partner-a"))
    await consent.ask(factories.contract_purpose(key, recipients=partners, assessment_id="DPIA-9"))
    ended = await consent.withdraw(factories.withdrawal(member_id, key, key="b"))
    assert [one.recipient_id for one in ended.consents] == partners


async def test_what_was_never_given_can_be_withdrawn(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    await consent.ask(factories.purpose(key))
    await consent.withdraw(factories.withdrawal(member_id, key, key="a"))
    assert (await consent.check(member_id, key)).reason == "CONSENT_WITHDRAWN"


async def test_withdrawing_from_one_recipient_leaves_the_other(consent: Consent, member_id: str) -> None:
    key = fresh("sharing")
    both = ["partner-a", "partner-b"]
    shown = await consent.ask(factories.purpose(key, recipients=both, assessment_id="DPIA-8"))
    for partner in both:
        await consent.give(factories.grant(member_id, shown, key=partner, recipient_id=partner))
    await consent.withdraw(factories.withdrawal(member_id, key, key="c", recipient_id="partner-a"))
    assert not (await consent.check(member_id, key, recipient_id="partner-a")).allow
    assert (await consent.check(member_id, key, recipient_id="partner-b")).allow
    with refused("RECIPIENT_NOT_LISTED", "PIPL 23"):
        await consent.withdraw(factories.withdrawal(member_id, key, key="d", recipient_id="stranger"))


async def test_art_15_withdrawing_a_purpose_withdraws_it_from_every_recipient(
    consent: Consent, member_id: str
) -> None:
    """Each by a record on the version that it was given for; what was refused, and another purpose, stay as they are."""
    key, other = fresh("sharing"), fresh("sharing")
    both = ["partner-a", "partner-b"]
    for purpose in (key, other):
        shown = await consent.ask(
            factories.purpose(purpose, recipients=[*both, "partner-c"], assessment_id="DPIA-8")
        )
        await consent.give(
            factories.grant(member_id, shown, purpose, key=f"{purpose}a", recipient_id=both[0])
        )
    newer = await consent.ask(
        factories.purpose(key, recipients=[*both, "partner-c"], retention="P1Y", assessment_id="DPIA-9")
    )
    await consent.give(factories.grant(member_id, newer, key, key="b", recipient_id=both[1]))
    no = decisions_pb2.RefuseConsentRequest(
        member_id=member_id, purposes=[key], recipient_id="partner-c", channel="app", idempotency_key="c"
    )
    await consent.decisions.refuse_consent(no, headers=consent.by(member(member_id)))

    asked = factories.withdrawal(member_id, key, key="d")
    ended = await consent.withdraw(asked)
    assert [(one.recipient_id, one.purpose_version, one.state) for one in ended.consents] == [
        ("", 2, decisions_pb2.CONSENT_STATE_WITHDRAWN),
        ("partner-a", 1, decisions_pb2.CONSENT_STATE_WITHDRAWN),
        ("partner-b", 2, decisions_pb2.CONSENT_STATE_WITHDRAWN),
    ]
    answers = [await consent.check(member_id, key, recipient_id=to) for to in ("", *both)]
    assert [(one.reason, one.epoch) for one in answers] == [("CONSENT_WITHDRAWN", ended.epoch)] * 3
    assert {one.record_id for one in answers} == {one.record_id for one in ended.consents}
    assert (await consent.check(member_id, key, recipient_id="partner-c")).reason == "CONSENT_REFUSED"
    assert (await consent.check(member_id, other, recipient_id=both[0])).allow
    again = await consent.withdraw(asked)
    assert (again.replayed, again.epoch, list(again.consents)) == (True, ended.epoch, list(ended.consents))


async def test_a_recipient_that_is_no_longer_listed_can_still_be_withdrawn_from(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sharing")
    shown = await consent.ask(factories.purpose(key, recipients=["partner-a"], assessment_id="DPIA-8"))
    await consent.give(factories.grant(member_id, shown, key="a", recipient_id="partner-a"))
    await consent.publish(factories.purpose(key))
    denied = await consent.check(member_id, key, recipient_id="partner-a")
    assert denied.reason == "RECIPIENT_NOT_LISTED"
    withdrawn = await consent.withdraw(
        factories.withdrawal(member_id, key, key="b", recipient_id="partner-a")
    )
    assert withdrawn.consents[0].state == decisions_pb2.CONSENT_STATE_WITHDRAWN


async def test_the_same_withdrawal_twice_gets_the_first_answer(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    await consent.ask(factories.purpose(key))
    first = await consent.withdraw(factories.withdrawal(member_id, key, key="a"))
    second = await consent.withdraw(factories.withdrawal(member_id, key, key="a"))
    assert (second.replayed, second.epoch, list(second.consents)) == (True, 1, list(first.consents))


async def test_nobody_withdraws_for_another(consent: Consent, member_id: str) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    request = factories.withdrawal(member_id, key, key="b")
    for caller in (member(str(uuid4())), OFFICER):
        with refused("NOT_ALLOWED"):
            await consent.decisions.withdraw_consent(request, headers=consent.by(caller))
    with refused("UNKNOWN_PURPOSE"):
        await consent.withdraw(factories.withdrawal(member_id, "never_published", key="c"))
    assert (await consent.check(member_id, key)).allow


async def test_giving_and_withdrawing_at_once_end_in_the_higher_epoch(consent: Consent) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    for _ in range(10):
        member_id = str(uuid4())
        given, withdrawn = await asyncio.gather(
            consent.give(factories.grant(member_id, shown, key="a")),
            consent.withdraw(factories.withdrawal(member_id, key, key="b")),
        )
        assert {given.epoch, withdrawn.epoch} == {1, 2}
        answer = await consent.check(member_id, key, min_epoch=2)
        assert answer.allow == (given.epoch > withdrawn.epoch)


async def test_one_act_sent_many_times_at_once_counts_once(consent: Consent, member_id: str) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    answers = await asyncio.gather(
        *(consent.give(factories.grant(member_id, shown, key="a")) for _ in range(8))
    )
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 7
    assert {answer.consents[0].record_id for answer in answers} == {answers[0].consents[0].record_id}
    assert (await consent.consents(member_id)).epoch == 1


@pytest.mark.parametrize("key", ["", "k" * 101])
async def test_a_withdrawal_without_a_proper_key_is_refused(
    consent: Consent, member_id: str, key: str
) -> None:
    with pytest.raises(RemoteRefusal) as caught:
        await consent.withdraw(factories.withdrawal(member_id, "sms", key=key))
    assert (caught.value.code, caught.value.field) == ("ACT_MALFORMED", "idempotency_key")
