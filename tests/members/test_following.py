"""Other services' words that they followed a merge: heard from their streams, once, and shown with the merge."""

from huiyuan.consent.v1 import events_pb2 as consent
from huiyuan.loyalty.v1 import events_pb2 as loyalty

from services.kit import stream
from services.members.consumers import Hearing
from services.members.rules.erasures import Terms
from tests.members import linking
from tests.members.linking import join, merge, merges, undo, unionid


def from_loyalty(about: str, into: str, merge_id: str, *, undone: bool = False) -> stream.Event:
    told = loyalty.MemberMerged(merge_id=merge_id, into_member_id=into, undone=undone)
    event = loyalty.LoyaltyEvent(member_id=about, programme_id="shop", member_merged=told)
    return stream.Event("huiyuan:loyalty:0", 1, 0, about, "MemberMerged", event.SerializeToString())


def from_consent(about: str, into: str, merge_id: str, *, undone: bool = False) -> stream.Event:
    told = consent.MergeFollowed(merge_id=merge_id, into_member_id=into, undone=undone)
    event = consent.ConsentEvent(member_id=about, merge_followed=told)
    return stream.Event("huiyuan:consent:0", 1, 0, about, "MergeFollowed", event.SerializeToString())


async def hear(members, *events: stream.Event) -> None:
    hearing = Hearing(Terms())
    async with members.databases.members.begin() as connection:
        await hearing.hear_loyalty(connection, [one for one in events if "loyalty" in one.stream])
        await hearing.hear_consent(connection, [one for one in events if "consent" in one.stream])


async def followed(members, member_id: str) -> dict[str, tuple[bool, bool]]:
    [merge] = await merges(members, member_id)
    return {one.service: (one.HasField("merged_at"), one.HasField("undone_at")) for one in merge.followers}


async def test_a_merge_shows_which_services_followed_it_and_its_undoing(members):
    gone, survivor = await join(members, unionid()), await join(members, unionid())
    await merge(members, gone, survivor, "f-1")
    assert await followed(members, gone) == {"loyalty": (False, False), "consent": (False, False)}
    await hear(members, from_loyalty(survivor, survivor, "f-1"), from_loyalty(gone, survivor, "other"))
    assert await followed(members, gone) == {"loyalty": (False, False), "consent": (False, False)}
    await hear(members, from_loyalty(gone, survivor, "f-1"))
    assert await followed(members, survivor) == {"loyalty": (True, False), "consent": (False, False)}
    before = [one.followers[0].merged_at for one in await merges(members, gone)]
    await hear(members, from_loyalty(gone, survivor, "f-1"), from_consent(gone, survivor, "f-1"))
    assert [one.followers[0].merged_at for one in await merges(members, gone)] == before
    await undo(members, gone, "f-1")
    await hear(
        members,
        from_loyalty(gone, survivor, "f-1", undone=True),
        from_consent(gone, survivor, "f-1", undone=True),
    )
    assert await followed(members, gone) == {"loyalty": (True, True), "consent": (True, True)}


async def test_a_login_s_merge_is_followed_like_any_other(members):
    phone, wechat = linking.identity(1, members.phone()), unionid()
    first, second = await join(members, phone), await join(members, wechat)
    merge_id = (await linking.login(members, phone, wechat)).merge.merge_id
    await hear(members, from_loyalty(second, first, merge_id), from_consent(second, first, merge_id))
    assert await followed(members, first) == {"loyalty": (True, False), "consent": (True, False)}
