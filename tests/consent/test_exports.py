"""Exports: the members service is told all that one member decided, and for what their data is used."""

import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import exports_pb2, guardians_pb2
from huiyuan.kit.v1 import exports_pb2 as kit

from services.consent.storage import exports
from services.kit.rpc import Caller, CallerKind
from tests.consent import factories
from tests.consent.rights import REASONED, Desk
from tests.consent.senders import SMS, Senders, cap, hours
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
    strangers = await exported(consent, str(uuid4()))
    assert strangers.pop("purposes") == tables["purposes"]
    assert strangers.keys() == tables.keys() - {"purposes"}
    assert not any(strangers.values())


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


async def test_wishes_sends_and_what_binds_them_are_exported_and_nobody_elses(
    consent: Consent, member_id: str
) -> None:
    senders, guardian, other = Senders(consent), str(uuid4()), str(uuid4())
    topic = await senders.marketing(member_id, other)
    for one in (member_id, other):
        await senders.claim(f"send-{one}", one, topic)
        await senders.switch(one, topic, on=False)
        await senders.be_quiet(one, hours(22, 8))
        await senders.cap_own(one, cap(2))
        await senders.refuse_machines(one)
        await senders.suppress(one, "COMPLAINT", SMS)
        link = guardians_pb2.LinkGuardianRequest(
            child_id=one, guardian_id=guardian, verification="certificate 12"
        )
        await consent.guardians.link_guardian(link, headers=consent.by(OFFICER))
    tables = await exported(consent, member_id)
    [wanted] = [json.loads(row["preferences"]) for row in tables["sending_preferences"]]
    assert topic in json.dumps(wanted)
    assert [row["kind"] for row in tables["preference_changes"]] == [
        "TOPIC_SWITCHED",
        "QUIET_HOURS_SET",
        "CAPS_SET",
        "AUTOMATED_DECISIONS_SET",
        "SUPPRESSED",
    ]
    assert [row["changed_by"] for row in tables["preference_changes"]] == ["member"] * 4 + ["staff"]
    assert "1320" in tables["preference_changes"][1]["change"], "quiet from 22 o'clock"
    assert [(row["channel"], row["reason"]) for row in tables["suppressions"]] == [("SMS", "COMPLAINT")]
    assert [(row["send_id"], row["topic"]) for row in tables["sends"]] == [(f"send-{member_id}", topic)]
    assert [row["verification"] for row in tables["guardian_changes"]] == ["certificate 12"]
    whole = json.dumps(tables)
    assert not [one for one in (other, guardian, OFFICER.id) if one in whole]


async def test_a_package_is_of_one_moment(
    consent: Consent, member_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the member does while it is gathered is in none of its tables."""
    senders, gathering = Senders(consent), exports.history
    topic = await senders.marketing(member_id)

    async def meanwhile(reader: Any, one: UUID) -> Any:
        history = await gathering(reader, one)
        await senders.switch(member_id, topic, on=False)
        await Desk(consent).ask(member_id, "REFUSE_AUTOMATED")
        await consent.publish(factories.purpose(later))
        return history

    later = fresh("later")
    monkeypatch.setattr(exports, "history", meanwhile)
    tables = await exported(consent, member_id)
    assert [len(tables[name]) for name in ("consents", "preference_changes", "rights_requests")] == [1, 0, 0]
    assert later not in {row["key"] for row in tables["purposes"]}
    monkeypatch.setattr(exports, "history", gathering)
    tables = await exported(consent, member_id)
    assert [len(tables[name]) for name in ("consents", "preference_changes", "rights_requests")] == [1, 2, 1]


_ELSEWHERE = {
    "acts": "a client's own keys of what consents and preference_changes hold",
    "consent_events": "consents",
    "directive_changes": "directives",
    "consent_states": "the fold of consents",
    "erased_members": "who is erased fetches no package",
    "exported_members": "sent_abroad",
    "members": "automated_refused_at and restricted are the fold of preference_changes and restrictions",
    "outbox": "events on their way",
    "preferences": "sending_preferences",
    "restriction_changes": "restrictions",
    "wards": "the fold of guardian_changes",
}


async def test_every_table_that_names_a_member_is_in_the_package(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    named = await as_app.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'member_id'"
    )
    exporting = await exported(consent, member_id)
    assert {row[0] for row in named} - set(exporting) - set(_ELSEWHERE) == set()


@pytest.mark.parametrize(
    "caller", [OFFICER, Caller(CallerKind.SERVICE, "loyalty"), Caller(CallerKind.MEMBER, "x")], ids=str
)
async def test_only_the_members_service_exports(consent: Consent, member_id: str, caller: Any) -> None:
    asker = member(member_id) if caller.kind is CallerKind.MEMBER else caller
    with refused("NOT_ALLOWED"):
        await exported(consent, member_id, asker)
