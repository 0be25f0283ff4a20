"""The storefront: members see themselves, in their language, and what is away takes only its own fields."""

import re
from collections.abc import Iterator

import pytest
from graphql import get_named_type

from gateway.documents import manifest
from gateway.storefront.schema import schema as storefront
from tests.gateway import matrix
from tests.gateway.gateway_client import Gateway, code

ME = manifest.texts(manifest.STOREFRONT_EXAMPLES)["me"]


async def test_a_member_sees_name_tier_points_entries_and_benefits(gateway: Gateway) -> None:
    member_id, token = gateway.join(name="小满", available=120)
    answer = await gateway.ask(ME, token, variables={"first": 2})
    assert "errors" not in answer
    me = answer["data"]["me"]
    assert (me["id"], me["displayName"], me["phoneMasked"]) == (member_id, "小满", "+86 139****0001")
    assert me["tier"]["name"] == "银卡"
    assert me["tier"]["nextTier"] == {"key": "gold", "name": "金卡"}
    assert me["tier"]["progress"] == [{"metric": "GROWTH", "actual": 620, "required": 1000, "missing": 380}]
    assert me["points"] == {
        "currency": "POINTS",
        "available": 120,
        "pending": 30,
        "held": 5,
        "debt": 0,
        "expiringSoon": [{"points": 20, "expiresAt": "2027-01-31T00:00:00Z"}],
    }
    assert [entry["change"] for entry in me["entries"]["nodes"]] == [50, 40]
    assert me["benefits"] == [{"key": "free_shipping", "name": "包邮"}]


async def test_names_come_in_english_when_the_request_prefers_it(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.ask(
        "{me{tier{name}}}", token, headers={"accept-language": "fr, en;q=0.8, zh;q=0.1"}
    )
    assert answer["data"]["me"]["tier"]["name"] == "Silver"


async def test_a_named_currency_is_answered_beyond_32_bits(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.ask('{me{points(currency:"GROWTH"){available spendable}}}', token)
    assert answer["data"]["me"]["points"] == {"available": 2**40, "spendable": False}


async def test_pages_of_entries_follow_one_another(gateway: Gateway) -> None:
    _, token = gateway.join()
    query = (
        "query($after:String){me{entries(first:2,after:$after){nodes{id}pageInfo{hasNextPage endCursor}}}}"
    )
    seen, after = [], None
    while True:
        answer = await gateway.ask(query, token, variables={"after": after})
        page = answer["data"]["me"]["entries"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [f"entry-{number}" for number in (5, 4, 3, 2, 1)]


async def test_pages_too_long_and_foreign_cursors_are_refused(gateway: Gateway) -> None:
    _, token = gateway.join()
    assert code(await gateway.ask("{me{entries(first:101){nodes{id}}}}", token)) == "BAD_USER_INPUT"
    assert code(await gateway.ask("{me{entries(first:0){nodes{id}}}}", token)) == "BAD_USER_INPUT"
    answer = await gateway.ask('{me{entries(first:1,after:"x"){nodes{id}}}}', token)
    assert code(answer) == "BAD_USER_INPUT"
    assert answer["errors"][0]["extensions"]["field"] == "after"


async def test_a_service_that_is_away_takes_only_its_own_fields(gateway: Gateway) -> None:
    _, token = gateway.join(name="小满")
    gateway.services.away.add("loyalty")
    answer = await gateway.ask("{me{displayName points{available}}}", token)
    assert answer["data"] == {"me": {"displayName": "小满", "points": None}}
    (error,) = answer["errors"]
    assert error["path"] == ["me", "points"]
    assert error["extensions"]["code"] == "AWAY"
    assert error["extensions"]["retryable"] is True


async def test_nobody_sees_a_member_without_being_one(gateway: Gateway) -> None:
    answer = await gateway.ask("{me{id}}")
    assert "data" not in answer
    assert code(answer) == "UNAUTHENTICATED"


async def test_what_members_are_asked_is_public_and_in_both_languages(gateway: Gateway) -> None:
    query = "query($l:Locale){consentPurposes(locale:$l){key name notices{id digest title}}}"
    (purpose,) = (await gateway.ask(query, variables={"l": "EN"}))["data"]["consentPurposes"]
    assert (purpose["name"], purpose["notices"][0]["title"]) == ("Marketing by SMS", "SMS")
    (purpose,) = (await gateway.ask(query))["data"]["consentPurposes"]
    assert (purpose["name"], purpose["notices"][0]["digest"]) == ("短信营销", "cd" * 32)


async def test_public_queries_also_go_by_get_and_never_speak_for_anyone(gateway: Gateway) -> None:
    answer = await gateway.http.get("/graphql", params={"query": "{consentPurposes{key}}"})
    assert answer.json() == {"data": {"consentPurposes": [{"key": "marketing_sms"}]}}
    _, token = gateway.join()
    headers = {"authorization": f"Bearer {token}"}
    answer = await gateway.http.get("/graphql", params={"query": "{me{id}}"}, headers=headers)
    assert code(answer.json()) == "UNAUTHENTICATED"


async def test_a_changed_profile_is_read_back_as_changed(gateway: Gateway) -> None:
    member_id, token = gateway.join(name="小满")
    mutation = 'mutation{updateProfile(input:{displayName:"谷雨",idempotencyKey:"k"}){member{displayName}userErrors{code}}}'
    answer = await gateway.ask(mutation, token)
    assert answer["data"]["updateProfile"] == {"member": {"displayName": "谷雨"}, "userErrors": []}
    caller, request = gateway.services.requests[-1]
    assert (caller.actor, request.member_id) == (f"member:{member_id}", member_id)
    assert not request.HasField("language")


async def test_consent_is_given_and_withdrawn_for_the_signed_in_member(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    documents = manifest.texts(manifest.STOREFRONT_EXAMPLES)
    given = {
        "purposes": ["marketing_sms"],
        "noticeId": "notice-1",
        "noticeDigest": "cd" * 32,
        "affirmativeAct": True,
        "channel": "web",
        "idempotencyKey": "give",
    }
    answer = await gateway.ask(documents["give_consent"], token, variables={"input": given})
    assert answer["data"]["giveConsent"]["consents"][0]["state"] == "GIVEN"
    _, request = gateway.services.requests[-1]
    assert (request.member_id, request.language, request.preselected) == (member_id, "", False)
    withdrawn = {"purposes": ["marketing_sms"], "channel": "web", "idempotencyKey": "withdraw"}
    answer = await gateway.ask(documents["withdraw_consent"], token, variables={"input": withdrawn})
    assert answer["data"]["withdrawConsent"]["replayed"] is True


def _about_a_programme() -> Iterator[tuple[str, str]]:
    """Every field of the storefront that takes a programme, with a document that names one."""
    ways = matrix.paths(matrix.STOREFRONT, None)
    for type_name, shown in storefront._schema.type_map.items():
        for name, field in getattr(shown, "fields", {}).items():
            taken = getattr(field, "args", {})
            text = ""
            if "programmeId" in taken:
                text = matrix.document(matrix.STOREFRONT, ways[f"{type_name}.{name}"])
                given = f'{name}(programmeId: "market"'
                text = (
                    re.sub(rf"\b{name}\(", f"{given}, ", text)
                    if f"{name}(" in text
                    else text.replace(name, f"{given})")
                )
            elif "input" in taken and "programmeId" in get_named_type(taken["input"].type).fields:
                text = matrix.document(matrix.STOREFRONT, ways[f"{type_name}.{name}"])
                text = text.replace("input: {", 'input: {programmeId: "market", ')
            if text:
                yield f"{type_name}.{name}", text


@pytest.mark.parametrize("text", [pytest.param(text, id=field) for field, text in _about_a_programme()])
async def test_who_names_a_programme_asks_about_that_one(gateway: Gateway, text: str) -> None:
    _, token = gateway.join()
    gateway.services.heard.clear()
    await gateway.post(text, token)
    assert any(b"market" in body for body in gateway.services.heard), text
