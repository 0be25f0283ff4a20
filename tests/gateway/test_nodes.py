"""Nodes: one's own things by their ids; what is another's is answered as what is not there."""

from unittest.mock import ANY

import pytest

from services.kit.refusal import Invalid
from tests.gateway.doors import Away, UnknownMember
from tests.gateway.gateway_client import Gateway, code

QUERY = "query($id:ID!){node(id:$id){__typename id ... on Member{points{available}} ... on Entry{type moved:points}}}"
NOBODY = "5f0d6e0a-0000-4000-8000-0000000000ff"


class NotAnId(Invalid):
    """As a service says it of an id that cannot be one."""


async def test_a_member_is_fetched_again_by_the_members_id(gateway: Gateway) -> None:
    member_id, token = gateway.join(available=7)
    for spelled in (member_id, member_id.upper()):
        answer = await gateway.ask(QUERY, token, variables={"id": spelled})
        assert answer["data"]["node"] == {
            "__typename": "Member",
            "id": member_id,
            "points": {"available": 7},
        }


async def test_an_entry_is_fetched_again_by_the_id_that_a_page_gave(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.ask(QUERY, token, variables={"id": "entry-2"})
    assert answer["data"]["node"] == {"__typename": "Entry", "id": "entry-2", "type": "EARN", "moved": 6}


async def test_what_is_anothers_is_answered_as_what_is_not_there(gateway: Gateway) -> None:
    other_id, _ = gateway.join()
    _, token = gateway.join()
    gateway.services.heard.clear()
    answers = [await gateway.ask(QUERY, token, variables={"id": one}) for one in (other_id, NOBODY)]
    assert answers == [{"data": {"node": None}}] * 2
    assert not gateway.services.heard, "of others nothing is even asked"


@pytest.mark.parametrize("junk", ["", "x" * 101, "a\nb", "{5f0d6e0a-0000-4000-8000-0000000000ff}\t"])
async def test_what_is_no_id_is_null(gateway: Gateway, junk: str) -> None:
    _, token = gateway.join()
    gateway.services.heard.clear()
    assert await gateway.ask(QUERY, token, variables={"id": junk}) == {"data": {"node": None}}
    assert not gateway.services.heard


async def test_an_entry_that_the_member_does_not_have_is_null(gateway: Gateway) -> None:
    _, token = gateway.join()
    for refusal in (UnknownMember("the member has no such entry"), NotAnId("entry_id is malformed")):
        gateway.services.refusal = refusal
        answer = await gateway.ask(QUERY, token, variables={"id": "entry-77"})
        assert answer == {"data": {"node": None}}


async def test_a_service_that_is_away_is_not_taken_for_an_entry_that_is_not_there(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.refusal = Away("the database is away or busy: try again")
    answer = await gateway.ask(QUERY, token, variables={"id": "entry-2"})
    assert (answer["data"], code(answer)) == ({"node": None}, "AWAY")


async def test_strangers_fetch_nothing_by_its_id(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    assert code(await gateway.ask(QUERY, variables={"id": member_id})) == "UNAUTHENTICATED"


STAFF = (
    "query($id:ID!){node(id:$id){__typename id ... on Member{balances{available}} ... on Programme{version}}}"
)


async def test_staff_fetch_members_and_programmes_by_their_ids(gateway: Gateway) -> None:
    member_id, _ = gateway.join(available=7)
    for spelled in (member_id, member_id.upper()):
        node = (await gateway.admin(STAFF, "auditor", variables={"id": spelled}))["data"]["node"]
        assert (node["__typename"], node["id"]) == ("Member", member_id)
        assert {"available": 7} in node["balances"]
    node = (await gateway.admin(STAFF, "auditor", variables={"id": "demo"}))["data"]["node"]
    assert node == {"__typename": "Programme", "id": "demo", "version": 2}


@pytest.mark.parametrize("junk", ["", "x" * 41, "a\nb", "{5f0d6e0a-0000-4000-8000-0000000000ff}\t"])
async def test_what_is_no_id_of_staffs_is_null(gateway: Gateway, junk: str) -> None:
    gateway.services.heard.clear()
    assert await gateway.admin(STAFF, variables={"id": junk}) == {"data": {"node": None}, "extensions": ANY}
    assert not gateway.services.heard


async def test_a_programme_that_is_not_there_is_null_to_staff_and_one_out_of_reach_is_not(
    gateway: Gateway,
) -> None:
    answer = await gateway.admin(STAFF, variables={"id": "another-programme"})
    assert answer["data"] == {"node": None}
    assert "errors" not in answer
    gateway.services.away.add("loyalty")
    answer = await gateway.admin(STAFF, variables={"id": "demo"})
    assert (answer["data"], code(answer)) == ({"node": None}, "AWAY")


async def test_a_node_shows_a_role_no_more_than_its_type_does(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    query = "query($id:ID!){node(id:$id){... on Member{profile{phone}}}}"
    gateway.services.heard.clear()
    answer = await gateway.admin(query, "auditor", variables={"id": member_id})
    assert code(answer) == "ROLE_NEEDED"
    assert not gateway.services.heard, "nothing of it is run"
    answer = await gateway.admin(query, "support", variables={"id": member_id})
    assert answer["data"]["node"]["profile"]["phone"]
