"""Exports for analysis: what leaves tells of nobody, and nobody is in it who did not agree."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from huiyuan.members.v1 import analyses_pb2 as wire

from services.kit import clock
from services.kit.refusal import Refusal, Unavailable
from services.members.jobs import analyses as jobs
from services.members.rules.accesses import ConsentMissing
from tests.members.service import AUDITOR, OFFICER, OPERATIONS, SUPPORT, Members, as_member, by, registration


class Elsewhere:
    """The gate and the ledger, as a test says."""

    def __init__(self) -> None:
        self.refusing: set[UUID] = set()
        self.withdrawing_meanwhile: set[UUID] = set()
        self.only: set[UUID] | None = None
        self.refusal: Refusal | None = None
        self.asked: list[tuple[str, set[str]]] = []

    async def allowed(self, ids: Sequence[UUID], purpose: str, categories: Collection[str]) -> set[UUID]:
        self.asked.append((purpose, set(categories)))
        if self.refusal is not None:
            raise self.refusal
        return {one for one in ids if one not in self.refusing and (self.only is None or one in self.only)}

    async def tiers(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        self.refusing |= self.withdrawing_meanwhile
        return dict.fromkeys(ids, "gold")


async def created(members: Members, caller: Any = OFFICER, **changes: Any) -> wire.Analysis:
    asked = {
        "k": 10,
        "columns": ["age_band", "tier", "joined_month"],
        "purpose": "analytics",
        "reason": "yearly report",
    }
    answer = await members.analyses.create_analysis(
        wire.CreateAnalysisRequest(**{**asked, **changes}), headers=by(caller)
    )
    return answer.analysis


async def found(members: Members, analysis_id: str) -> wire.Analysis:
    request = wire.GetAnalysisRequest(analysis_id=analysis_id)
    return (await members.analyses.get_analysis(request, headers=by(AUDITOR))).analysis


async def read(members: Members, analysis_id: str, caller: Any = OFFICER, offset: int = 0) -> bytes:
    request = wire.ReadAnalysisRequest(analysis_id=analysis_id, offset=offset)
    return (await members.analyses.read_analysis(request, headers=by(caller))).content


async def code_of(call: Any) -> str:
    with pytest.raises(Refusal) as refused:
        await call
    return refused.value.code


@pytest.fixture
async def crowd(members: Members) -> dict[str, str]:
    """Thirty members of two ages, by their phones."""
    known = {}
    for number in range(30):
        phone = members.phone()
        birth = "1990-02-03" if number < 18 else "1970-02-03"
        known[phone] = await members.register(
            registration(phone, birth_date=birth, display_name=f"某{number}")
        )
    return known


async def test_an_export_holds_classes_of_k_and_nobody_who_did_not_agree(members, crowd):
    elsewhere = Elsewhere()
    ids = list(map(UUID, crowd.values()))
    # Nine of the older ones are fewer than ten.
    elsewhere.only, elsewhere.refusing = set(ids), set(ids[-3:])
    asked = await created(members)
    assert (asked.state, asked.requested_by) == (wire.ANALYSIS_STATE_REQUESTED, "staff:privacy-1")
    assert await code_of(read(members, asked.analysis_id)) == "ANALYSIS_NOT_READY"
    assert await jobs.make(members.databases, members.ring, elsewhere.allowed, elsewhere.tiers) == 1
    analysis = await found(members, asked.analysis_id)
    assert analysis.state == wire.ANALYSIS_STATE_READY
    assert analysis.rows + analysis.suppressed == 27
    assert analysis.not_consented >= 3
    assert elsewhere.asked[0] == ("analytics", {"birth_date"})
    content = (await read(members, asked.analysis_id)).decode()
    heading, *rows = csv.reader(io.StringIO(content))
    assert heading == ["pseudonym", "age_band", "tier", "joined_month"]
    assert len(rows) == analysis.rows
    assert min(Counter(tuple(row[1:]) for row in rows).values()) >= 10
    for phone, member_id in crowd.items():
        assert phone not in content
        for spelled in (
            member_id,
            member_id.replace("-", ""),
            hashlib.sha256(UUID(member_id).bytes).hexdigest()[:24],
        ):
            assert spelled not in content
    assert await read(members, asked.analysis_id, offset=len(content.encode())) == b""


async def test_who_withdraws_while_an_export_is_made_is_not_in_it(members, crowd):
    elsewhere = Elsewhere()
    ids = list(map(UUID, crowd.values()))
    elsewhere.only, elsewhere.withdrawing_meanwhile = set(ids), set(ids[:4])
    asked = await created(members, columns=["tier"])
    await jobs.make(members.databases, members.ring, elsewhere.allowed, elsewhere.tiers)
    analysis = await found(members, asked.analysis_id)
    assert (analysis.rows, analysis.suppressed) == (26, 0)
    everybody = await members.peek(
        "SELECT count(*) FROM members WHERE status IN (1, 2) AND merged_into IS NULL"
    )
    assert analysis.not_consented == everybody[0][0] - 26, "those who withdrew meanwhile are counted, too"


async def test_two_exports_of_the_same_members_share_no_pseudonym(members, crowd):
    elsewhere = Elsewhere()
    elsewhere.only = set(map(UUID, crowd.values()))
    names = []
    for _ in range(2):
        asked = await created(members, columns=["tier"])
        await jobs.make(members.databases, members.ring, elsewhere.allowed, elsewhere.tiers)
        rows = list(csv.reader(io.StringIO((await read(members, asked.analysis_id)).decode())))[1:]
        assert len(rows) == 30
        names.append({row[0] for row in rows})
    assert names[0].isdisjoint(names[1])


async def test_without_the_gates_answer_nothing_is_exported(members):
    elsewhere = Elsewhere()
    asked = await created(members)
    elsewhere.refusal = Unavailable("away")
    assert await jobs.make(members.databases, members.ring, elsewhere.allowed, elsewhere.tiers) == 0
    assert (await found(members, asked.analysis_id)).state == wire.ANALYSIS_STATE_REQUESTED
    await members.peek("UPDATE analyses SET tried_at = NULL WHERE state = 1")
    elsewhere.refusal = ConsentMissing("no such purpose")
    assert await jobs.make(members.databases, members.ring, elsewhere.allowed, elsewhere.tiers) == 0
    failed = await found(members, asked.analysis_id)
    assert (failed.state, failed.refusal_code) == (wire.ANALYSIS_STATE_FAILED, "CONSENT_MISSING")
    assert await code_of(read(members, asked.analysis_id)) == "ANALYSIS_NOT_READY"


async def test_an_old_export_is_destroyed_and_that_it_was_made_stays_known(members, crowd):
    elsewhere = Elsewhere()
    asked = await created(members, columns=["tier"])
    await jobs.make(members.databases, members.ring, elsewhere.allowed, elsewhere.tiers)
    await jobs.expire(members.databases, clock.now() + timedelta(days=8))
    gone = await found(members, asked.analysis_id)
    assert (gone.state, gone.reason) == (wire.ANALYSIS_STATE_GONE, "yearly report")
    assert await code_of(read(members, asked.analysis_id)) == "ANALYSIS_NOT_READY"
    listed = await members.analyses.list_analyses(wire.ListAnalysesRequest(), headers=by(AUDITOR))
    assert listed.analyses[0].analysis_id == asked.analysis_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"k": 9}, "ANALYSIS_NOT_VALID"),
        ({"columns": ["phone"]}, "ANALYSIS_NOT_VALID"),
        ({"columns": []}, "ANALYSIS_NOT_VALID"),
        ({"purpose": ""}, "UNMASK_NOT_VALID"),
        ({"reason": ""}, "UNMASK_NOT_VALID"),
        ({"reason": "ask 13900001234"}, "REASON_HOLDS_PERSONAL_DATA"),
    ],
)
async def test_what_may_not_be_asked_for_is_refused(members, changes, code):
    before = await members.peek("SELECT count(*) FROM analyses")
    assert await code_of(created(members, **changes)) == code
    assert await members.peek("SELECT count(*) FROM analyses") == before


@pytest.mark.parametrize(
    ("why", "code"), [(Code.NOT_FOUND, "NOT_FOUND"), (Code.UNAVAILABLE, "CONSENT_UNAVAILABLE")]
)
async def test_a_purpose_that_nobody_published_is_refused_at_once(members, why, code):
    members.consents.answer = ConnectError(why, "no such purpose was ever published")
    before = await members.peek("SELECT count(*) FROM analyses")
    assert await code_of(created(members, purpose="anlytics")) == code
    assert await members.peek("SELECT count(*) FROM analyses") == before


async def test_only_the_officer_exports_and_the_auditor_looks_on(members):
    asked = await created(members)
    for caller in (SUPPORT, OPERATIONS, AUDITOR, as_member("x")):
        assert await code_of(created(members, caller)) == "NOT_ALLOWED"
        assert await code_of(read(members, asked.analysis_id, caller)) == "NOT_ALLOWED"
    assert await code_of(read(members, "nonsense")) == "UNKNOWN_ANALYSIS"
