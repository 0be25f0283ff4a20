"""What members and their helpers read of decisions, each item authorised for itself."""

from uuid import uuid4

from huiyuan.consent.v1 import decisions_pb2, preferences_pb2, purposes_pb2
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
    another = {one.purpose: one for one in (await consent.consents(str(uuid4()))).consents}[given]
    assert another.state == decisions_pb2.CONSENT_STATE_NOT_ASKED, "what one decided is told to nobody else"
    assert [another.record_id, another.HasField("decided_at"), another.in_use] == ["", False, False]


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


async def test_art_44_a_member_sees_who_has_which_data_on_whatever_basis(
    consent: Consent, member_id: str
) -> None:
    given, never, service, profile = fresh("sms"), fresh("email"), fresh("service"), fresh("offers")
    listed = {"recipients": ["printer"], "assessment_id": "DPIA-9", "storage_locations": ["CN", "CN-SH"]}
    shown = await consent.ask(
        factories.purpose(given, **listed),
        factories.purpose(never),
        factories.contract_purpose(service, categories=["name", "phone"]),
        factories.purpose(profile, methods=["profile"], assessment_id="DPIA-9"),
    )

    async def having() -> set[tuple[str, str]]:
        found = (await consent.consents(member_id)).consents
        ours = {given, never, service, profile}
        return {(one.purpose, one.recipient_id) for one in found if one.in_use and one.purpose in ours}

    assert await having() == {(service, "")}
    answer = await consent.give(factories.grant(member_id, shown, given, key="a", recipient_id="printer"))
    assert [one.in_use for one in answer.consents] == [True]
    await consent.give(factories.grant(member_id, shown, profile, key="b"))
    assert await having() == {(service, ""), (given, "printer"), (profile, "")}
    [with_printer] = [
        one
        for one in (await consent.consents(member_id)).consents
        if (one.purpose, one.recipient_id) == (given, "printer")
    ]
    assert (list(with_printer.categories), list(with_printer.storage_locations), with_printer.retention) == (
        ["phone"],
        ["CN", "CN-SH"],
        "P2Y",
    )
    no_machines = preferences_pb2.SetAutomatedDecisionsRequest(
        member_id=member_id, refused=True, idempotency_key="c"
    )
    await consent.preferences.set_automated_decisions(no_machines, headers=consent.by(member(member_id)))
    again = await consent.give(factories.grant(member_id, shown, profile, key="e"))
    assert [one.in_use for one in again.consents] == [False], "given, and not for machines"
    withdrawn = await consent.withdraw(
        factories.withdrawal(member_id, given, key="d", recipient_id="printer")
    )
    assert [one.in_use for one in withdrawn.consents] == [False]
    assert await having() == {(service, "")}


async def test_art_24_each_of_a_batch_is_shown_their_own(consent: Consent) -> None:
    profile, sms = fresh("offers"), fresh("sms")
    shown = await consent.ask(
        factories.contract_purpose(profile, methods=["profile"], assessment_id="DPIA-9"),
        factories.purpose(sms),
    )
    nobody, refusing, giving, other = people = [str(uuid4()) for _ in range(4)]
    no_machines = preferences_pb2.SetAutomatedDecisionsRequest(
        member_id=refusing, refused=True, idempotency_key="a"
    )
    await consent.preferences.set_automated_decisions(no_machines, headers=consent.by(member(refusing)))
    given = await consent.give(factories.grant(giving, shown, sms, key="b"))
    for _ in range(2):  # what was made for one is not changed for the next
        found = dict(zip(people, await consent.consents_of(*people), strict=True))
        by_key = {whose: {one.purpose: one for one in each.consents} for whose, each in found.items()}
        assert [by_key[whose][profile].in_use for whose in people] == [True, False, True, True]
        assert [by_key[whose][sms].in_use for whose in people] == [False, False, True, False]
        assert by_key[giving][sms] == given.consents[0]
        assert found[nobody] == found[other]
        assert [found[whose].epoch for whose in (nobody, giving)] == [0, given.epoch]


async def test_art_48_a_version_of_a_notice_is_read_for_ever_by_anybody(consent: Consent) -> None:
    key = fresh("sms")
    first = await consent.ask(factories.purpose(key))
    second = await consent.tell(factories.notice(key, title="新的告知"))
    assert first.notice_id != second.notice_id

    async def read(notice_id: str) -> purposes_pb2.GetNoticeResponse:
        return await consent.purposes.get_notice(purposes_pb2.GetNoticeRequest(notice_id=notice_id))

    assert (await read(first.notice_id)).notice == first
    assert (await read(second.notice_id)).notice == second
    assert not (await read("never.zh.1")).HasField("notice")


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
