"""What members and their helpers read of decisions, each item authorised for itself."""

from uuid import uuid4

from huiyuan.consent.v1 import decisions_pb2
from huiyuan.kit.v1.kit_pb2 import MemberKey

from services.kit.rpc import Caller, CallerKind
from tests.consent import factories
from tests.consent.service import MEMBERS, OFFICER, SUPPORT, Consent, fresh, member, refused


async def test_art_44_a_member_sees_every_purpose_and_what_they_decided(
    consent: Consent, member_id: str
) -> None:
    given, never, service = fresh("sms"), fresh("email"), fresh("service")
    shown = await consent.ask(
        factories.purpose(given), factories.purpose(never), factories.contract_purpose(service)
    )
    answer = await consent.give(factories.grant(member_id, shown, given, key="a"))
    overview = await consent.consents(member_id)
    by_key = {one.purpose: one for one in overview.consents}
    assert overview.epoch == answer.epoch
    assert by_key[given] == answer.consents[0]
    assert by_key[given].name.zh == "短信营销"
    assert by_key[never].state == by_key[service].state == decisions_pb2.CONSENT_STATE_NOT_ASKED
    assert by_key[service].lawful_basis == factories.CONTRACT


async def test_art_23_each_recipient_stands_in_the_overview(consent: Consent, member_id: str) -> None:
    key = fresh("sharing")
    listed = {"recipients": ["partner-a", "partner-b"], "assessment_id": "DPIA-8"}
    shown = await consent.ask(factories.purpose(key, **listed))
    await consent.give(factories.grant(member_id, shown, key="a", recipient_id="partner-b"))
    mine = [one for one in (await consent.consents(member_id)).consents if one.purpose == key]
    assert [(one.recipient_id, one.state, one.form) for one in mine] == [
        ("", decisions_pb2.CONSENT_STATE_NOT_ASKED, factories.GENERAL),
        ("partner-a", decisions_pb2.CONSENT_STATE_NOT_ASKED, factories.SEPARATE),
        ("partner-b", decisions_pb2.CONSENT_STATE_GIVEN, factories.SEPARATE),
    ]


async def test_each_item_of_a_batch_is_authorised_for_itself(consent: Consent) -> None:
    mine, other = str(uuid4()), str(uuid4())
    loyalty = Caller(CallerKind.SERVICE, "loyalty")
    program_admin = Caller(CallerKind.STAFF, "admin-1", frozenset({"program_admin"}))
    items = [
        (mine, member(mine), ""),
        (other, member(mine), "NOT_ALLOWED"),
        (mine, SUPPORT, ""),
        (other, OFFICER, ""),
        (mine, loyalty, "NOT_ALLOWED"),
        (mine, program_admin, "NOT_ALLOWED"),
        ("nobody", member("nobody"), "MALFORMED"),
    ]
    keys = [MemberKey(member_id=one, caller=consent.signer.sign("consent", who)) for one, who, _ in items]
    keys.append(MemberKey(member_id=mine, caller="forged.member.x..9999999999.00"))
    request = decisions_pb2.BatchGetConsentsRequest(members=keys)
    results = (await consent.decisions.batch_get_consents(request, headers=consent.by(MEMBERS))).results
    assert [r.refusal.code for r in results] == [*(code for _, _, code in items), "CALLER_NOT_PROVEN"]


async def test_more_than_five_hundred_members_are_refused(consent: Consent) -> None:
    request = decisions_pb2.BatchGetConsentsRequest(members=[MemberKey()] * 501)
    with refused("TOO_MANY"):
        await consent.decisions.batch_get_consents(request, headers=consent.by(MEMBERS))
