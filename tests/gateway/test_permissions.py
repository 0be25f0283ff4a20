"""Permissions: every field of the admin schema against every role, as a committed table says."""

from pathlib import Path

import pytest
import strawberry

from gateway.admin.permissions import NoRolesDeclared, Permissions, Role
from gateway.admin.schema import permissions, schema
from gateway.storefront.schema import schema as storefront
from tests.gateway.gateway_client import Gateway, code
from tests.gateway.webhook_fields import WEBHOOK_FIELDS

TABLE = Path(__file__).with_name("admin_permissions.txt")
ROLES = [role.value for role in Role]


def as_declared() -> str:
    """The table that the schema declares, one field a line."""
    width = max(map(len, permissions.by_field))
    lines = [f"{'':{width}}  {'  '.join(ROLES)}"]
    for field, roles in sorted(permissions.by_field.items()):
        marks = "  ".join(("yes" if role in roles else "-").ljust(len(role)) for role in ROLES)
        lines.append(f"{field:{width}}  {marks}".rstrip())
    return "\n".join(lines) + "\n"


def committed() -> dict[str, set[str]]:
    """Which roles the committed table gives each field."""
    lines = TABLE.read_text().splitlines()[1:]
    cells = {field: marks for field, *marks in map(str.split, lines)}
    return {
        field: {role for role, mark in zip(ROLES, marks, strict=True) if mark == "yes"}
        for field, marks in cells.items()
    }


def test_the_schema_declares_what_the_committed_table_says() -> None:
    assert as_declared() == TABLE.read_text(), "write as_declared() to the table, and look at the diff"


ROOT_FIELDS = {
    "Query.member": '{member(id:"5f0d6e0a-0000-4000-8000-000000000001"){id}}',
    "Query.memberByPhone": '{memberByPhone(phone:"+86 139 0000 0009"){id}}',
    "Query.findMember": '{findMember(input:{kind:EMAIL,value:"a@example.com"}){id}}',
    "Query.programme": "{programme{id}}",
    "Query.programmeVersions": "{programmeVersions{version}}",
    "Query.orderTotals": "{orderTotals{orders}}",
    "Query.order": '{order(source:"shop",orderId:"order-1"){orderId}}',
    "Query.dueRun": "{dueRun{due run{members}}}",
    "Query.ledgerIntegrity": "{ledgerIntegrity{ageSeconds heads{seq}}}",
    "Query.adjustmentRequests": "{adjustmentRequests(first:1){nodes{id points}}}",
    "Query.balanceAsOf": '{balanceAsOf(memberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'at:"2026-03-01T00:00:00Z"){at}}',
    "Query.ledgerStatement": '{ledgerStatement(memberId:"5f0d6e0a-0000-4000-8000-000000000001",first:1,'
    'days:{first:"2026-01-01",last:"2026-01-31"}){currency}}',
    "Query.explainEntry": '{explainEntry(memberId:"5f0d6e0a-0000-4000-8000-000000000001",entryId:"1-1"){actor}}',
    "Query.outstandingPoints": "{outstandingPoints{total}}",
    "Query.pointsLiability": "{pointsLiability{points}}",
    "Query.breakage": "{breakage{currency}}",
    "Query.dailyMovements": '{dailyMovements(days:{first:"2026-01-01",last:"2026-01-31"}){opening}}',
    "Query.trialBalance": "{trialBalance{sum}}",
    "Query.adminActions": "{adminActions(first:1){nodes{actionId}}}",
    "Mutation.reviseProgramme": 'mutation{reviseProgramme(input:{programmeId:"demo",basedOnVersion:1,reason:"r"})'
    "{userErrors{code}}}",
    "Mutation.createProgramme": 'mutation{createProgramme(input:{programmeId:"new",name:{zh:"新",en:"new"},'
    'timeZone:"Asia/Shanghai",moneyCurrency:"CNY",currencies:[],earnRules:[],tiers:[],reason:"r"})'
    "{userErrors{code}}}",
    "Mutation.adjustPoints": 'mutation{adjustPoints(input:{memberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'currency:"POINTS",points:5,reason:"GOODWILL",idempotencyKey:"k"}){userErrors{code}}}',
    "Mutation.reverseRedemption": 'mutation{reverseRedemption(input:{memberId:"5f0d6e0a-0000-4000-8000-000000000001",redemptionId:"gift-1",'
    'reversalId:"back-1",reason:"GOODWILL"}){userErrors{code}}}',
    "Mutation.transferPoints": 'mutation{transferPoints(input:{fromMemberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'toMemberId:"5f0d6e0a-0000-4000-8000-000000000002",points:5,transferId:"t",reason:"r"}){userErrors{code}}}',
    "Mutation.mergeMembers": 'mutation{mergeMembers(input:{fromMemberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'intoMemberId:"5f0d6e0a-0000-4000-8000-000000000002",mergeId:"m",reason:"SAME"}){userErrors{code}}}',
    "Mutation.unmergeMembers": 'mutation{unmergeMembers(input:{fromMemberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'mergeId:"m",reason:"MISTAKE"}){userErrors{code}}}',
    "Mutation.forfeitPoints": 'mutation{forfeitPoints(input:{memberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'forfeitId:"f",reason:"CLOSED"}){userErrors{code}}}',
    "Mutation.approveAdjustment": 'mutation{approveAdjustment(input:{requestId:"7c9a1f4e-0000-4000-8000-000000000001",'
    'reason:"CHECKED"}){userErrors{code}}}',
    "Mutation.rejectAdjustment": 'mutation{rejectAdjustment(input:{requestId:"7c9a1f4e-0000-4000-8000-000000000001",'
    'reason:"NO"}){userErrors{code}}}',
    "Mutation.unmaskProfile": 'mutation{unmaskProfile(input:{memberId:"5f0d6e0a-0000-4000-8000-000000000001",'
    'fields:[PHONE],purpose:"support",reason:"r"}){userErrors{code}}}',
    **WEBHOOK_FIELDS,
}


def test_every_root_field_is_tried() -> None:
    roots = {field for field in permissions.by_field if field.startswith(("Query.", "Mutation."))}
    assert roots == set(ROOT_FIELDS)


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_what_the_table_gives_it_and_a_denial_changes_nothing(
    gateway: Gateway, role: str
) -> None:
    table = committed()
    for field, document in ROOT_FIELDS.items():
        gateway.services.requests.clear()
        answer = await gateway.admin(document, role)
        if role in table[field]:
            assert "errors" not in answer, field
        else:
            assert code(answer) == "ROLE_NEEDED", field
            assert "data" not in answer
            assert gateway.services.requests == []


async def test_a_nested_field_beyond_the_role_denies_the_whole_document(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    query = "query($id:UUID!){member(id:$id){...seen}} fragment seen on Member{balances{available} profile{phone}}"
    answer = await gateway.admin(query, "auditor", variables={"id": member_id})
    assert code(answer) == "ROLE_NEEDED"
    assert "Member.profile" in answer["errors"][0]["message"]


def test_a_field_that_declares_no_roles_does_not_start() -> None:
    @strawberry.type
    class Query:
        secrets: str = "all of them"

    with pytest.raises(NoRolesDeclared, match=r"Query\.secrets"):
        Permissions(strawberry.Schema(Query)._schema, {})


def test_the_storefront_schema_holds_no_admin_field() -> None:
    shared = {"Query", "Mutation", "Member"}
    only_admin = set(schema._schema.type_map) - set(storefront._schema.type_map)
    assert {"LedgerEntry", "MaskedProfile", "AdminAction", "Programme"} <= only_admin
    for name in shared:
        fields = set(storefront._schema.type_map[name].fields)  # type: ignore[attr-defined]
        assert fields.isdisjoint({"adjustPoints", "unmaskProfile", "memberByPhone", "accesses", "profile"})
