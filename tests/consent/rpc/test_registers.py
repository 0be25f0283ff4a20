"""The officer's registers (PIPL 21, 38, 55 to 57): what they keep, what they refuse, and what the gate heeds of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from huiyuan.consent.v1 import purposes_pb2
from huiyuan.consent.v1 import registers_pb2 as wire

from tests.consent import factories
from tests.consent.service import OFFICER, SUPPORT, Consent, fresh, refused

NOW = datetime.now(UTC)


def assessment(**changes: Any) -> wire.Assessment:
    said = {
        "assessment_id": fresh("PIA"),
        "purposes": ["faces"],
        "concluded_at": NOW - timedelta(days=30),
        "reference": "file 12",
    }
    return wire.Assessment(**{**said, **changes})


def agreement(recipient: str, *, days: int, **changes: Any) -> wire.Agreement:
    """A term that began yesterday and ends in so many days."""
    said = {
        "recipient_id": recipient,
        "agreement_id": fresh("DPA"),
        "starts_at": NOW - timedelta(days=1),
        "ends_at": NOW + timedelta(days=days),
        "reference": "file 13",
    }
    return wire.Agreement(**{**said, **changes})


async def term(consent: Consent, said: wire.Agreement) -> None:
    request = wire.RegisterAgreementRequest(agreement=said)
    await consent.registers.register_agreement(request, headers=consent.by(OFFICER))


async def test_art_21_a_processor_whose_term_is_over_is_denied_at_once(
    consent: Consent, member_id: str
) -> None:
    key, recipient = fresh("mail"), fresh("printer")
    shown = await consent.ask(factories.purpose(key, recipients=[recipient], assessment_id="PIA-1"))
    await consent.give(factories.grant(member_id, shown, key="a", recipient_id=recipient))
    assert (await consent.check(member_id, key, recipient_id=recipient)).allow
    await term(consent, agreement(recipient, days=10))
    assert (await consent.check(member_id, key, recipient_id=recipient)).allow
    consent.clock.shift = timedelta(days=11)
    answer = await consent.check(member_id, key, recipient_id=recipient)
    assert (answer.allow, answer.reason, answer.article) == (False, "PROCESSOR_TERM_OVER", "PIPL 21")
    assert not await consent.in_use(member_id, key, recipient)
    await term(consent, agreement(recipient, days=30))
    assert (await consent.check(member_id, key, recipient_id=recipient)).allow
    assert await consent.in_use(member_id, key, recipient)


async def test_art_56_an_assessment_is_kept_for_three_years_by_the_door_and_by_the_database(
    consent: Consent, as_owner: asyncpg.Connection
) -> None:
    young = assessment()
    old = assessment(concluded_at=NOW - timedelta(days=3 * 366))
    for said in (young, old):
        request = wire.RegisterAssessmentRequest(assessment=said)
        answer = await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
        assert not answer.replayed
    with refused("ASSESSMENT_LOCKED", "PIPL 56"):
        await delete(consent, young.assessment_id)
    with pytest.raises(asyncpg.RaiseError, match="PIPL 56"):
        await as_owner.execute("DELETE FROM assessments WHERE assessment_id = $1", young.assessment_id)
    await delete(consent, old.assessment_id)
    with refused("UNKNOWN_ENTRY_OF_REGISTER"):
        await delete(consent, old.assessment_id)
    listed = await consent.registers.list_assessments(
        wire.ListAssessmentsRequest(), headers=consent.by(OFFICER)
    )
    found = {one.assessment_id for one in listed.assessments}
    assert young.assessment_id in found
    assert old.assessment_id not in found


async def test_art_55_an_assessment_stays_while_a_purpose_in_force_rests_on_it(
    consent: Consent, as_owner: asyncpg.Connection
) -> None:
    key = fresh("faces")
    resting = factories.purpose(key, sensitive=True, form=factories.SEPARATE)
    resting.assessment_id = await old_assessment(consent, key)
    publishing = purposes_pb2.PublishPurposeRequest(purpose=resting)
    await consent.purposes.publish_purpose(publishing, headers=consent.by(OFFICER))
    with refused("ASSESSMENT_IN_USE", "PIPL 55"):
        await delete(consent, resting.assessment_id)
    with pytest.raises(asyncpg.RaiseError, match="PIPL 55"):
        await as_owner.execute("DELETE FROM assessments WHERE assessment_id = $1", resting.assessment_id)
    before, resting.assessment_id = resting.assessment_id, await old_assessment(consent, key)
    publishing = purposes_pb2.PublishPurposeRequest(purpose=resting)
    await consent.purposes.publish_purpose(publishing, headers=consent.by(OFFICER))
    await delete(consent, before)


async def test_art_55_what_a_publication_under_way_rests_on_is_not_deleted_beneath_it(
    consent: Consent, as_owner: asyncpg.Connection
) -> None:
    key = fresh("faces")
    resting = factories.purpose(key, sensitive=True, form=factories.SEPARATE)
    resting.assessment_id = await old_assessment(consent, key)
    publishing = purposes_pb2.PublishPurposeRequest(purpose=resting)
    async with as_owner.transaction():
        await as_owner.execute("LOCK TABLE outbox IN EXCLUSIVE MODE")  # the publication's last step waits
        published = asyncio.create_task(
            consent.purposes.publish_purpose(publishing, headers=consent.by(OFFICER))
        )
        await _waiting(as_owner, 1)
        deleted = asyncio.create_task(delete(consent, resting.assessment_id))
        await _waiting(as_owner, 2)
    assert (await published).purpose.version == 1
    with refused("ASSESSMENT_IN_USE"):
        await deleted


async def _waiting(connection: asyncpg.Connection, count: int) -> None:
    """Until so many sessions of this database wait for a lock; not for ever, should nobody wait.

    Not by ``pg_stat_activity``, which stays as it was when a transaction first looked: who connects later is not there.
    """
    for _ in range(1_000):
        if count <= await connection.fetchval(
            """SELECT count(DISTINCT pid) FROM pg_locks
               WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
        ):
            return
        await asyncio.sleep(0.02)


async def old_assessment(consent: Consent, purpose: str) -> str:
    """Enter one that may be deleted by its age."""
    said = assessment(purposes=[purpose], concluded_at=NOW - timedelta(days=3 * 366))
    request = wire.RegisterAssessmentRequest(assessment=said)
    await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    return said.assessment_id


async def delete(consent: Consent, assessment_id: str) -> None:
    request = wire.DeleteAssessmentRequest(assessment_id=assessment_id)
    await consent.registers.delete_assessment(request, headers=consent.by(OFFICER))


async def test_entries_are_written_once_and_by_the_officer_alone(consent: Consent) -> None:
    said = assessment()
    request = wire.RegisterAssessmentRequest(assessment=said)
    await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    again = await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    assert again.replayed
    request.assessment.reference = "file 99"
    with refused("ENTRY_DIFFERS"):
        await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    with refused("NOT_ALLOWED"):
        await consent.registers.register_assessment(request, headers=consent.by(SUPPORT))
    for wrong in (
        {"concluded_at": NOW + timedelta(days=2)},
        {"purposes": []},
        {"purposes": ["Faces!"]},
        {"reference": ""},
        {"assessment_id": ""},
    ):
        with refused("ENTRY_NOT_VALID"):
            request = wire.RegisterAssessmentRequest(assessment=assessment(**wrong))
            await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    with refused("ENTRY_NOT_VALID"):
        await term(consent, agreement("x", days=-2))


async def test_art_55_the_processing_records_say_what_covers_each_use(consent: Consent) -> None:
    key, recipient = fresh("mail"), fresh("printer")
    said = assessment(purposes=[key])
    request = wire.RegisterAssessmentRequest(assessment=said)
    await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    await consent.publish(
        factories.purpose(key, recipients=[recipient, "other"], assessment_id=said.assessment_id)
    )
    await term(consent, agreement(recipient, days=5))
    answer = await consent.registers.list_processing_records(
        wire.ListProcessingRecordsRequest(), headers=consent.by(OFFICER)
    )
    found = {one.recipient_id: one for one in answer.records if one.purpose == key}
    assert set(found) == {"", recipient, "other"}
    assert all(one.assessed for one in found.values())
    covered = {one for one, record in found.items() if record.HasField("agreement_until")}
    assert covered == {recipient}


async def test_art_55_a_purpose_that_needs_an_assessment_is_published_once_that_stands_in_the_register(
    consent: Consent,
) -> None:
    key = fresh("faces")
    said = assessment(purposes=[fresh("others")])
    request = wire.RegisterAssessmentRequest(assessment=said)
    await consent.registers.register_assessment(request, headers=consent.by(OFFICER))
    publishing = purposes_pb2.PublishPurposeRequest(
        purpose=factories.purpose(
            key, sensitive=True, form=factories.SEPARATE, assessment_id=said.assessment_id
        )
    )
    with refused("PURPOSE_NOT_PUBLISHABLE", "PIPL 55"):
        await consent.purposes.publish_purpose(publishing, headers=consent.by(OFFICER))  # of another purpose
    publishing.purpose.assessment_id = fresh("typed")
    with refused("PURPOSE_NOT_PUBLISHABLE", "PIPL 55"):
        await consent.purposes.publish_purpose(publishing, headers=consent.by(OFFICER))
    publishing.purpose.assessment_id = await consent.assess(fresh("PIA"), key)
    answer = await consent.purposes.publish_purpose(publishing, headers=consent.by(OFFICER))
    assert answer.purpose.version == 1
