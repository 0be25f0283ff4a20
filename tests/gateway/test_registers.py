"""The officer's registers through both schemas: whom a breach is about, and to whom the processing goes over."""

from tests.gateway.gateway_client import Gateway
from tests.gateway.wire_registers import AFFECTED

AFFECTED_BY = """query ($after: String) { membersAffectedByBreach(breachId: "breach-1", first: 2, after: $after) {
  nodes { memberId } pageInfo { endCursor hasNextPage } } }"""
TRANSFER = """mutation ($i: TransferHandlingInput!) { transferHandling(input: $i) {
  transfer { id handlerId name contact noticeKey effectiveAt } replayed userErrors { code } } }"""
SAID = {
    "id": "merger-1",
    "handlerId": "urn:example:new",
    "name": {"zh": "新茶会", "en": "New Tea Club"},
    "contact": "privacy@new.example",
    "noticeKey": "merger",
    "effectiveAt": "2027-01-01T00:00:00Z",
    "reason": "merger of the two clubs",
}


async def test_the_officer_pages_through_whom_a_breach_is_about_and_nobody_else_does(
    gateway: Gateway,
) -> None:
    seen: list[str] = []
    after = None
    while True:
        answer = await gateway.admin(AFFECTED_BY, "privacy_officer", variables={"after": after})
        page = answer["data"]["membersAffectedByBreach"]
        seen += [one["memberId"] for one in page["nodes"]]
        assert len(seen) <= len(AFFECTED), "a page comes again"
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == AFFECTED
    refused = await gateway.admin(AFFECTED_BY, "support")
    assert refused["errors"]
    assert not (refused.get("data") or {}).get("membersAffectedByBreach")


async def test_the_processing_goes_over_by_the_officer_and_everybody_sees_to_whom(gateway: Gateway) -> None:
    answer = await gateway.admin(TRANSFER, "privacy_officer", variables={"i": SAID})
    told = answer["data"]["transferHandling"]
    assert (told["userErrors"], told["replayed"]) == ([], False)
    [(_, request)] = gateway.services.requests
    assert (request.transfer.handler_id, request.transfer.name.zh) == ("urn:example:new", "新茶会")
    refused = await gateway.admin(TRANSFER, "operations", variables={"i": SAID})
    assert refused["errors"]
    assert len(gateway.services.requests) == 1
    seen = await gateway.ask("{ handlerTransfers { id handlerId name contact effectiveAt } }")
    assert seen["data"]["handlerTransfers"] == [
        {name: told["transfer"][name] for name in ("id", "handlerId", "name", "contact", "effectiveAt")}
    ]
