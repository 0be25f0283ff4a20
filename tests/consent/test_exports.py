"""Exports: the members service is told all that one member decided, and for what their data is used."""

from typing import Any
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import exports_pb2
from huiyuan.kit.v1 import exports_pb2 as kit

from services.kit.rpc import Caller, CallerKind
from tests.consent import factories
from tests.consent.rights import REASONED, Desk
from tests.consent.service import MEMBERS, OFFICER, Consent, fresh, member, refused


async def exported(
    consent: Consent, member_id: str, caller: Caller = MEMBERS
) -> dict[str, list[dict[str, str]]]:
    request = exports_pb2.ExportMemberRequest(member_id=member_id)
    answer = await consent.exports.export_member(request, headers=consent.by(caller))
    assert not answer.next
    return {table.name: _rows(table) for table in answer.tables}


def _rows(table: kit.ExportedTable) -> list[dict[str, str]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in table.rows]


async def test_every_act_is_exported_with_the_purposes_and_nobody_elses(
    consent: Consent, member_id: str
) -> None:
    key, other = fresh("news"), str(uuid4())
    notice = await consent.ask(factories.purpose(key))
    for one in (member_id, other):
        await consent.give(factories.grant(one, notice, key, key="given"))
    await consent.withdraw(factories.withdrawal(member_id, key, key="taken"))
    tables = await exported(consent, member_id)
    acts = tables["consents"]
    assert [(act["purpose"], act["event_state"]) for act in acts] == [(key, "GIVEN"), (key, "WITHDRAWN")]
    assert acts[0]["privacy_notice"] == notice.notice_id
    assert len({act["pii_principal_id"] for act in acts}) == 1
    [named] = [purpose for purpose in tables["purposes"] if purpose["key"] == key]
    assert named["version"] == "1"
    assert named["retention"]
    assert tables["rights_requests"] == []
    assert await exported(consent, str(uuid4())) == {
        "consents": [],
        "purposes": tables["purposes"],
        "rights_requests": [],
    }


async def test_what_was_asked_by_right_is_exported_with_its_refusal(consent: Consent, member_id: str) -> None:
    desk = Desk(consent)
    refused_request = await desk.refuse(await desk.ask(member_id, "DELETE"))
    appeal = await desk.appeal(refused_request)
    await desk.ask(str(uuid4()), "DELETE")
    rows = (await exported(consent, member_id))["rights_requests"]
    assert [(row["request_id"], row["state"], row["appeal_of"]) for row in rows] == [
        (refused_request.request_id, "REFUSED", ""),
        (appeal.request_id, "RECEIVED", refused_request.request_id),
    ]
    assert (rows[0]["refusal_article"], rows[0]["refusal_remedy"]) == (REASONED.article, REASONED.remedy)


@pytest.mark.parametrize(
    "caller", [OFFICER, Caller(CallerKind.SERVICE, "loyalty"), Caller(CallerKind.MEMBER, "x")], ids=str
)
async def test_only_the_members_service_exports(consent: Consent, member_id: str, caller: Any) -> None:
    asker = member(member_id) if caller.kind is CallerKind.MEMBER else caller
    with refused("NOT_ALLOWED"):
        await exported(consent, member_id, asker)
