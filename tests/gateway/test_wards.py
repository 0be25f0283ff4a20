"""A child's consents through the storefront: the guardian reads them, in the guardian's own name, and nobody else does."""

import pytest

from tests.gateway.doors import CHILD
from tests.gateway.gateway_client import Gateway, code

CONSENTS = "query ($child: ID!) { wardConsents(childId: $child) { purpose state } }"
RECORDS = "query ($child: ID!) { wardConsentRecords(childId: $child) { nodes { id purpose state } } }"
RECEIPT = 'query ($child: ID!) { wardConsentReceipt(childId: $child, recordId: "record-1") }'
OF_A_CHILD = {
    "wardConsents": (CONSENTS, [{"purpose": "marketing_sms", "state": "GIVEN"}]),
    "wardConsentRecords": (
        RECORDS,
        {"nodes": [{"id": "record-1", "purpose": "marketing_sms", "state": "GIVEN"}]},
    ),
    "wardConsentReceipt": (RECEIPT, "a.b.c"),
}


@pytest.mark.parametrize("field", OF_A_CHILD)
async def test_art_31_a_guardian_reads_what_was_decided_for_the_child_and_nobody_else_does(
    gateway: Gateway, field: str
) -> None:
    guardian_id, guardian = gateway.join()
    _, stranger = gateway.join()
    gateway.services.join(CHILD)
    gateway.services.guardians[CHILD] = guardian_id
    query, expected = OF_A_CHILD[field]
    child = {"child": CHILD}
    assert (await gateway.ask(query, guardian, variables=child))["data"][field] == expected
    for token, refusal in ((stranger, "NOT_ALLOWED"), (None, "UNAUTHENTICATED")):
        answer = await gateway.ask(query, token, variables=child)
        assert (code(answer), (answer.get("data") or {}).get(field)) == (refusal, None)
    del gateway.services.guardians[CHILD]
    answer = await gateway.ask(query, guardian, variables=child)
    assert (code(answer), answer["data"][field]) == ("NOT_ALLOWED", None), "the link ended"


async def test_art_31_a_guardian_is_told_whose_guardian_they_are(gateway: Gateway) -> None:
    _, guardian = gateway.join()
    wards = (await gateway.ask("{ myWards { childId linkedAt } }", guardian))["data"]["myWards"]
    assert [ward["childId"] for ward in wards] == [CHILD]
    assert code(await gateway.ask("{ myWards { childId } }")) == "UNAUTHENTICATED"
