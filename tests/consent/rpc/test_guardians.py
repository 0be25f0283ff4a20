"""Guardians (PIPL 31): a child's own grant counts for nothing, a verified guardian's does, until the child is fourteen."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import decisions_pb2, guardians_pb2, receipts_pb2
from huiyuan.members.v1 import events_pb2 as members

from infra.local.databases import DatabaseUrls
from services.kit.rpc import Caller
from tests.consent import factories
from tests.consent.rights import hear
from tests.consent.service import OFFICER, SUPPORT, Consent, fresh, member, refused

Merging = Callable[..., Awaitable[None]]


@pytest.fixture
def hear_merged(request: pytest.FixtureRequest) -> Merging:
    """The service's hearing of merges, whose name is another's here."""
    heard: Merging = request.getfixturevalue("hear")
    return heard


@pytest.fixture
def guardian_id() -> str:
    return str(uuid4())


async def link(
    consent: Consent,
    child: str,
    guardian: str,
    verification: str = "birth certificate 12",
    by: Caller = OFFICER,
) -> guardians_pb2.LinkGuardianResponse:
    request = guardians_pb2.LinkGuardianRequest(
        child_id=child, guardian_id=guardian, verification=verification
    )
    return await consent.guardians.link_guardian(request, headers=consent.by(by))


async def give(
    consent: Consent, request: decisions_pb2.GiveConsentRequest, by: str
) -> decisions_pb2.GiveConsentResponse:
    return await consent.decisions.give_consent(request, headers=consent.by(member(by)))


async def wards(consent: Consent, guardian: str) -> list[str]:
    request = guardians_pb2.ListWardsRequest(guardian_id=guardian)
    answer = await consent.guardians.list_wards(request, headers=consent.by(member(guardian)))
    return [one.child_id for one in answer.wards]


async def test_art_31_what_a_guardian_gave_looks_not_as_if_it_stood_once_the_child_is_fourteen(
    consent: Consent, member_id: str, guardian_id: str, urls: DatabaseUrls
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    request = factories.grant(member_id, shown, key="a")
    await give(consent, request, by=guardian_id)
    await hear(urls, member_id, "MemberTurned14", member_turned14=members.MemberTurned14())
    with refused("WITHDRAWN_SINCE", "PIPL 15"):
        await give(consent, request, by=member_id)
    assert not (await consent.check(member_id, key)).allow


async def test_art_31_a_child_s_own_grant_is_refused_and_the_guardian_s_counts(
    consent: Consent, member_id: str, guardian_id: str, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    request = factories.grant(member_id, shown, key="a")
    with refused("NOT_ALLOWED", "PIPL 31"):
        await give(consent, request, by=guardian_id)
    await link(consent, member_id, guardian_id)
    with refused("GUARDIAN_NEEDED", "PIPL 31"):
        await give(consent, request, by=member_id)
    with refused("NOT_ALLOWED", "PIPL 31"):
        await give(consent, request, by=str(uuid4()))
    assert not (await consent.check(member_id, key)).allow
    given = await give(consent, request, by=guardian_id)
    assert (await consent.check(member_id, key)).allow
    assert not (await consent.check(guardian_id, key)).allow
    row = await as_app.fetchrow(
        "SELECT guardian_id, pii_principal_id FROM consent_events WHERE record_id = $1",
        UUID(given.consents[0].record_id),
    )
    pseudonym = await as_app.fetchval(
        "SELECT pii_principal_id FROM members WHERE member_id = $1", UUID(guardian_id)
    )
    assert row["guardian_id"] == pseudonym != row["pii_principal_id"]
    assert await wards(consent, guardian_id) == [member_id]


async def test_a_child_withdraws_alone_and_so_does_the_guardian(
    consent: Consent, member_id: str, guardian_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    for by in (member_id, guardian_id):
        await give(consent, factories.grant(member_id, shown, key=fresh("give")), by=guardian_id)
        assert (await consent.check(member_id, key)).allow
        request = factories.withdrawal(member_id, key, key=fresh("take"))
        await consent.decisions.withdraw_consent(request, headers=consent.by(member(by)))
        assert not (await consent.check(member_id, key)).allow
    with refused("NOT_ALLOWED"):
        stranger = consent.by(member(str(uuid4())))
        request = factories.withdrawal(member_id, key, key="x")
        await consent.decisions.withdraw_consent(request, headers=stranger)


async def test_art_31_on_the_fourteenth_birthday_everything_is_asked_anew(
    consent: Consent, member_id: str, guardian_id: str, urls: DatabaseUrls
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    await give(consent, factories.grant(member_id, shown, key="a"), by=guardian_id)
    await hear(urls, member_id, "MemberTurned14", member_turned14=members.MemberTurned14())
    answer = await consent.check(member_id, key)
    assert (answer.allow, answer.reason) == (False, "CONSENT_EXPIRED")
    with refused("NOT_ALLOWED"):
        await give(consent, factories.grant(member_id, shown, key="b"), by=guardian_id)
    await give(consent, factories.grant(member_id, shown, key="c"), by=member_id)
    assert (await consent.check(member_id, key)).allow
    assert await wards(consent, guardian_id) == []


@pytest.mark.parametrize("how", ["registered", "updated"])
async def test_what_a_child_gave_before_it_was_known_to_be_one_stands_no_more(
    consent: Consent, member_id: str, urls: DatabaseUrls, how: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    if how == "registered":
        told: dict[str, Any] = {"member_registered": members.MemberRegistered(under14=True)}
    else:
        told = {"profile_updated": members.ProfileUpdated(revision=2, under14=True)}
    kind = "MemberRegistered" if how == "registered" else "ProfileUpdated"
    for _ in range(2):
        await hear(urls, member_id, kind, **told)
    assert not (await consent.check(member_id, key)).allow
    with refused("GUARDIAN_NEEDED"):
        await consent.give(factories.grant(member_id, shown, key="b"))
    corrected = members.ProfileUpdated(revision=3, under14=False)
    await hear(urls, member_id, "ProfileUpdated", profile_updated=corrected)
    await consent.give(factories.grant(member_id, shown, key="c"))
    assert (await consent.check(member_id, key)).allow


async def test_nobody_is_linked_unseen_to_themselves_or_to_a_child(
    consent: Consent, member_id: str, guardian_id: str
) -> None:
    for verification in ("", " ", "x" * 101):
        with refused("GUARDIAN_NOT_VERIFIED", "PIPL 31"):
            await link(consent, member_id, guardian_id, verification)
    with refused("GUARDIAN_NOT_ELIGIBLE", "PIPL 31"):
        await link(consent, member_id, member_id)
    with refused("NOT_ALLOWED"):
        await link(consent, member_id, guardian_id, by=SUPPORT)
    assert not (await link(consent, member_id, guardian_id)).replayed
    assert (await link(consent, member_id, guardian_id)).replayed
    with refused("GUARDIAN_NOT_ELIGIBLE", "PIPL 31"):
        await link(consent, guardian_id, member_id)
    with refused("GUARDIAN_NOT_ELIGIBLE", "PIPL 31"):
        await link(consent, str(uuid4()), member_id)


async def test_an_unlinked_or_erased_guardian_acts_no_more_and_leaves_no_trace(
    consent: Consent, member_id: str, guardian_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    key, second = fresh("sms"), str(uuid4())
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    request = guardians_pb2.UnlinkGuardianRequest(child_id=member_id)
    await consent.guardians.unlink_guardian(request, headers=consent.by(OFFICER))
    with refused("NOT_ALLOWED"):
        await give(consent, factories.grant(member_id, shown, key="a"), by=guardian_id)
    with refused("GUARDIAN_NEEDED"):
        await give(consent, factories.grant(member_id, shown, key="a"), by=member_id)
    await link(consent, member_id, second)
    erased = members.MemberErased(erasure_id=str(uuid4()))
    await hear(urls, second, "MemberErased", member_erased=erased)
    for table in ("wards", "guardian_changes"):
        left = await as_app.fetchval(
            f"SELECT count(*) FROM {table} WHERE guardian_id = $1",
            UUID(second),
        )
        assert left == 0, table


async def test_a_merged_child_stays_a_child_and_a_merged_guardian_its_guardian(
    consent: Consent, member_id: str, guardian_id: str, urls: DatabaseUrls
) -> None:
    child, adult, key = str(uuid4()), str(uuid4()), fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(child, shown, key="own"))
    await link(consent, member_id, guardian_id)
    merged = members.MembersMerged(merge_id=fresh("m"), into_member_id=child)
    await hear(urls, member_id, "MembersMerged", members_merged=merged)
    merged = members.MembersMerged(merge_id=fresh("m"), into_member_id=adult)
    await hear(urls, guardian_id, "MembersMerged", members_merged=merged)
    assert not (await consent.check(child, key)).allow
    with refused("GUARDIAN_NEEDED"):
        await give(consent, factories.grant(child, shown, key="b"), by=child)
    await give(consent, factories.grant(child, shown, key="c"), by=adult)
    assert (await consent.check(child, key)).allow


async def test_art_31_a_child_that_turns_fourteen_while_merged_is_none_under_either_id_and_after_parting(
    consent: Consent, member_id: str, guardian_id: str, urls: DatabaseUrls, hear_merged: Merging
) -> None:
    survivor, key = str(uuid4()), fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    await hear_merged(member_id, survivor)
    await give(consent, factories.grant(survivor, shown, key="a"), by=guardian_id)
    assert await wards(consent, guardian_id) == [survivor]
    await hear(urls, member_id, "MemberTurned14", member_turned14=members.MemberTurned14())
    answer = await consent.check(survivor, key)
    assert (answer.allow, answer.reason) == (False, "CONSENT_EXPIRED")
    assert await wards(consent, guardian_id) == []
    with refused("NOT_ALLOWED", "PIPL 31"):
        await give(consent, factories.grant(survivor, shown, key="b"), by=guardian_id)
    await give(consent, factories.grant(member_id, shown, key="c"), by=member_id)
    assert (await consent.check(survivor, key)).allow
    await hear_merged(member_id, survivor, undone=True)
    await give(consent, factories.grant(member_id, shown, key="d"), by=member_id)
    assert (await consent.check(member_id, key)).allow


async def test_art_31_of_two_children_who_were_merged_each_grows_up_alone(
    consent: Consent, member_id: str, urls: DatabaseUrls, hear_merged: Merging
) -> None:
    """One account of a child may be wrong about its age: it is a child until both say that it is none."""
    survivor, key = str(uuid4()), fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    registered = members.MemberRegistered(under14=True)
    for child in (member_id, survivor):
        await hear(urls, child, "MemberRegistered", member_registered=registered)
    await hear_merged(member_id, survivor)
    await hear(urls, survivor, "MemberTurned14", member_turned14=members.MemberTurned14())
    with refused("GUARDIAN_NEEDED", "PIPL 31"):
        await give(consent, factories.grant(survivor, shown, key="a"), by=survivor)
    await hear(urls, member_id, "MemberTurned14", member_turned14=members.MemberTurned14())
    await give(consent, factories.grant(survivor, shown, key="b"), by=survivor)
    assert (await consent.check(member_id, key)).allow


async def test_art_31_a_guardian_who_is_unlinked_from_a_merged_child_acts_no_more_by_any_id(
    consent: Consent, member_id: str, guardian_id: str, hear_merged: Merging
) -> None:
    survivor, other, key = str(uuid4()), str(uuid4()), fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    await hear_merged(member_id, survivor)
    request = guardians_pb2.UnlinkGuardianRequest(child_id=survivor)
    await consent.guardians.unlink_guardian(request, headers=consent.by(OFFICER))
    for child in (member_id, survivor):
        with refused("NOT_ALLOWED", "PIPL 31"):
            await give(consent, factories.grant(child, shown, key="a"), by=guardian_id)
    await link(consent, survivor, other)
    await hear_merged(member_id, survivor, undone=True)
    assert await wards(consent, other) == [member_id], "the child was the one that was merged"
    await give(consent, factories.grant(survivor, shown, key="b"), by=survivor)
    with refused("GUARDIAN_NEEDED", "PIPL 31"):
        await give(consent, factories.grant(member_id, shown, key="c"), by=member_id)


async def read(consent: Consent, child: str, by: str) -> tuple[int, list[str]]:
    """How many purposes somebody sees decided for a child, and the records of it."""
    key = {"member_id": child, "caller": consent.signer.sign("consent", member(by))}
    request = decisions_pb2.BatchGetConsentsRequest(members=[key])
    [result] = (await consent.decisions.batch_get_consents(request, headers=consent.by(member(by)))).results
    asked = receipts_pb2.ListRecordsRequest(member_id=child, first=10)
    if result.HasField("refusal"):
        assert result.refusal.code == "NOT_ALLOWED"
        with refused("NOT_ALLOWED"):
            await consent.receipts.list_records(asked, headers=consent.by(member(by)))
        return 0, []
    listed = (await consent.receipts.list_records(asked, headers=consent.by(member(by)))).records
    given = [one for one in result.consents.consents if one.state == decisions_pb2.CONSENT_STATE_GIVEN]
    return len(given), [one.record_id for one in listed]


async def test_art_31_a_guardian_reads_what_was_decided_for_the_child_and_only_while_it_is_one(
    consent: Consent, member_id: str, guardian_id: str, urls: DatabaseUrls
) -> None:
    key, stranger = fresh("sms"), str(uuid4())
    shown = await consent.ask(factories.purpose(key))
    await link(consent, member_id, guardian_id)
    answer = await give(consent, factories.grant(member_id, shown, key="a"), by=guardian_id)
    records = [one.record_id for one in answer.consents]
    assert await read(consent, member_id, by=guardian_id) == (1, records)
    assert await read(consent, member_id, by=member_id) == (1, records)
    assert await read(consent, member_id, by=stranger) == (0, [])
    assert await read(consent, guardian_id, by=member_id) == (0, []), "and no child reads its guardian"
    request = receipts_pb2.GetReceiptRequest(member_id=member_id, record_id=records[0])
    with refused("NOT_ALLOWED"):
        await consent.receipts.get_receipt(request, headers=consent.by(member(stranger)))
    with refused("RECEIPTS_NOT_SIGNED"):  # allowed, and no key is set up here
        await consent.receipts.get_receipt(request, headers=consent.by(member(guardian_id)))
    await hear(urls, member_id, "MemberTurned14", member_turned14=members.MemberTurned14())
    assert await read(consent, member_id, by=guardian_id) == (0, [])
    assert (await read(consent, member_id, by=member_id))[1] == records
