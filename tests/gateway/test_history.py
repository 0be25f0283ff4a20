"""Looking back through GraphQL: a member's past for the member and for staff, and the figures for finance."""

from typing import Any

from tests.gateway.gateway_client import Gateway, code

MEMBER = "5f0d6e0a-0000-4000-8000-000000000001"
EVERYTHING = """
  entryId type currency points programmeVersion occurredAt lot { points month source }
  earning { source orderId tier total { formatted } exact points lines { lineId points }
            verdicts { key points per { formatted } rounding counted reason steps multiplier exact } }
  refund { refundId refundedAfter { minorUnits } takenBackBefore takenBackAfter byLine becameDebt
           lines { lineId earned takenBackAfter } }
  redemption { points returned taken { points } }
  reversal { redemptionEntryId reversalId points expired }
  hold { id state }
  expiry { expiredAt hasMore origins { entryId orderRef expiry { kind period rounding dates } } }
  transferId
  maturation { maturesAt kind period hasMore origins { entryId } }
"""


def told(answer: dict[str, Any]) -> Any:
    """What was answered, without an error."""
    assert "errors" not in answer, answer
    return answer["data"]


async def test_a_member_sees_what_there_was_at_a_past_instant(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    query = """{ me { balanceAsOf(at: "2026-03-01T08:00:00+08:00") {
      at programmeVersion balances { currency available held } lots { points expiresAt source }
      holds { holdId points expiresAt } } } }"""
    past = told(await gateway.ask(query, token))["me"]["balanceAsOf"]
    assert (past["at"], past["programmeVersion"]) == ("2026-03-01T00:00:00Z", 2)
    assert past["balances"] == [{"currency": "POINTS", "available": 40, "held": 5}]
    assert past["lots"] == [{"points": 40, "expiresAt": "2027-02-01T00:00:00Z", "source": "EARNED"}]
    assert past["holds"] == [{"holdId": "cart", "points": 5, "expiresAt": "2026-04-01T00:00:00Z"}]
    ((caller, request),) = gateway.services.requests
    assert (caller.id, request.member_id) == (member_id, member_id)
    assert request.at.ToJsonString() == "2026-03-01T00:00:00Z"


async def test_a_statement_opens_and_closes_and_pages(gateway: Gateway) -> None:
    _, token = gateway.join()
    query = """query($after: String) { me { statement(
        from: "2026-01-01T00:00:00Z", to: "2026-04-01T00:00:00Z", currency: "POINTS", first: 20, after: $after) {
      currency since until opening { available } closing { available pending held }
      lines { entryId type points change { available } after { available } postedAt orderRef }
      sums { type entries points change { available } } hasNextPage endCursor } } }"""
    said = told(await gateway.ask(query, token))["me"]["statement"]
    assert (said["opening"], said["closing"]["available"]) == ({"available": -10}, 0)
    assert [line["entryId"] for line in said["lines"]] == ["entry-2", None]
    assert [line["after"]["available"] for line in said["lines"]] == [30, 0]
    assert said["sums"][0] == {"type": "EARN", "entries": 1, "points": 40, "change": {"available": 40}}
    told(await gateway.ask(query, token, variables={"after": said["endCursor"]}))
    (_, first), (_, second) = gateway.services.requests
    assert (first.after, second.after) == ("", "entry-2")
    assert first.instants.until.ToJsonString() == "2026-04-01T00:00:00Z"


async def test_a_statement_of_local_days_is_asked_for_as_such(gateway: Gateway) -> None:
    _, token = gateway.join()
    query = '{me{statement(days:{first:"2026-11-01",last:"2026-11-30"},first:5){closing{held}}}}'
    told(await gateway.ask(query, token))
    ((_, request),) = gateway.services.requests
    assert (request.days.first, request.days.last, request.first) == ("2026-11-01", "2026-11-30", 5)
    both = '{me{statement(from:"2026-01-01T00:00:00Z",days:{first:"2026-11-01",last:"2026-11-30"},first:5){currency}}}'
    assert code(await gateway.ask(both, token)) == "BAD_USER_INPUT"
    assert code(await gateway.ask(query.replace("first:5", "first:101"), token)) == "BAD_USER_INPUT"
    assert len(gateway.services.requests) == 1


async def test_an_explanation_comes_in_parts_and_names_no_staff_to_members(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.ask(f'{{me{{explain(entryId:"entry-2"){{{EVERYTHING}}}}}}}', token)
    why = told(answer)["me"]["explain"]
    assert why["lot"] == {"points": 40, "month": "2026-01", "source": "EARNED"}
    base, big = why["earning"]["verdicts"]
    assert base == {
        "key": "base",
        "points": 1,
        "per": {"formatted": "¥1.00"},
        "rounding": "WHOLE_STEPS",
        "counted": True,
        "reason": None,
        "steps": 4,
        "multiplier": "1.5",
        "exact": "6",
    }
    assert (big["counted"], big["reason"], big["steps"]) == (False, "OTHER", None)
    assert why["refund"]["lines"] == [{"lineId": "1", "earned": 6, "takenBackAfter": 3}]
    assert (why["redemption"]["returned"], why["reversal"]["expired"]) == (5, 2)
    assert why["hold"] == {"id": "cart", "state": "TIMED_OUT"}
    (origin,) = why["expiry"]["origins"]
    assert origin["expiry"] == {"kind": "AFTER_PERIOD", "period": "P12M", "rounding": "MONTH", "dates": []}
    assert (why["maturation"]["kind"], why["maturation"]["period"]) == ("AFTER_PERIOD", "P7D")
    assert why["transferId"] == "birthday"
    assert "ada" not in str(answer)


async def test_staff_see_a_members_past_and_who_did_it(gateway: Gateway) -> None:
    query = f"""query($id: UUID!) {{
      balanceAsOf(memberId: $id, at: "2026-03-01T00:00:00Z") {{ balances {{ available }} }}
      ledgerStatement(memberId: $id, days: {{first: "2026-01-01", last: "2026-03-31"}}, first: 10) {{ currency }}
      explainEntry(memberId: $id, entryId: "entry-2") {{ explanation {{ {EVERYTHING} }} actor reason
        adjustment {{ actor reason requestId requestedBy approvedBy approvedAt note }}
        merge {{ mergeId fromMemberId intoMemberId undoing }} }}
    }}"""
    data = told(await gateway.admin(query, "support", variables={"id": MEMBER}))
    assert data["balanceAsOf"]["balances"] == [{"available": 40}]
    assert data["ledgerStatement"] == {"currency": "POINTS"}
    why = data["explainEntry"]
    assert (why["actor"], why["reason"]) == ("staff:ada", "GOODWILL")
    assert why["adjustment"]["approvedBy"] == "staff:bob"
    assert why["merge"] == {
        "mergeId": "merge-1",
        "fromMemberId": "member-1",
        "intoMemberId": "member-2",
        "undoing": True,
    }
    assert {request.member_id for _, request in gateway.services.requests} == {MEMBER}
    assert {caller.actor for caller, _ in gateway.services.requests} == {"staff:ops-1"}


async def test_finance_reads_its_figures_beyond_32_bits(gateway: Gateway) -> None:
    query = """{
      outstandingPoints { currency open debt total members overdue byMonthEarned { month points }
                          byMonthOfExpiry { month points } bySource { source points } }
      pointsLiability { points gross { formatted } breakageRate expectedBreakage net { formatted } }
      breakage { currency months { month issued expired rate } total { month issued } }
      dailyMovements(days: {first: "2026-11-01", last: "2026-11-01"}) { currency opening closing
        days { day moved { issued redeemed writtenOff expired } outstanding } total { issued } }
      trialBalance { currency sum accounts { account points } }
    }"""
    data = told(await gateway.admin(query, "auditor"))
    (outstanding,) = data["outstandingPoints"]
    assert (outstanding["open"], outstanding["total"], outstanding["members"]) == (2**40 + 3, 2**40, 7)
    assert outstanding["byMonthEarned"][1] == {"month": None, "points": 3}
    assert outstanding["bySource"] == [{"source": "IMPORTED", "points": 2**40 + 3}]
    (liability,) = data["pointsLiability"]
    assert (liability["gross"]["formatted"], liability["net"]["formatted"]) == ("¥2.50", "¥0.62")
    assert data["breakage"][0]["months"] == [
        {"month": "2026-01", "issued": 100, "expired": 75, "rate": "0.7500"}
    ]
    (movements,) = data["dailyMovements"]
    assert movements["days"] == [
        {
            "day": "2026-11-01",
            "moved": {"issued": 100, "redeemed": 30, "writtenOff": 2, "expired": 0},
            "outstanding": 82,
        }
    ]
    assert data["trialBalance"][0]["accounts"][1] == {"account": "ISSUED", "points": -82}


async def test_a_past_that_is_away_takes_only_itself(gateway: Gateway) -> None:
    _, token = gateway.join(name="小满")
    gateway.services.away.add("loyalty")
    answer = await gateway.ask('{me{displayName balanceAsOf(at:"2026-03-01T00:00:00Z"){at}}}', token)
    assert answer["data"] == {"me": {"displayName": "小满", "balanceAsOf": None}}
    assert code(answer) == "AWAY"
