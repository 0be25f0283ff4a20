"""The audit: every change that staff ask for is written down before it is tried, for good, and without personal data."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.loyalty.v1 import coupons_pb2, entitlements_pb2, forfeits_pb2, placements_pb2, points_pb2

from gateway.admin import audit, audit_moves
from gateway.paging import cursor
from gateway.storage.audit import Audit
from infra.local.databases import DatabaseUrls
from services.kit import database as kit_database
from tests.gateway import matrix
from tests.gateway.doors import Away, NotEnoughPoints
from tests.gateway.gateway_client import Gateway, code

MUTATIONS = {
    field: matrix.document(matrix.ADMIN, way)
    for field, way in matrix.paths(matrix.ADMIN, None).items()
    if len(way) == 1 and field.startswith("Mutation.")
}

SILENT = Path(__file__).with_name("audit_without_changes.txt")
"""Mutations whose audit keeps no before and after, each with the reason."""


@pytest.fixture
async def rows(owners: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    async with owners.acquire() as connection:
        await connection.execute("DELETE FROM admin_actions")
        yield connection


@pytest.mark.parametrize("field", MUTATIONS)
async def test_every_mutation_is_written_down_before_and_after(
    gateway: Gateway, rows: asyncpg.Connection, field: str
) -> None:
    if field == "Mutation.retireDocument":
        await gateway.admin(MUTATIONS["Mutation.uploadDocuments"])
        await rows.execute("DELETE FROM admin_actions")
    answer = await gateway.admin(MUTATIONS[field])
    assert "errors" not in answer
    told = await rows.fetch("SELECT * FROM admin_actions ORDER BY recorded_at, phase DESC")
    assert [row["phase"] for row in told] == ["STARTED", "SUCCEEDED"]
    assert len({row["action_id"] for row in told}) == 1
    assert {row["operation"] for row in told} == {field.removeprefix("Mutation.")}
    assert {row["actor"] for row in told} == {"staff:ops-1"}
    assert all(row["trace_id"] and row["reason"] for row in told)


def _says_what_changed(answer: object) -> bool:
    changes = answer.DESCRIPTOR.fields_by_name.get("changes") if hasattr(answer, "DESCRIPTOR") else None
    told = changes is not None and changes.message_type.name == "DefinitionChange"
    return told or type(answer) in audit_moves._OF


async def test_every_mutation_says_what_was_before_and_after_or_a_table_says_why_not(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = []

    def seen(answer: object) -> list[object]:
        answers.append(answer)
        return []

    monkeypatch.setattr(audit, "_changes", seen)
    for document in MUTATIONS.values():
        assert "errors" not in await gateway.admin(document)
    asked = [name.removeprefix("Mutation.") for name in MUTATIONS]
    silent = {name for name, one in zip(asked, answers, strict=True) if not _says_what_changed(one)}
    table = dict(line.split(": ", 1) for line in SILENT.read_text().splitlines() if line)
    assert silent == set(table), "say before and after, or in the table why not"
    assert all(len(why) > 20 for why in table.values())


def _moved(answer: object) -> dict[str, tuple[object, object]]:
    return {move.path: (move.before, move.after) for move in audit_moves.moves(answer)}


def test_a_members_move_is_told_from_what_the_service_answered() -> None:
    until = Timestamp(seconds=1_800_000_000)
    placed = placements_pb2.Placement(tier="gold", until=until, tier_before="silver", tier_after="gold")
    assert _moved(placements_pb2.OverrideTierResponse(placement=placed)) == {
        "placement": (None, {"tier": "gold", "until": "2027-01-15T08:00:00Z"}),
        "tier": ("silver", "gold"),
    }
    assert _moved(placements_pb2.OverrideTierResponse(placement=placed, replayed=True)) == {}
    ended = placements_pb2.Placement(tier="gold", tier_before="gold", tier_after="", ended=True)
    assert _moved(placements_pb2.EndTierOverrideResponse(placement=ended)) == {
        "placement.tier": ("gold", None),
        "tier": ("gold", None),
    }
    assert _moved(points_pb2.AdjustPointsResponse(request_id="r")) == {"request": (None, "r")}
    assert _moved(points_pb2.AdjustPointsResponse(entry_id="e", balance_after=3)) == {"entry": (None, "e")}
    points = forfeits_pb2.ForfeitedPoints(currency="POINTS", available=7, pending=2)
    assert _moved(forfeits_pb2.ForfeitPointsResponse(forfeited=[points])) == {
        "POINTS.available": (7, 0),
        "POINTS.pending": (2, 0),
    }
    used = entitlements_pb2.BenefitClaim(claim_id="c", state=2, claimed_at=until, used_at=until)
    assert _moved(entitlements_pb2.UseBenefitResponse(claim=used)) == {"claims[c].state": (None, "USED")}
    used.used_at.seconds += 1
    assert _moved(entitlements_pb2.UseBenefitResponse(claim=used)) == {"claims[c].state": ("CLAIMED", "USED")}
    used.released_at.seconds, used.state = 1_900_000_000, 3
    answer = entitlements_pb2.ReleaseBenefitResponse(claim=used)
    assert _moved(answer) == {"claims[c].state": ("USED", "RELEASED")}
    results = [
        coupons_pb2.RevokeCouponResult(revoked={"coupon_id": "1"}),
        coupons_pb2.RevokeCouponResult(revoked={"coupon_id": "2", "replayed": True}),
        coupons_pb2.RevokeCouponResult(refusal={"code": "COUPON_HELD"}),
    ]
    answer = coupons_pb2.RevokeCouponsResponse(results=results)
    assert _moved(answer) == {"coupons[1].state": ("ISSUED", "REVOKED")}


@pytest.mark.parametrize(
    ("refusal", "phase", "outcome"),
    [(NotEnoughPoints("no"), "REFUSED", "NOT_ENOUGH_POINTS"), (Away("away"), "FAILED", "AWAY")],
)
async def test_the_outcome_says_how_it_went(
    gateway: Gateway, rows: asyncpg.Connection, refusal: Exception, phase: str, outcome: str
) -> None:
    gateway.services.refusal = refusal  # type: ignore[assignment]
    await gateway.admin(MUTATIONS["Mutation.adjustPoints"])
    told = await rows.fetchrow("SELECT phase, outcome_code FROM admin_actions WHERE phase <> 'STARTED'")
    assert tuple(told) == (phase, outcome)


async def test_what_a_catalogue_was_before_and_after_is_kept_without_personal_data(
    gateway: Gateway, rows: asyncpg.Connection
) -> None:
    await gateway.admin(MUTATIONS["Mutation.draftReward"])
    kept = await rows.fetch("SELECT changes::text FROM admin_actions ORDER BY phase")
    assert [row["changes"] == "[]" for row in kept] == [True, False]
    assert "13900000001" not in kept[1]["changes"]
    query = "{adminActions(first:1){nodes{phase changes{path kind before after}}}}"
    answer = await gateway.admin(query)
    (action,) = answer["data"]["adminActions"]["nodes"]
    assert action == {
        "phase": "SUCCEEDED",
        "changes": [
            {"path": "draft.terms.points", "kind": "CHANGED", "before": 100, "after": 80},
            {
                "path": "draft.terms.description",
                "kind": "ADDED",
                "before": None,
                "after": {"zh": "withheld", "en": "a cup"},
            },
        ],
    }


async def test_what_cannot_be_written_down_is_not_tried(
    gateway: Gateway, rows: asyncpg.Connection, database: DatabaseUrls
) -> None:
    role = database.app.split("//")[1].split(":")[0]
    await rows.execute(f'REVOKE INSERT ON admin_actions FROM "{role}"')
    try:
        for field, document in MUTATIONS.items():
            answer = await gateway.admin(document)
            assert code(answer) == "AUDIT_UNAVAILABLE", field
            assert answer["data"] is None
        assert gateway.services.requests == []
    finally:
        await rows.execute(f'GRANT INSERT ON admin_actions TO "{role}"')


async def test_the_gateway_itself_can_neither_change_nor_delete_the_audit(
    gateway: Gateway, rows: asyncpg.Connection, database: DatabaseUrls
) -> None:
    await gateway.admin(MUTATIONS["Mutation.adjustPoints"])
    as_gateway = await asyncpg.connect(database.app)
    try:
        for statement in (
            "UPDATE admin_actions SET reason = 'x'",
            "DELETE FROM admin_actions",
            "TRUNCATE admin_actions",
            "DROP TABLE admin_actions",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await as_gateway.execute(statement)
    finally:
        await as_gateway.close()
    assert await rows.fetchval("SELECT count(*) FROM admin_actions") == 2


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("call 13900000001 back", "REASON_HOLDS_PERSONAL_DATA"),
        ("wrote to a@example.com", "REASON_HOLDS_PERSONAL_DATA"),
        ("+86 139 0000 0001", "REASON_HOLDS_PERSONAL_DATA"),
        ("会员 139-0000-0001 来电", "REASON_HOLDS_PERSONAL_DATA"),
        ("会员 １３９００００１２３４ 来电", "REASON_HOLDS_PERSONAL_DATA"),
        ("证件 11010519491231002X", "REASON_HOLDS_PERSONAL_DATA"),
        ("+1 415 555 0100", "REASON_HOLDS_PERSONAL_DATA"),
        ("two\nlines", "REASON_MISSING"),
        ("a\x01b", "REASON_MISSING"),
        ("", "REASON_MISSING"),
        ("x" * 201, "REASON_MISSING"),
    ],
)
async def test_a_reason_with_personal_data_is_refused_and_not_kept(
    gateway: Gateway, rows: asyncpg.Connection, reason: str, expected: str
) -> None:
    query = "mutation($i:UnmaskProfileInput!){unmaskProfile(input:$i){fields{value}userErrors{field code}}}"
    told = {
        "memberId": "5f0d6e0a-0000-4000-8000-000000000001",
        "fields": ["PHONE"],
        "purpose": "13900000002",
        "reason": reason,
    }
    answer = await gateway.admin(query, variables={"i": told})
    (error,) = answer["data"]["unmaskProfile"]["userErrors"]
    assert error == {"field": ["input", "reason"], "code": expected}
    assert gateway.services.requests == []
    kept = await rows.fetch("SELECT reason, subject::text, phase FROM admin_actions ORDER BY phase DESC")
    assert [row["phase"] for row in kept] == ["STARTED", "REFUSED"]
    assert {row["reason"] for row in kept} == {""}
    assert not any("13900000002" in row["subject"] for row in kept)


@pytest.mark.parametrize("purpose", ["王小明", "139-0000-0002", "call +86 139 0000 0002", "x" * 101])
async def test_what_is_no_name_of_a_thing_is_not_kept(
    gateway: Gateway, rows: asyncpg.Connection, purpose: str
) -> None:
    # A member id may look like a phone number with dashes, and is kept all the same.
    told = {
        "memberId": "5f0d6e0a-1390-0000-0001-000000000001",
        "fields": ["PHONE"],
        "purpose": purpose,
        "reason": "会员来电",
    }
    query = "mutation($i:UnmaskProfileInput!){unmaskProfile(input:$i){userErrors{code}}}"
    await gateway.admin(query, variables={"i": told})
    kept = await rows.fetch("SELECT subject ->> 'purpose', subject ->> 'memberId' FROM admin_actions")
    assert {tuple(row) for row in kept} == {("withheld", told["memberId"])}


async def test_auditors_read_the_audit_page_by_page(gateway: Gateway, rows: asyncpg.Connection) -> None:
    for document in MUTATIONS.values():
        await gateway.admin(document)
    query = (
        "query($after:String){adminActions(first:3,after:$after)"
        "{nodes{actionId phase operation subject}pageInfo{hasNextPage endCursor}}}"
    )
    seen, after = [], None
    while True:
        page = (await gateway.admin(query, "auditor", variables={"after": after}))["data"]["adminActions"]
        seen += [(node["actionId"], node["phase"]) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 2 * len(MUTATIONS)


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "a b c",
        "2026-11-21T00:00:00+00:00 no-id SUCCEEDED",
        "2026-11-21T00:00:00+00:00 5f0d6e0a-0000-4000-8000-000000000001 DONE",
        "9999-12-31T23:59:59-23:59 5f0d6e0a-0000-4000-8000-000000000001 STARTED",
    ],
)
async def test_a_place_that_no_page_gave_is_refused_by_name(gateway: Gateway, place: str) -> None:
    query = "query($after:String){adminActions(first:3,after:$after){nodes{actionId}}}"
    answer = await gateway.admin(query, "auditor", variables={"after": cursor(place)})
    assert code(answer) == "BAD_USER_INPUT"


async def test_an_action_that_nobody_finished_gets_its_outcome_once(
    gateway: Gateway, rows: asyncpg.Connection, database: DatabaseUrls
) -> None:
    await gateway.admin(MUTATIONS["Mutation.adjustPoints"])
    await rows.execute("DELETE FROM admin_actions WHERE phase <> 'STARTED'")
    engine = kit_database.engine(database.app, size=1)
    audit = Audit(engine)
    assert await audit.close_abandoned(timedelta(minutes=10)) == 0
    assert await audit.close_abandoned(timedelta(seconds=-1)) == 1
    assert await audit.close_abandoned(timedelta(seconds=-1)) == 0
    await engine.dispose()
    assert await rows.fetchval("SELECT phase FROM admin_actions WHERE phase <> 'STARTED'") == "UNKNOWN"
