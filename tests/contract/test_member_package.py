"""The member's package: the schema that others read it by says what the services put into it."""

import json
from pathlib import Path
from typing import Any

from services.consent.rpc import exports as consent
from services.loyalty.rpc.members import exports as loyalty
from services.members.rules import holdings
from services.members.rules import packages as members

SCHEMA = Path(__file__).parents[2] / "docs" / "member-package.schema.json"
FORMATS = {"instant": "date-time", "date": "date"}
JSON_TYPES = {
    "text": "string",
    "integer": "integer",
    "boolean": "boolean",
    "instant": "string",
    "date": "string",
}


def declared() -> dict[str, dict[str, str]]:
    """The tables and typed columns that the services declare."""
    return {
        **{table.name: table.columns for table in holdings.tables([])},
        "standings": loyalty.STANDINGS,
        "lots": loyalty.LOTS,
        "orders": loyalty.ORDERS,
        "refunds": loyalty.REFUNDS,
        "coupons": loyalty.COUPONS,
        "activities": loyalty.ACTIVITIES,
        "missions": loyalty.MISSIONS,
        "memberships": loyalty.MEMBERSHIPS,
        "benefit_claims": loyalty.BENEFIT_CLAIMS,
        "rewards": loyalty.REWARDS,
        "invite_codes": loyalty.INVITE_CODES,
        "referrals": loyalty.REFERRALS,
        "grants": loyalty.GRANTS,
        "entries": loyalty.ENTRIES,
        "consents": consent.HISTORY,
        "purposes": consent.PURPOSES,
        "rights_requests": consent.RIGHTS_REQUESTS,
    }


def test_the_published_schema_says_what_the_services_declare() -> None:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text())
    assert schema["properties"]["format"] == {"const": members.FORMAT}
    tables = schema["properties"]["tables"]
    assert tables["required"] == list(declared())
    for name, columns in declared().items():
        row = tables["properties"][name]["items"]
        assert (row["required"], list(row["properties"])) == (list(columns), list(columns)), name
        for column, type in columns.items():
            told = row["properties"][column]
            assert told.get("type") == (None if type == "json" else [JSON_TYPES[type], "null"]), (
                name,
                column,
            )
            assert told.get("format") == FORMATS.get(type), (name, column)
