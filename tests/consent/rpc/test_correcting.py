"""PIPL 46: a request to correct is fulfilled by the correction itself, and proved by the revision that it made."""

from huiyuan.members.v1 import events_pb2

from infra.local.databases import DatabaseUrls
from tests.consent.rights import Desk, hear, state
from tests.consent.service import Consent, fresh


async def updated(urls: DatabaseUrls, member_id: str, revision: int, *fields: str) -> None:
    told = events_pb2.ProfileUpdated(revision=revision, fields=fields)
    await hear(urls, member_id, "ProfileUpdated", profile_updated=told)


async def test_art_46_a_request_is_fulfilled_by_the_correction_of_its_field_and_of_no_other(
    consent: Consent, urls: DatabaseUrls, member_id: str
) -> None:
    desk = Desk(consent)
    asked = await desk.ask(member_id, "CORRECT", subject="birth_date", idempotency_key=fresh("birth"))
    other = await desk.ask(member_id, "CORRECT", subject="full_name", idempotency_key=fresh("name"))
    await updated(urls, member_id, 2, "birth_date")
    [waiting] = [one for one in await desk.mine(member_id) if one.request_id == asked.request_id]
    assert state(waiting) == "RECEIVED", "an officer has to look at it first"
    assert state(await desk.accept(asked)) == state(await desk.accept(other)) == "RUNNING"
    await updated(urls, member_id, 3, "language", "addresses")
    assert {state(one) for one in await desk.mine(member_id)} == {"RUNNING"}
    await updated(urls, member_id, 4, "birth_date", "language")
    found = {one.subject: one for one in await desk.mine(member_id)}
    assert (state(found["birth_date"]), state(found["full_name"])) == ("FULFILLED", "RUNNING")
    [proof] = found["birth_date"].proofs
    assert (proof.store, proof.action, proof.reference) == ("members/profiles", "CORRECTED", "revision 4")
    assert not found["full_name"].proofs
