"""Rights requests at the door (PIPL 44 to 50): who may ask what, what is done by itself, and what people decide."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import purposes_pb2, rights_pb2
from huiyuan.consent.v1.events_pb2 import ConsentEvent, RightsTask
from huiyuan.kit.v1 import erasures_pb2
from huiyuan.members.v1 import events_pb2 as members

from infra.local.databases import DatabaseUrls
from services.consent.jobs import rights as watching
from services.kit import database
from services.kit.rpc import RemoteRefusal
from tests.consent import factories
from tests.consent.rights import COLLEAGUE, REASONED, Desk, hear, state, steps
from tests.consent.senders import Senders
from tests.consent.service import OFFICER, SUPPORT, Consent, fresh, member, refused


@pytest.fixture
def desk(consent: Consent) -> Desk:
    return Desk(consent)


async def tasks(as_app: asyncpg.Connection, member_id: str) -> list[str]:
    """What the members service was asked to do."""
    rows = await as_app.fetch(
        "SELECT event FROM outbox WHERE type = 'RightsTaskAsked' AND member_id = $1 ORDER BY seq",
        UUID(member_id),
    )
    asked = [ConsentEvent.FromString(row["event"]).rights_task_asked for row in rows]
    return [RightsTask.Name(one.task).removeprefix("RIGHTS_TASK_") for one in asked]


async def given(consent: Consent, member_id: str, **changes: object) -> str:
    """A purpose that the member consented to."""
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key, **changes))
    await consent.give(factories.grant(member_id, shown, key=fresh("give")))
    return key


async def test_art_15_withdrawing_by_request_needs_nobody_and_the_gate_denies_at_once(
    desk: Desk, consent: Consent, member_id: str
) -> None:
    key = await given(consent, member_id)
    done = await desk.ask(member_id, "WITHDRAW", purposes=[key], signed_in=False)
    assert steps(done) == ["RECEIVED", "ACCEPTED", "RUNNING", "FULFILLED"]
    answer = await consent.check(member_id, key)
    assert (answer.allow, answer.reason) == (False, "CONSENT_WITHDRAWN")
    assert [proof.reference for proof in done.proofs] == [answer.record_id]


async def test_art_15_withdrawing_by_request_withdraws_from_every_recipient(
    desk: Desk, consent: Consent, member_id: str
) -> None:
    key, other = fresh("share"), fresh("share")
    recipients = ["partner-a", "partner-b"]
    for purpose in (key, other):
        shown = await consent.ask(
            factories.purpose(purpose, recipients=[*recipients, "partner-c"], assessment_id="PIA-1")
        )
        for to in recipients:
            await consent.give(factories.grant(member_id, shown, key=fresh("give"), recipient_id=to))
    done = await desk.ask(member_id, "WITHDRAW", purposes=[key])
    assert state(done) == "FULFILLED"
    answers = [await consent.check(member_id, key, recipient_id=to) for to in recipients]
    assert [answer.reason for answer in answers] == ["CONSENT_WITHDRAWN"] * 2
    assert {answer.record_id for answer in answers} < {proof.reference for proof in done.proofs}
    assert (await consent.check(member_id, other, recipient_id="partner-a")).allow


@pytest.mark.parametrize("kind", ["RESTRICT", "WITHDRAW"])
async def test_what_was_never_published_is_not_told_as_done(
    desk: Desk, consent: Consent, member_id: str, kind: str
) -> None:
    key = await given(consent, member_id)
    with refused("UNKNOWN_PURPOSE"):
        await desk.ask(member_id, kind, purposes=[key, f"{key}_misspelt"])
    assert (await consent.check(member_id, key)).allow


async def test_art_44_restricting_stops_the_gate_and_sends_but_not_the_contract(
    desk: Desk, consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    wanted, other = await given(consent, member_id), await given(consent, member_id)
    contract, duty = fresh("points"), fresh("accounts")
    await consent.publish(factories.contract_purpose(contract))
    await consent.publish(factories.contract_purpose(duty, lawful_basis=purposes_pb2.LAWFUL_BASIS_LEGAL_DUTY))
    done = await desk.ask(member_id, "RESTRICT", purposes=[wanted])
    assert state(done) == "FULFILLED"
    answer = await consent.check(member_id, wanted)
    assert (answer.allow, answer.reason, answer.article) == (False, "PROCESSING_RESTRICTED", "PIPL 44")
    assert (await consent.check(member_id, other)).allow
    await desk.ask(member_id, "RESTRICT")
    allowed = [(await consent.check(member_id, key)).allow for key in (wanted, other, contract, duty)]
    assert allowed == [False, False, True, True]
    await desk.ask(member_id, "RESTRICT", purposes=[contract, duty])
    assert [(await consent.check(member_id, key)).allow for key in (contract, duty)] == [False, True]
    epochs = await as_app.fetch("SELECT epoch FROM restriction_changes WHERE member_id = $1", UUID(member_id))
    held = await as_app.fetchval("SELECT epoch FROM members WHERE member_id = $1", UUID(member_id))
    assert max(row["epoch"] for row in epochs) == held


async def test_art_24_refusing_automated_decisions_by_request_holds_at_once(
    desk: Desk, consent: Consent, member_id: str
) -> None:
    key = await given(consent, member_id, methods=["profile"], assessment_id="PIA-1")
    done = await desk.ask(member_id, "REFUSE_AUTOMATED", signed_in=False)
    assert state(done) == "FULFILLED"
    answer = await consent.check(member_id, key)
    assert (answer.reason, answer.non_personalised) == ("AUTOMATED_DECISIONS_REFUSED", True)


async def test_art_48_rules_are_explained_by_the_notices_in_force_and_their_digests(
    desk: Desk, consent: Consent, member_id: str
) -> None:
    shown = await consent.ask(factories.purpose(fresh("sms")))
    done = await desk.ask(member_id, "EXPLAIN_RULES", signed_in=False)
    assert f"{shown.notice_id} {shown.digest}" in {proof.reference for proof in done.proofs}


@pytest.mark.parametrize("what", ["ACCESS", "COPY", "PORT"])
async def test_art_45_a_package_is_asked_for_once_it_is_known_who_asks(
    desk: Desk, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection, what: str
) -> None:
    request = await desk.ask(member_id, what, signed_in=False)
    assert (state(request), await tasks(as_app, member_id)) == ("VERIFYING", [])
    stale = datetime.now(UTC) - timedelta(minutes=16)
    for said in (stale, datetime.now(UTC) + timedelta(minutes=5)):
        with refused("IDENTITY_NOT_VERIFIED"):
            await desk.verify(request, authenticated_at=said)
    running = await desk.verify(request, authenticated_at=datetime.now(UTC))
    assert (state(running), await tasks(as_app, member_id)) == ("RUNNING", ["PACKAGE"])
    await hear(urls, member_id, "PackageReady", package_ready=members.PackageReady(package_id="p-1"))
    [done] = await desk.mine(member_id)
    assert steps(done) == ["RECEIVED", "VERIFYING", "ACCEPTED", "RUNNING", "FULFILLED"]
    assert [(proof.store, proof.reference) for proof in done.proofs] == [("members/packages", "p-1")]
    assert done.ended_at.ToDatetime() > done.received_at.ToDatetime()


async def test_art_47_an_erasure_is_accepted_by_a_person_and_proved_by_every_store(
    desk: Desk, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    waiting = await desk.ask(member_id, "DELETE")
    other = await desk.ask(member_id, "CORRECT", subject="full_name")
    assert (state(waiting), await tasks(as_app, member_id)) == ("RECEIVED", [])
    await desk.accept(waiting)
    assert await tasks(as_app, member_id) == ["ERASURE"]
    with refused("RIGHTS_REQUEST_NOT_OPEN"):
        await desk.cancel(waiting)
    erasure_id = str(uuid4())
    await hear(urls, member_id, "MemberErased", member_erased=members.MemberErased(erasure_id=erasure_id))
    found = {one.request_id: one for one in (await desk.queue(ended_too=True)).requests}
    assert state(found[waiting.request_id]) == "RUNNING"
    assert found[waiting.request_id].member_id == ""
    assert state(found[other.request_id]) == "CANCELLED"
    proof = erasures_pb2.StoreProof(store="orders", action=erasures_pb2.STORE_ACTION_KEPT, count=3)
    told = members.MemberErasureCompleted(
        erasure_id=erasure_id, stores=[members.ErasedStoreProof(store="loyalty", proof=[proof])]
    )
    for _ in range(2):
        await hear(urls, member_id, "MemberErasureCompleted", member_erasure_completed=told)
    found = {one.request_id: one for one in (await desk.queue(ended_too=True)).requests}
    done = found[waiting.request_id]
    assert state(done) == "FULFILLED"
    assert [(one.store, one.action, one.count) for one in done.proofs] == [("loyalty/orders", "KEPT", 3)]
    events = await as_app.fetch("SELECT member_id, event FROM outbox WHERE type = 'RightsRequestChanged'")
    about = [row for row in events if waiting.request_id.encode() in row["event"]]
    assert about[-1]["member_id"] is None
    pseudonym = await as_app.fetchval(
        "SELECT member_id FROM rights_requests WHERE request_id = $1", UUID(waiting.request_id)
    )
    assert str(pseudonym) != member_id
    with refused("MEMBER_ERASED"):
        await desk.ask(member_id, "KNOW")


async def test_erasure_takes_wishes_directives_and_restrictions_with_it(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    await desk.ask(member_id, "REFUSE_AUTOMATED")
    await desk.ask(member_id, "RESTRICT")
    directive = rights_pb2.SetDirectiveRequest(
        member_id=member_id, directive=rights_pb2.DIRECTIVE_KIN_MAY_ASK
    )
    await consent.rights.set_directive(directive, headers=consent.by(member(member_id)))
    erased = members.MemberErased(erasure_id=str(uuid4()))
    await hear(urls, member_id, "MemberErased", member_erased=erased)
    late = Senders(consent)
    for written_after_all in (
        late.be_quiet(member_id, None),
        late.suppress(member_id, "COMPLAINT"),
        consent.rights.set_directive(directive, headers=consent.by(member(member_id))),
    ):
        with refused("MEMBER_ERASED"):
            await written_after_all
    tables = await as_app.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'member_id' "
        "AND table_schema = 'public' AND table_name NOT IN ('erased_members', 'outbox')"
    )
    assert len(tables) > 8
    for (table,) in tables:
        left = await as_app.fetchval(
            f"SELECT count(*) FROM {table} WHERE member_id = $1",
            UUID(member_id),
        )
        assert left == 0, table


async def test_closing_by_request_ends_with_the_membership_or_is_taken_back(
    desk: Desk, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    first = await desk.ask(member_id, "CLOSE_ACCOUNT")
    assert (state(first), await tasks(as_app, member_id)) == ("RUNNING", ["CLOSING"])
    canceled = members.MemberClosingCanceled()
    await hear(urls, member_id, "MemberClosingCanceled", member_closing_canceled=canceled)
    second = await desk.ask(member_id, "CLOSE_ACCOUNT")
    await hear(urls, member_id, "MemberClosed", member_closed=members.MemberClosed())
    found = {one.request_id: state(one) for one in await desk.mine(member_id)}
    assert found == {first.request_id: "CANCELLED", second.request_id: "FULFILLED"}


async def test_what_the_members_service_cannot_do_is_noted_and_stays_open(
    desk: Desk, member_id: str, urls: DatabaseUrls
) -> None:
    request = await desk.ask(member_id, "ACCESS")
    told = members.RightsTaskDeclined(request_id=request.request_id, code="UNKNOWN_MEMBER")
    await hear(urls, member_id, "RightsTaskDeclined", rights_task_declined=told)
    [waiting] = await desk.mine(member_id)
    assert state(waiting) == "RUNNING"
    assert (waiting.steps[-1].actor, waiting.steps[-1].note) == ("service:members", "UNKNOWN_MEMBER")


@pytest.mark.parametrize(
    ("article", "remedy", "ground"),
    [
        ("PIPL 47", " ", 3),
        ("PIPL 47", "x" * 501, 3),
        ("", "Appeal.", 3),
        ("47", "Appeal.", 3),
        ("PIPL 47", "Appeal.", 0),
    ],
)
async def test_art_50_a_refusal_without_code_article_or_remedy_is_rejected(
    desk: Desk, member_id: str, article: str, remedy: str, ground: int
) -> None:
    request = await desk.ask(member_id, "DELETE")
    said = rights_pb2.RightsRefusal(ground=ground, article=article, remedy=remedy)  # type: ignore[arg-type]
    with refused("REFUSAL_NOT_REASONED", "PIPL 50"):
        await desk.refuse(request, said)
    assert [state(one) for one in await desk.mine(member_id)] == ["RECEIVED"]


async def test_art_50_a_refused_member_appeals_once_and_somebody_else_decides(
    desk: Desk, member_id: str, as_app: asyncpg.Connection
) -> None:
    request = await desk.refuse(await desk.ask(member_id, "DELETE"))
    assert (state(request), request.refusal) == ("REFUSED", REASONED)
    with refused("UNKNOWN_RIGHTS_REQUEST"):
        await desk.appeal(request, by=str(uuid4()))
    appeal = await desk.appeal(request)
    assert (state(appeal), appeal.appeal_of) == ("RECEIVED", request.request_id)
    with refused("NOT_APPEALABLE"):
        await desk.appeal(request)
    with refused("SAME_OFFICER"):
        await desk.accept(appeal)
    with refused("SAME_OFFICER"):
        await desk.refuse(appeal)
    assert state(await desk.accept(appeal, by=COLLEAGUE)) == "RUNNING"
    assert await tasks(as_app, member_id) == ["ERASURE"]


async def test_part_of_an_answer_is_reasoned_too_and_what_must_be_kept_is_used_for_nothing(
    desk: Desk, consent: Consent, member_id: str
) -> None:
    key = await given(consent, member_id)
    request = await desk.accept(await desk.ask(member_id, "CORRECT", subject="birth_date"))
    with refused("REFUSAL_NOT_REASONED", "PIPL 50"):
        await desk.conclude(request, "PARTIAL")
    with refused("RIGHTS_REQUEST_MALFORMED"):
        await desk.conclude(request, "CANCELLED")
    assert (await consent.check(member_id, key)).allow
    done = await desk.conclude(request, "RESTRICTED", refusal=REASONED)
    assert (state(done), done.proofs[-1].reference) == ("RESTRICTED", "file 7")
    assert (await consent.check(member_id, key)).reason == "PROCESSING_RESTRICTED"


async def test_art_49_kin_ask_the_officer_and_the_directive_blocks_them(
    desk: Desk, consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    with refused("RIGHTS_REQUEST_MALFORMED", "PIPL 49"):
        await desk.ask(member_id, "POSTHUMOUS", wanted=rights_pb2.RIGHTS_KIND_COPY)
    kin = {"wanted": rights_pb2.RIGHTS_KIND_DELETE, "channel": "letter", "by": OFFICER}
    unseen = await desk.ask(member_id, "POSTHUMOUS", **kin)  # type: ignore[arg-type]
    assert state(unseen) == "VERIFYING"
    with refused("IDENTITY_NOT_VERIFIED"):
        await desk.accept(unseen)
    seen = await desk.verify(unseen, verification="kinship file 12")
    directive = rights_pb2.SetDirectiveRequest(
        member_id=member_id, directive=rights_pb2.DIRECTIVE_KIN_MAY_NOT_ASK
    )
    await consent.rights.set_directive(directive, headers=consent.by(member(member_id)))
    with refused("DIRECTIVE_BLOCKS_KIN", "PIPL 49"):
        await desk.accept(seen)
    with refused("DIRECTIVE_BLOCKS_KIN", "PIPL 49"):
        await desk.ask(member_id, "POSTHUMOUS", verification="file 13", **kin)  # type: ignore[arg-type]
    directive.directive = rights_pb2.DIRECTIVE_KIN_MAY_ASK
    await consent.rights.set_directive(directive, headers=consent.by(member(member_id)))
    assert state(await desk.accept(seen)) == "RUNNING"
    assert await tasks(as_app, member_id) == ["ERASURE"]


async def test_nobody_asks_in_anothers_name_and_members_do_not_decide(desk: Desk, member_id: str) -> None:
    other = str(uuid4())
    with refused("NOT_ALLOWED"):
        await desk.ask(member_id, "ACCESS", by=member(other))
    request = await desk.ask(member_id, "DELETE")
    for by in (member(member_id), SUPPORT):
        with refused("NOT_ALLOWED"):
            await desk.accept(request, by=by)
    with refused("UNKNOWN_RIGHTS_REQUEST"):
        await desk.cancel(request, by=other)
    assert await desk.mine(other) == []
    assert state(await desk.cancel(request)) == "CANCELLED"
    with refused("RIGHTS_REQUEST_NOT_OPEN"):
        await desk.accept(request)


async def test_the_same_request_is_one_and_its_key_is_no_other_s(desk: Desk, member_id: str) -> None:
    first = await desk.asked(member_id, "DELETE", idempotency_key="once")
    again = await desk.asked(member_id, "DELETE", idempotency_key="once")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.request.request_id == first.request.request_id
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await desk.ask(member_id, "ACCESS", idempotency_key="once")
    assert len(await desk.mine(member_id)) == 1


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("WITHDRAW", {}),
        ("ACCESS", {"purposes": ["sms"]}),
        ("RESTRICT", {"purposes": ["sms", "sms"]}),
        ("CORRECT", {}),
        ("CORRECT", {"subject": "my name is 小满"}),
        ("EXPLAIN_DECISION", {}),
        ("KNOW", {"channel": "By Phone"}),
        ("KNOW", {"idempotency_key": ""}),
        ("KNOW", {"wanted": rights_pb2.RIGHTS_KIND_COPY}),
        ("UNSPECIFIED", {}),
    ],
)
async def test_malformed_requests_are_refused_and_nothing_is_kept(
    desk: Desk, member_id: str, what: str, said: dict[str, object]
) -> None:
    with refused("RIGHTS_REQUEST_MALFORMED"):
        await desk.ask(member_id, what, **said)  # type: ignore[arg-type]
    assert await desk.mine(member_id) == []


async def test_merged_members_see_all_their_requests_and_stay_restricted(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls
) -> None:
    into, key = str(uuid4()), fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(into, shown, key="a"))
    request = await desk.ask(member_id, "RESTRICT")
    merged = members.MembersMerged(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MembersMerged", members_merged=merged)
    assert [one.request_id for one in await desk.mine(into)] == [request.request_id]
    assert (await consent.check(into, key)).reason == "PROCESSING_RESTRICTED"
    undone = members.MergeUndone(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MergeUndone", merge_undone=undone)
    assert (await consent.check(into, key)).allow
    assert (await consent.check(member_id, key)).reason == "PROCESSING_RESTRICTED"


@pytest.mark.parametrize("by", ["old", "new", "again", "asked before"])
async def test_what_is_restricted_while_merged_holds_by_either_id_and_stays_with_who_parts(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls, by: str
) -> None:
    into = str(uuid4())
    both, own = await given(consent, member_id), await given(consent, into)
    await desk.ask(into, "RESTRICT", purposes=[own])
    if by == "again":
        await desk.ask(into, "RESTRICT", purposes=[both])
    asked_before = await desk.ask(member_id, "DELETE")
    unseen = await desk.ask(member_id, "DELETE", signed_in=False)
    merged = members.MembersMerged(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MembersMerged", members_merged=merged)
    if by == "asked before":
        await desk.conclude(await desk.accept(asked_before), "RESTRICTED", refusal=REASONED)
    else:
        await desk.ask(member_id if by == "old" else into, "RESTRICT", purposes=[both])
    assert state(await desk.cancel(unseen, by=into)) == "CANCELLED", "a request of before is theirs"
    assert [(await consent.check(one, both)).reason for one in (member_id, into)] == [
        "PROCESSING_RESTRICTED"
    ] * 2
    mine = [[one.request_id for one in await desk.mine(one)] for one in (member_id, into)]
    assert mine[0] == mine[1]
    assert len(mine[0]) == {"asked before": 3, "again": 5}.get(by, 4)
    undone = members.MergeUndone(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MergeUndone", merge_undone=undone)
    assert (await consent.check(member_id, both)).reason == "PROCESSING_RESTRICTED"
    what = "*" if "asked" in by else both
    assert await desk_restricted(urls, member_id, into) == [[what], sorted([what, own])]


async def desk_restricted(urls: DatabaseUrls, *member_ids: str) -> list[list[str]]:
    connection = await asyncpg.connect(urls.owner)
    try:
        return [
            await connection.fetchval("SELECT restricted FROM members WHERE member_id = $1", UUID(one))
            for one in member_ids
        ]
    finally:
        await connection.close()


async def test_art_49_a_directive_of_before_a_merge_blocks_kin_of_the_survivor(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls
) -> None:
    into = str(uuid4())
    kin = {"wanted": rights_pb2.RIGHTS_KIND_DELETE, "channel": "letter", "by": OFFICER, "verification": "f 1"}
    directive = rights_pb2.SetDirectiveRequest(
        member_id=member_id, directive=rights_pb2.DIRECTIVE_KIN_MAY_NOT_ASK
    )
    await consent.rights.set_directive(directive, headers=consent.by(member(member_id)))
    merged = members.MembersMerged(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MembersMerged", members_merged=merged)
    with refused("DIRECTIVE_BLOCKS_KIN", "PIPL 49"):
        await desk.ask(into, "POSTHUMOUS", **kin)  # type: ignore[arg-type]
    directive.directive = rights_pb2.DIRECTIVE_KIN_MAY_ASK
    await consent.rights.set_directive(directive, headers=consent.by(member(member_id)))
    assert state(await desk.ask(into, "POSTHUMOUS", **kin)) == "RECEIVED"  # type: ignore[arg-type]


@pytest.mark.parametrize("meanwhile", ["KIN_MAY_ASK", "KIN_MAY_NOT_ASK"])
@pytest.mark.parametrize("before", ["KIN_MAY_ASK", "KIN_MAY_NOT_ASK", None])
async def test_art_49_who_parts_is_asked_about_by_the_own_directive_and_every_no_of_meanwhile(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls, before: str | None, meanwhile: str
) -> None:
    into = str(uuid4())

    async def say(who: str, what: str) -> None:
        said = rights_pb2.Directive.Value(f"DIRECTIVE_{what}")
        request = rights_pb2.SetDirectiveRequest(member_id=who, directive=said)
        await consent.rights.set_directive(request, headers=consent.by(member(who)))

    async def reads(who: str, by: Any) -> str:
        request = rights_pb2.GetDirectiveRequest(member_id=who)
        answer = await consent.rights.get_directive(request, headers=consent.by(by))
        return rights_pb2.Directive.Name(answer.directive).removeprefix("DIRECTIVE_")

    async def may(who: str) -> bool:
        kin = {"wanted": rights_pb2.RIGHTS_KIND_COPY, "channel": "letter", "verification": "f 1"}
        try:
            await desk.ask(who, "POSTHUMOUS", by=OFFICER, **kin)
        except RemoteRefusal as refusal:
            return refusal.code != "DIRECTIVE_BLOCKS_KIN"
        return True

    if before is not None:
        await say(member_id, before)
    assert await reads(member_id, member(member_id)) == (before or "UNSPECIFIED")
    merged = members.MembersMerged(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MembersMerged", members_merged=merged)
    assert await may(into) == (before != "KIN_MAY_NOT_ASK")
    await say(member_id, meanwhile)
    assert await reads(member_id, OFFICER) == await reads(into, member(into)) == meanwhile
    with refused("NOT_ALLOWED"):
        await reads(into, member(str(uuid4())))
    assert [await may(one) for one in (member_id, into)] == [meanwhile == "KIN_MAY_ASK"] * 2
    undone = members.MergeUndone(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MergeUndone", merge_undone=undone)
    assert await may(into) == (meanwhile == "KIN_MAY_ASK")
    assert await may(member_id) == (meanwhile == "KIN_MAY_ASK" and before != "KIN_MAY_NOT_ASK")


async def test_a_request_is_known_by_the_id_that_it_was_sent_as(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls
) -> None:
    """Sent again after a merge it is the same one, and another id's key, which is anybody's, is not used up."""
    into, key = str(uuid4()), "ask-1"
    first = await desk.ask(member_id, "DELETE", idempotency_key=key)
    merged = members.MembersMerged(merge_id="m-1", into_member_id=into)
    await hear(urls, member_id, "MembersMerged", members_merged=merged)
    again = await desk.asked(member_id, "DELETE", idempotency_key=key)
    assert (again.replayed, again.request.request_id) == (True, first.request_id)
    other = await desk.asked(into, "RESTRICT", idempotency_key=key)
    assert not other.replayed
    later = await desk.ask(member_id, "CORRECT", idempotency_key="ask-2", subject="birth_date")
    assert later.member_id in (member_id, into)
    anothers = await desk.asked(into, "CORRECT", idempotency_key="ask-2", subject="birth_date")
    assert not anothers.replayed
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await desk.ask(member_id, "DELETE", idempotency_key="ask-2")
    erased = members.MemberErased(erasure_id=str(uuid4()))
    for one in (into, member_id):
        await hear(urls, one, "MemberErased", member_erased=erased)


async def test_the_queue_shows_the_soonest_due_first_page_by_page(desk: Desk, member_id: str) -> None:
    asked = [(await desk.ask(member_id, "DELETE")).request_id for _ in range(3)]
    seen, after = [], ""
    while True:
        page = await desk.queue(first=2, after=after, kind=rights_pb2.RIGHTS_KIND_DELETE)
        seen += [one.request_id for one in page.requests]
        if not page.has_next_page:
            break
        after = page.cursors[-1]
    assert [one for one in seen if one in asked] == asked
    assert len(set(seen)) == len(seen)
    newest = await desk.mine(member_id, first=2)
    assert [one.request_id for one in newest] == asked[:0:-1]


async def test_whoever_s_time_is_nearly_over_is_told_of_once_before_and_once_after(
    desk: Desk, consent: Consent, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    request = await desk.ask(member_id, "DELETE")
    due = request.due_at.ToDatetime(UTC)
    assert timedelta(days=15) < due - datetime.now(UTC) < timedelta(days=25)
    engine = database.engine(urls.app, size=1)
    for at in (due - timedelta(days=9), due - timedelta(hours=1), due - timedelta(minutes=1), due, due):
        await watching.watch(engine, at)
    await engine.dispose()
    rows = await as_app.fetch(
        "SELECT event FROM outbox WHERE type = 'RightsRequestDue' AND member_id = $1 ORDER BY seq",
        UUID(member_id),
    )
    told = [ConsentEvent.FromString(row["event"]).rights_request_due for row in rows]
    assert [(one.request_id, one.overdue) for one in told] == [
        (request.request_id, False),
        (request.request_id, True),
    ]
    consent.clock.shift = timedelta(days=26)
    late = {one.request_id: one.overdue for one in (await desk.queue(due_soon_only=True)).requests}
    assert late[request.request_id]


async def test_art_20_what_came_to_a_joint_handler_is_taken_in(
    desk: Desk, member_id: str, as_app: asyncpg.Connection
) -> None:
    noted = await desk.ask(member_id, "ACCESS", by=SUPPORT, channel="partner", verification="partner file 3")
    assert (state(noted), noted.channel, noted.steps[0].actor) == ("RUNNING", "partner", "staff:support-1")
    assert await tasks(as_app, member_id) == ["PACKAGE"]
    [mine] = await desk.mine(member_id)
    assert mine.request_id == noted.request_id
