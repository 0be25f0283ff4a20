"""Saying no (网络数据安全管理条例 22): kept as evidence, denied by the gate, and not asked again until its time."""

from datetime import UTC, datetime, timedelta

from huiyuan.consent.v1 import decisions_pb2

from tests.consent import factories
from tests.consent.service import Consent, fresh, member, refused


async def refuse(
    consent: Consent, member_id: str, *purposes: str, key: str
) -> decisions_pb2.RefuseConsentResponse:
    request = decisions_pb2.RefuseConsentRequest(
        member_id=member_id, purposes=purposes, channel="app", idempotency_key=key
    )
    return await consent.decisions.refuse_consent(request, headers=consent.by(member(member_id)))


async def shown(consent: Consent, member_id: str, key: str) -> decisions_pb2.Consent:
    [found] = [one for one in (await consent.consents(member_id)).consents if one.purpose == key]
    return found


async def test_n22_who_said_no_is_not_asked_again_before_the_time_is_over(
    consent: Consent, member_id: str
) -> None:
    key = fresh("sms")
    notice = await consent.ask(factories.purpose(key))
    assert not (await shown(consent, member_id, key)).HasField("ask_again_at")
    answer = await refuse(consent, member_id, key, key="a")
    assert (await refuse(consent, member_id, key, key="a")).replayed
    assert answer.consents[0].state == decisions_pb2.CONSENT_STATE_REFUSED
    assert (await consent.check(member_id, key)).reason == "CONSENT_REFUSED"
    until = (await shown(consent, member_id, key)).ask_again_at.ToDatetime(UTC)
    assert timedelta(days=179) < until - datetime.now(UTC) <= timedelta(days=180)
    consent.clock.shift = timedelta(days=181)
    assert not (await shown(consent, member_id, key)).HasField("ask_again_at")
    consent.clock.shift = timedelta()
    # Members change their minds by themselves whenever they like.
    await consent.give(factories.grant(member_id, notice, key="b"))
    assert not (await shown(consent, member_id, key)).HasField("ask_again_at")
    with refused("CONSENT_STANDS"):
        await refuse(consent, member_id, key, key="c")
    await consent.withdraw(factories.withdrawal(member_id, key, key="d"))
    assert (await shown(consent, member_id, key)).HasField("ask_again_at")


async def test_there_is_nothing_to_refuse_where_nobody_asks(consent: Consent, member_id: str) -> None:
    key = fresh("points")
    await consent.publish(factories.contract_purpose(key))
    with refused("CONSENT_NOT_ASKED"):
        await refuse(consent, member_id, key, key="a")
    with refused("UNKNOWN_PURPOSE"):
        await refuse(consent, member_id, "no_such_purpose", key="b")
