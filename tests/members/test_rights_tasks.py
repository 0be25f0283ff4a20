"""Rights requests as the members service does its part: what consent asks for is done, declined, and proved."""

from uuid import UUID, uuid4

from huiyuan.consent.v1 import events_pb2 as consent
from huiyuan.kit.v1 import erasures_pb2 as kit
from huiyuan.loyalty.v1 import events_pb2 as loyalty
from huiyuan.members.v1 import packages_pb2, statuses_pb2

from services.kit import stream
from services.members.consumers import Hearing
from services.members.jobs import erasures
from services.members.rules.erasures import Terms
from tests.members import linking
from tests.members.linking import join, unionid
from tests.members.service import OFFICER, as_member, by


def asked(member_id: str, task: str) -> stream.Event:
    told = consent.RightsTaskAsked(request_id="r-1", task=f"RIGHTS_TASK_{task}")
    event = consent.ConsentEvent(member_id=member_id, rights_task_asked=told)
    return stream.Event("huiyuan:consent:0", 1, 0, member_id, "RightsTaskAsked", event.SerializeToString())


def proved(service: str, member_id: str, erasure_id: str) -> stream.Event:
    envelope = (consent.ConsentEvent if service == "consent" else loyalty.LoyaltyEvent)(member_id=member_id)
    envelope.member_erasure_done.erasure_id = erasure_id
    envelope.member_erasure_done.proof.add(store="things", action=kit.STORE_ACTION_DELETED, count=2)
    body = envelope.SerializeToString()
    return stream.Event(f"huiyuan:{service}:0", 1, 0, member_id, "MemberErasureDone", body)


async def hear(members, *events: stream.Event) -> None:
    hearing = Hearing(Terms())
    async with members.databases.members.begin() as connection:
        await hearing.hear_loyalty(connection, [one for one in events if "loyalty" in one.stream])
        await hearing.hear_consent(connection, [one for one in events if "consent" in one.stream])


async def test_a_package_that_consent_asks_for_is_gathered_once(members):
    member_id = await join(members, unionid())
    await hear(members, asked(member_id, "PACKAGE"), asked(member_id, "PACKAGE"))
    answer = await members.packages.list_packages(
        packages_pb2.ListPackagesRequest(member_id=member_id), headers=by(as_member(member_id))
    )
    assert [one.state for one in answer.packages] == [packages_pb2.PACKAGE_STATE_GATHERING]


async def test_closing_begins_with_its_time_to_think_again(members):
    member_id = await join(members, unionid())
    await hear(members, asked(member_id, "CLOSING"))
    request = statuses_pb2.GetStatusRequest(member_id=member_id)
    answer = await members.statuses.get_status(request, headers=by(OFFICER))
    assert answer.standing.HasField("closes_at")
    assert answer.changes[0].actor == "service:consent"


async def test_what_cannot_be_done_is_told_and_holds_nothing_up(members):
    stranger, member_id = str(uuid4()), await join(members, unionid())
    tasks = [asked(stranger, task) for task in ("PACKAGE", "ERASURE", "CLOSING")]
    await hear(members, *tasks, asked(member_id, "PACKAGE"))
    events = await linking.told(members, stranger)
    assert [(one.rights_task_declined.request_id, one.rights_task_declined.code) for one in events] == [
        ("r-1", "UNKNOWN_MEMBER")
    ] * 3


async def test_an_erasure_is_told_complete_once_with_every_store_s_proof(members):
    member_id = await join(members, unionid())
    await hear(members, asked(member_id, "ERASURE"))
    await erasures.advance(members.databases, Terms(), None)
    erased = [
        one.member_erased for one in await linking.told(members, member_id) if one.HasField("member_erased")
    ]
    erasure_id = erased[0].erasure_id
    await hear(members, proved("loyalty", member_id, erasure_id))
    assert not await completed(members, member_id)
    for _ in range(2):
        await hear(members, proved("consent", member_id, erasure_id))
    [done] = await completed(members, member_id)
    assert UUID(done.erasure_id) == UUID(erasure_id)
    stores = {one.store: {proof.store for proof in one.proof} for one in done.stores}
    assert set(stores) == {"members", "member_keys", "loyalty", "consent"}
    assert stores["loyalty"] == {"things"}
    assert "keys" in stores["member_keys"]


async def completed(members, member_id: str) -> list:
    events = await linking.told(members, member_id)
    return [one.member_erasure_completed for one in events if one.HasField("member_erasure_completed")]
