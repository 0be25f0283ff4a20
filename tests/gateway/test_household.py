"""The household at the gateway: a member's own in clear, staff's searches a page at a time, every word where it belongs."""

from huiyuan.members.v1 import addresses_pb2, profiles_pb2, searches_pb2

from tests.gateway import answers
from tests.gateway.gateway_client import Gateway
from tests.gateway.wire_household import ADDRESS

ADDRESS_FIELDS = "id label recipient phone country province city district lines postcode isDefault"


async def test_member_reads_their_own_in_clear(gateway: Gateway, monkeypatch) -> None:
    _, token = gateway.join()
    own = profiles_pb2.OwnProfile(
        full_name="王小明", birth_date="1992-02-29", gender=profiles_pb2.GENDER_OTHER, addresses=[ADDRESS]
    )

    def profile(member_id: str, name: str) -> profiles_pb2.Profile:
        return profiles_pb2.Profile(
            member_id=member_id,
            display_name=name,
            own=own,
            preferences=[profiles_pb2.Preference(name="theme", value="dark")],
        )

    monkeypatch.setattr(answers, "profile", profile)
    answer = await gateway.ask(
        f"{{ me {{ fullName birthDate gender preferences {{ name value }} addresses {{ {ADDRESS_FIELDS} }} }} }}",
        token,
    )
    assert answer["data"]["me"] == {
        "fullName": "王小明",
        "birthDate": "1992-02-29",
        "gender": "OTHER",
        "preferences": [{"name": "theme", "value": "dark"}],
        "addresses": [
            {
                "id": "0a1b2c3d4e5f",
                "label": "家",
                "recipient": "王小明",
                "phone": None,
                "country": "CN",
                "province": "浙江省",
                "city": "杭州市",
                "district": None,
                "lines": ["文三路 1 号"],
                "postcode": None,
                "isDefault": True,
            }
        ],
    }


async def test_member_is_told_which_role_looked_and_for_what(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.ask(
        "{ me { dataAccesses(first: 5) { nodes { role purpose fields accessedAt } pageInfo { hasNextPage } }"
        " communications(first: 5) { nodes { channel template outcome } } } }",
        token,
    )
    [access] = answer["data"]["me"]["dataAccesses"]["nodes"]
    assert (access["role"], access["purpose"], access["fields"]) == (
        "STAFF",
        answers.ACCESS.purpose,
        ["PHONE"],
    )
    assert answer["data"]["me"]["communications"]["nodes"] == [
        {"channel": "SMS", "template": "order.shipped", "outcome": "DELIVERED"}
    ]


async def test_changes_reach_the_members_service_word_for_word(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    address = {
        "recipient": "李",
        "city": "上海市",
        "province": "上海市",
        "lines": ["淮海路 1 号"],
        "isDefault": True,
    }
    saved = await gateway.ask(
        "mutation ($input: SaveAddressInput!) { saveAddress(input: $input) { address { id } userErrors { code } } }",
        token,
        variables={"input": {"address": address, "idempotencyKey": "a-1"}},
    )
    assert saved["data"]["saveAddress"] == {"address": {"id": "0a1b2c3d4e5f"}, "userErrors": []}
    await gateway.ask(
        "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code } } }",
        token,
        variables={
            "input": {
                "gender": "UNDISCLOSED",
                "preferences": [{"name": "theme", "value": ""}],
                "idempotencyKey": "u-1",
            }
        },
    )
    (caller, save), (_, update) = gateway.services.requests
    assert caller.is_member(member_id)
    assert save == addresses_pb2.SaveAddressRequest(
        member_id=member_id,
        address=profiles_pb2.Address(
            recipient="李", city="上海市", province="上海市", lines=["淮海路 1 号"], is_default=True
        ),
        idempotency_key="a-1",
    )
    assert update.HasField("gender")
    assert update.gender == profiles_pb2.GENDER_UNSPECIFIED
    assert [(one.name, one.value) for one in update.preferences] == [("theme", "")]


SEARCH = """query ($search: MemberSearchInput, $after: String) {
  members(search: $search, first: 3, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
}"""


async def test_a_search_goes_on_where_it_got_to_and_not_after_the_last_it_found(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    wanted = {
        "fullName": "王小明",
        "tags": ["wine_club"],
        "status": "ACTIVE",
        "joinedFrom": "2026-01-01T00:00:00Z",
    }
    page = (await gateway.admin(SEARCH, "support", variables={"search": wanted}))["data"]["members"]
    assert member_id in [edge["node"]["id"] for edge in page["edges"]]
    assert page["pageInfo"]["endCursor"] != page["edges"][-1]["cursor"]
    after = page["pageInfo"]["endCursor"]
    await gateway.admin(SEARCH, "support", variables={"search": wanted, "after": after})
    first, second = [request for _, request in gateway.services.requests]
    expected = searches_pb2.SearchMembersRequest(full_name="王小明", tags=["wine_club"], status=1, first=3)
    expected.joined_from.CopyFrom(answers.at(2026))
    assert first == expected
    expected.after = "further than the last"
    assert second == expected


async def test_by_tier_those_are_shown_who_hold_it_still(gateway: Gateway) -> None:
    ids = [gateway.join()[0] for _ in range(3)]
    wanted = {"tier": {"key": "silver"}, "city": "杭州"}
    page = (await gateway.admin(SEARCH, "operations", variables={"search": wanted}))["data"]["members"]
    [(_, request)] = gateway.services.requests
    assert request.city == "杭州"
    assert len(request.among) == 3
    assert [edge["node"]["id"] for edge in page["edges"]] == list(request.among)
    assert page["pageInfo"]["hasNextPage"]
    # Everyone here holds silver: who was last seen to hold gold has lost it since.
    page = (await gateway.admin(SEARCH, "operations", variables={"search": {"tier": {"key": "gold"}}}))[
        "data"
    ]
    assert page["members"]["edges"] == []
    assert page["members"]["pageInfo"]["endCursor"]
    assert ids


async def test_staff_see_where_a_member_lives_coarsely_and_their_tags(gateway: Gateway, monkeypatch) -> None:
    member_id, _ = gateway.join()
    masked = profiles_pb2.MaskedAddress(
        address_id="a", recipient_masked="王*", place_masked="浙江省 杭州市 ****"
    )

    def profile(member_id: str, name: str) -> profiles_pb2.Profile:
        return profiles_pb2.Profile(
            member_id=member_id,
            display_name=name,
            status=profiles_pb2.MEMBER_STATUS_ACTIVE,
            birth_date_masked="****-**-**",
            addresses=[masked],
            tags=["wine_club"],
        )

    monkeypatch.setattr(answers, "profile", profile)
    answer = await gateway.admin(
        f'{{ member(id: "{member_id}") {{ profile {{ birthDate tags addresses {{ recipient phone place }} }}'
        " notes(first: 1) { nodes { author text corrects } } } }",
        "support",
    )
    assert answer["data"]["member"] == {
        "profile": {
            "birthDate": "****-**-**",
            "tags": ["wine_club"],
            "addresses": [{"recipient": "王*", "phone": None, "place": "浙江省 杭州市 ****"}],
        },
        "notes": {"nodes": [{"author": "staff:care-1", "text": "喜欢早上来电", "corrects": None}]},
    }


async def test_an_exact_phone_finds_its_member_by_a_search_that_is_counted(gateway: Gateway) -> None:
    gateway.join()
    found = await gateway.admin('{ memberByPhone(phone: "+8613900000001") { id } }', "support")
    assert found["data"]["memberByPhone"]["id"] in gateway.services.names
    found = await gateway.admin('{ findMember(input: {kind: EMAIL, value: "a@b.cn"}) { id } }', "support")
    assert found["data"] == {"findMember": None}
