"""Addresses: several to a member, one the default, sealed in the profile, and masked for all but the member."""

import pytest
from huiyuan.members.v1 import addresses_pb2, profiles_pb2

from services.kit.refusal import Refusal
from tests.members.rpc.test_accesses import unmask
from tests.members.service import AUDITOR, OFFICER, SUPPORT, Members, as_member, by, registration

ADDRESSES, GENDER = 6, 7
HOME = {
    "label": "家",
    "recipient": "欧阳娜娜",
    "phone": "139 0000 1234",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "lines": ["文三路１号 3 幢 502"],
    "postcode": "３１００００",
}
ABROAD = {
    "recipient": "José Ñandú",
    "country": "de",
    "city": "Berlin",
    "lines": ["Invalidenstr. 43", "c/o Li"],
    "postcode": "10115",
}


async def save(members: Members, member_id: str, reader=None, key: str = "", **address):
    request = addresses_pb2.SaveAddressRequest(
        member_id=member_id,
        address=profiles_pb2.Address(**address),
        idempotency_key=key or str(address)[:100],
    )
    return await members.addresses.save_address(request, headers=by(reader or as_member(member_id)))


async def remove(members: Members, member_id: str, address_id: str, key: str = ""):
    request = addresses_pb2.RemoveAddressRequest(
        member_id=member_id, address_id=address_id, idempotency_key=key or f"remove {address_id}"
    )
    return await members.addresses.remove_address(request, headers=by(as_member(member_id)))


async def own(members: Members, member_id: str) -> list[profiles_pb2.Address]:
    return list((await members.profile(member_id, as_member(member_id))).profile.own.addresses)


async def refusal(members: Members, member_id: str, **address) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await save(members, member_id, **address)
    return refused.value


async def test_member_sees_addresses_in_clear_and_in_one_spelling(members):
    member_id = await members.register()
    saved = await save(members, member_id, **HOME)
    await save(members, member_id, **ABROAD)
    home, abroad = await own(members, member_id)
    assert home == profiles_pb2.Address(
        **{
            **HOME,
            "address_id": saved.address_id,
            "phone": "+8613900001234",
            "country": "CN",
            "lines": ["文三路1号 3 幢 502"],
            "postcode": "310000",
            "is_default": True,
        }
    )
    assert (abroad.recipient, abroad.country, list(abroad.lines)) == ("José Ñandú", "DE", ABROAD["lines"])
    assert not abroad.is_default


async def test_staff_see_a_mask_and_the_rest_for_a_purpose_alone(members):
    member_id = await members.register(registration(members.phone(), full_name="欧阳娜娜"))
    await save(members, member_id, **HOME)
    await save(members, member_id, **ABROAD)
    shown = (await members.profile(member_id, SUPPORT)).profile
    assert not shown.HasField("own")
    home, abroad = shown.addresses
    assert (home.recipient_masked, home.phone_masked) == ("欧阳**", "139****1234")
    assert (home.place_masked, abroad.place_masked) == ("浙江省 杭州市 ****", "DE Berlin ****")
    for secret in ("娜娜", "文三路", "310000", "西湖", "家", "Invaliden", "Ñandú"):
        assert secret not in str(shown), secret
    assert secret_of(await unmask(members, member_id, OFFICER, fields=[ADDRESSES])) == [
        "José Ñandú Berlin Invalidenstr. 43 c/o Li 10115 DE"
    ]
    assert list(members.consents.asked[0].categories) == ["address"]


def secret_of(shown: dict[int, str]) -> list[str]:
    """What ``unmask`` keeps of several values of a field: the last."""
    return [shown[ADDRESSES]]


async def test_there_is_always_one_default_and_never_two(members):
    member_id = await members.register()
    first = (await save(members, member_id, **HOME)).address_id
    second = (await save(members, member_id, **ABROAD, is_default=True)).address_id
    assert [(one.address_id, one.is_default) for one in await own(members, member_id)] == [
        (first, False),
        (second, True),
    ]
    await save(members, member_id, **{**ABROAD, "address_id": second, "city": "Köln"})
    assert [one.is_default for one in await own(members, member_id)] == [False, True]
    await remove(members, member_id, second)
    assert [(one.address_id, one.is_default) for one in await own(members, member_id)] == [(first, True)]
    await remove(members, member_id, first)
    assert await own(members, member_id) == []


async def test_a_retry_adds_nothing_and_is_told_the_same_id(members):
    member_id = await members.register()
    told = {(await save(members, member_id, key="add-1", **HOME)).address_id for _ in range(2)}
    assert len(told) == 1
    assert len(await own(members, member_id)) == 1
    assert (await refusal(members, member_id, key="add-1", **ABROAD)).code == "IDEMPOTENCY_KEY_REUSED"
    [address_id] = told
    await remove(members, member_id, address_id, key="gone-1")
    await remove(members, member_id, address_id, key="gone-1")
    with pytest.raises(Refusal) as refused:
        await remove(members, member_id, address_id, key="gone-2")
    assert refused.value.code == "UNKNOWN_ADDRESS"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"recipient": ""}, "address.recipient"),
        ({"recipient": "x" * 33}, "address.recipient"),
        ({"recipient": "a\u202eb"}, "address.recipient"),
        ({"province": ""}, "address.province"),
        ({"city": "　"}, "address.city"),
        ({"lines": []}, "address.lines"),
        ({"lines": ["一", "二"]}, "address.lines"),
        ({"lines": ["路" * 101]}, "address.lines[0]"),
        ({"postcode": "31000"}, "address.postcode"),
        ({"phone": "12"}, "address.phone"),
        ({"country": "XX"}, "address.country"),
        ({"country": "de", "lines": ["a", "b", "c", "d"]}, "address.lines"),
        ({"country": "de", "lines": ["a", "b\n"], "postcode": "<1>"}, "address.postcode"),
    ],
)
async def test_a_wrong_part_is_named_by_its_path(members, wrong, field):
    member_id = await members.register()
    refused = await refusal(members, member_id, **{**HOME, **wrong})
    assert (refused.code, refused.field) == ("ADDRESS_NOT_VALID", field)
    assert await own(members, member_id) == []


@pytest.mark.parametrize("name", ["李", "🎉", "𠮷", "Ｗａｎｇ"])
async def test_names_of_one_character_emoji_and_full_width_are_recipients(members, name):
    member_id = await members.register()
    await save(members, member_id, **{**HOME, "recipient": name})
    [address] = await own(members, member_id)
    assert address.recipient == name
    assert (await members.profile(member_id, SUPPORT)).profile.addresses[0].recipient_masked.strip("*") in (
        "",
        "Ｗ",
    )


async def test_a_record_stays_below_two_kibibytes_and_says_so(members):
    member_id = await members.register()
    long = {**HOME, "lines": ["路" * 100]}
    for number in range(4):
        await save(members, member_id, key=f"long-{number}", **long)
    refused = await refusal(
        members, member_id, key="too-long", **{**long, "recipient": "路" * 32, "label": "路" * 16}
    )
    assert (refused.code, refused.facts["most"]) == ("PROFILE_TOO_LARGE", "1983")
    [row] = await members.peek(
        "SELECT octet_length(blob) AS n FROM members WHERE member_id = $1::uuid", member_id
    )
    assert row["n"] <= 2048


async def test_a_ninth_address_and_somebody_elses_are_refused(members):
    member_id, stranger = await members.register(), await members.register()
    short = {"recipient": "李", "province": "沪", "city": "上海", "lines": ["路"]}
    for number in range(8):
        await save(members, member_id, key=f"short-{number}", **short)
    assert (await refusal(members, member_id, key="short-9", **short)).code == "TOO_MANY_ADDRESSES"
    assert (await refusal(members, member_id, **short, address_id="000000000000")).code == "UNKNOWN_ADDRESS"
    for reader in (as_member(stranger), AUDITOR):
        with pytest.raises(Refusal) as refused:
            await save(members, member_id, reader, **short)
        assert refused.value.code == "NOT_ALLOWED"
    assert len(await own(members, member_id)) == 8


async def update(members: Members, member_id: str, **fields):
    request = profiles_pb2.UpdateProfileRequest(member_id=member_id, **fields)
    return (await members.profiles.update_profile(request, headers=by(as_member(member_id)))).profile


async def test_gender_and_preferences_are_the_members_to_say_and_to_take_back(members):
    member_id = await members.register(registration(members.phone(), birth_date="1992-02-29"))
    chosen = [{"name": "theme", "value": "dark"}, {"name": "receipt", "value": "electronic"}]
    told = await update(members, member_id, gender=1, preferences=chosen)
    assert (told.own.gender, told.own.birth_date) == (1, "1992-02-29")
    assert [(one.name, one.value) for one in told.preferences] == [
        ("receipt", "electronic"),
        ("theme", "dark"),
    ]
    staff = (await members.profile(member_id, SUPPORT)).profile
    assert (staff.birth_date_masked, staff.HasField("own")) == ("****-**-**", False)
    assert await unmask(members, member_id, OFFICER, fields=[GENDER]) == {GENDER: "FEMALE"}
    told = await update(members, member_id, gender=0, preferences=[{"name": "theme", "value": ""}])
    assert (told.own.gender, [one.name for one in told.preferences]) == (0, ["receipt"])


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"gender": 9}, "GENDER_NOT_VALID", "gender"),
        (
            {"preferences": [{"name": "shoe_size", "value": "42"}]},
            "PREFERENCE_NOT_VALID",
            "preferences[0].name",
        ),
        (
            {"preferences": [{"name": "theme", "value": "pink"}]},
            "PREFERENCE_NOT_VALID",
            "preferences[0].value",
        ),
    ],
)
async def test_what_nobody_declared_is_no_choice(members, fields, code, field):
    member_id = await members.register()
    with pytest.raises(Refusal) as refused:
        await update(members, member_id, **fields)
    assert (refused.value.code, refused.value.field) == (code, field)
