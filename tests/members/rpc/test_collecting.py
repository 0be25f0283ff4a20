"""PIPL 6: nothing is taken in that no purpose in force lists, by whichever door it comes."""

import pytest
from huiyuan.consent.v1 import purposes_pb2
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import addresses_pb2, links_pb2, notes_pb2, profiles_pb2, tags_pb2

from services.kit.refusal import Unavailable
from services.kit.rpc import RemoteRefusal
from services.members.rpc import collecting
from services.members.rpc.collecting import KEPT_S, Collecting
from services.members.rules.accesses import ConsentUnavailable
from tests.members.service import ADMIN, OPERATIONS, SUPPORT, Members, as_member, by, registration

ADDRESS = profiles_pb2.Address(
    recipient="王小明", phone="+8613900001234", province="浙江省", city="杭州市", lines=["文三路 1 号"]
)


@pytest.fixture
def members(members: Members, monkeypatch: pytest.MonkeyPatch) -> Members:
    """The service, which keeps nothing of what other tests let purposes list a moment ago."""
    monkeypatch.setattr(collecting, "KEPT_S", 0.0)
    return members


async def refused(calling, *categories: str) -> None:
    with pytest.raises(RemoteRefusal) as caught:
        await calling
    assert (caught.value.code, caught.value.facts["categories"]) == (
        "FIELD_WITHOUT_PURPOSE",
        ",".join(categories),
    )


async def test_art_6_a_member_is_not_registered_with_what_no_purpose_lists(members: Members) -> None:
    members.consents.listed = ("name", "phone")
    request = registration(members.phone(), full_name="王小明", birth_date="1990-05-06")
    await refused(members.register(request), "birth_date")
    held = await members.peek("SELECT count(*) FROM identities", keys=True)
    await refused(members.register(registration(email="a.b@example.com")), "email")
    assert held == await members.peek("SELECT count(*) FROM identities", keys=True), "nothing was kept of it"
    request.profile.birth_date = ""
    assert await members.register(request)


async def test_art_6_of_many_only_those_are_refused_who_bring_it(members: Members) -> None:
    members.consents.listed = ("name", "phone")
    requests = [
        registration(members.phone(), display_name=f"小{nth}", birth_date="1990-05-06" if nth == 1 else "")
        for nth in range(3)
    ]
    answer = await members.profiles.register_members(
        profiles_pb2.RegisterMembersRequest(members=requests), headers=by(OPERATIONS)
    )
    assert [result.refusal.code for result in answer.results] == ["", "FIELD_WITHOUT_PURPOSE", ""]
    names = [
        (await members.profile(one.registered.member_id, as_member(one.registered.member_id))).profile
        for one in answer.results
        if one.HasField("registered")
    ]
    assert [one.display_name for one in names] == ["小0", "小2"]


async def test_art_6_a_change_an_address_and_an_identity_are_asked_about_as_well(members: Members) -> None:
    member_id = await members.register()
    me = by(as_member(member_id))
    before = await row(members, member_id)
    members.consents.listed = ("phone",)
    change = profiles_pb2.UpdateProfileRequest(
        member_id=member_id, display_name="大明", gender=profiles_pb2.GENDER_FEMALE
    )
    await refused(members.profiles.update_profile(change, headers=me), "gender", "name")
    save = addresses_pb2.SaveAddressRequest(member_id=member_id, address=ADDRESS, idempotency_key="a")
    await refused(members.addresses.save_address(save, headers=me), "address")
    mail = kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_EMAIL, value="c.d@example.com")
    link = links_pb2.LinkIdentityRequest(member_id=member_id, identity=mail)
    await refused(members.links.link_identity(link, headers=by(SUPPORT)), "email")
    assert await row(members, member_id) == before
    members.consents.listed = ("phone", "name", "gender", "address", "email")
    await members.profiles.update_profile(change, headers=me)
    await members.addresses.save_address(save, headers=me)
    await members.links.link_identity(link, headers=by(SUPPORT))


async def test_art_6_what_is_cleared_and_what_is_no_personal_category_is_never_refused(
    members: Members,
) -> None:
    member_id = await members.register(registration(members.phone(), full_name="王小明"))
    members.consents.listed = ()
    change = profiles_pb2.UpdateProfileRequest(member_id=member_id, full_name="", language="en")
    answer = await members.profiles.update_profile(change, headers=by(as_member(member_id)))
    assert (answer.profile.full_name_masked, answer.profile.language) == ("", "en")


async def test_art_6_an_account_elsewhere_a_tag_and_a_note_are_personal_data_too(members: Members) -> None:
    members.consents.listed = ("name", "phone", "tags")
    account = kit_pb2.ExternalIdentity(
        kind=kit_pb2.IDENTITY_KIND_WECHAT_OPENID,
        scope="wx0123456789abcdef",
        value="o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    )
    member_id = await members.register()
    before = await row(members, member_id)
    link = links_pb2.LinkIdentityRequest(member_id=member_id, identity=account)
    await refused(members.links.link_identity(link, headers=by(SUPPORT)), "account_id")
    request = profiles_pb2.RegisterMemberRequest()
    request.CopyFrom(registration(members.phone()))
    request.identities.add().identity.CopyFrom(account)
    await refused(members.register(request), "account_id")
    word = tags_pb2.DefineTagRequest(tag="tea_lover", label="爱茶")
    await members.tags.define_tag(word, headers=by(ADMIN))
    wear = tags_pb2.TagMemberRequest(member_id=member_id, add=["tea_lover"], idempotency_key="a")
    note = notes_pb2.AddNoteRequest(member_id=member_id, text="喜欢龙井", idempotency_key="b")
    await refused(members.notes.add_note(note, headers=by(SUPPORT)), "service_notes")
    await members.tags.tag_member(wear, headers=by(SUPPORT))
    members.consents.listed = ("name", "phone", "account_id", "service_notes")
    wear.idempotency_key = "c"
    tagged = await row(members, member_id)
    assert tagged != before
    await refused(members.tags.tag_member(wear, headers=by(SUPPORT)), "tags")
    assert await row(members, member_id) == tagged
    taken_off = tags_pb2.TagMemberRequest(member_id=member_id, remove=["tea_lover"], idempotency_key="d")
    await members.tags.tag_member(taken_off, headers=by(SUPPORT))
    await members.notes.add_note(note, headers=by(SUPPORT))
    await members.links.link_identity(link, headers=by(SUPPORT))


async def row(members: Members, member_id: str) -> dict[str, object]:
    [found] = await members.peek("SELECT * FROM members WHERE member_id = $1::uuid", member_id)
    return dict(found)


class Away:
    """A consent service that says what it is told to, or is away."""

    def __init__(self) -> None:
        self.listed: tuple[str, ...] | None = None
        self.asked = 0

    async def list_purposes(self, _: object) -> purposes_pb2.ListPurposesResponse:
        self.asked += 1
        if self.listed is None:
            raise Unavailable("away")
        return purposes_pb2.ListPurposesResponse(purposes=[purposes_pb2.Purpose(categories=self.listed)])


async def test_an_answer_is_kept_for_seconds_and_a_no_is_asked_anew() -> None:
    consent, now = Away(), [1000.0]
    asking = Collecting(consent, lambda: now[0])  # type: ignore[arg-type]
    name, phone = frozenset({"name"}), frozenset({"phone"})
    with pytest.raises(ConsentUnavailable):
        await asking.admit(name)
    consent.listed = ("name",)
    await asking.admit(name)
    await asking.admit(name)
    assert consent.asked == 2
    consent.listed = ("name", "phone")
    now[0] += 1
    await asking.admit(phone)
    assert consent.asked == 3, "what was published since is known at once"
    consent.listed = ("phone",)
    now[0] += KEPT_S + 1
    [refusal] = await asking.refusals([name])
    assert refusal is not None
    consent.listed = None
    now[0] += 60
    await asking.admit(phone)
    await asking.admit(frozenset())
