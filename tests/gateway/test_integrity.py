"""The ledger's integrity through the admin schema, as the service tells of it."""

from tests.gateway.gateway_client import Gateway

INTEGRITY = """
{ ledgerIntegrity {
  ageSeconds
  verification {
    id startedAt finishedAt entries batches wallets entriesPerSecond mismatches
    checks { name rows seconds mismatches } firstMismatches { check table row what }
  }
  heads { lane seq hash verifiedSeq publishedSeq }
} }
"""


async def test_staff_see_what_the_last_verification_found_and_where_the_chains_end(gateway: Gateway) -> None:
    answer = await gateway.admin(INTEGRITY, "auditor")
    assert answer["data"]["ledgerIntegrity"] == {
        "ageSeconds": 90,
        "verification": {
            "id": "verification-1",
            "startedAt": "2026-07-01T00:00:00Z",
            "finishedAt": "2026-07-01T00:00:00Z",
            "entries": 2_000_000,
            "batches": 4_000,
            "wallets": 200_000,
            "entriesPerSecond": 50_000.5,
            "mismatches": 1,
            "checks": [{"name": "content", "rows": 2_004_000, "seconds": 8.25, "mismatches": 1}],
            "firstMismatches": [
                {"check": "content", "table": "batches", "row": "lane 0, seq 7", "what": "torn"}
            ],
        },
        "heads": [
            {"lane": 0, "seq": 12, "hash": "ab" * 32, "verifiedSeq": 11, "publishedSeq": 10},
            {"lane": 1, "seq": 1, "hash": "cd" * 32, "verifiedSeq": None, "publishedSeq": None},
        ],
    }
