"""Data that leaves, over the admin side: asked for by the officer alone, and written down before it is tried."""

from infra.local.databases import DatabaseUrls
from services.kit import database as databases
from tests.gateway.gateway_client import Gateway, code
from tests.gateway.matrix import ONE

ASK = """mutation { createAnalysis(input: {columns: ["age_band", "tier"], purpose: "analytics", reason: "report"}) {
  analysis { id state k columns { name level } rows suppressed notConsented } userErrors { code } } }"""
GATHER = (
    f'mutation {{ requestMemberData(input: {{memberId: "{ONE}", reason: "asked by letter"}}) '
    "{ packageId userErrors { code } } }"
)


async def newest_action(database: DatabaseUrls, operation: str) -> list[str]:
    connection = await databases.connect(database.app)
    try:
        rows = await connection.fetch(
            "SELECT phase FROM admin_actions WHERE operation = $1 ORDER BY recorded_at DESC LIMIT 2",
            operation,
        )
        return [row["phase"] for row in rows]
    finally:
        await connection.close()


async def test_the_officer_asks_and_the_audit_knows(gateway: Gateway, database: DatabaseUrls) -> None:
    officer = gateway.issuer.staff("privacy_officer")
    answer = (await gateway.post(ASK, officer, path="/admin/graphql")).json()
    assert answer["data"]["createAnalysis"] == {
        "analysis": {
            "id": "analysis-1",
            "state": "READY",
            "k": 10,
            "columns": [{"name": "age_band", "level": 1}, {"name": "tier", "level": 0}],
            "rows": 270,
            "suppressed": 3,
            "notConsented": 12,
        },
        "userErrors": [],
    }
    assert await newest_action(database, "createAnalysis") == ["SUCCEEDED", "STARTED"]
    gathered = (await gateway.post(GATHER, officer, path="/admin/graphql")).json()
    assert gathered["data"]["requestMemberData"] == {"packageId": "package-1", "userErrors": []}
    assert await newest_action(database, "requestMemberData") == ["SUCCEEDED", "STARTED"]


async def test_nobody_else_lets_data_leave(gateway: Gateway) -> None:
    for role in ("operations", "support", "program_admin", "auditor"):
        for document in (ASK, GATHER):
            answer = await gateway.post(document, gateway.issuer.staff(role), path="/admin/graphql")
            assert code(answer.json()) == "ROLE_NEEDED", (role, document)
    assert not gateway.services.requests
