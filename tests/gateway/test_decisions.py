"""Decisions through the storefront: what was decided about a member, and what would be without a profile (PIPL 24)."""

from huiyuan.loyalty.v1 import decisions_pb2 as wire

from tests.gateway.gateway_client import Gateway

EXPLAIN = """{ explainDecision { programmeVersion automatedDecisionsRefused
  decided { score reached { key } parts { key actual score cap profiling neutral } offers { tier price { formatted } } }
  nonPersonalised { score reached { key } parts { key score neutral } } } }"""


async def test_a_member_is_told_what_was_decided_and_what_it_would_be_without_a_profile(
    gateway: Gateway,
) -> None:
    member_id, token = gateway.join()
    told = (await gateway.ask(EXPLAIN, token))["data"]["explainDecision"]
    assert (told["programmeVersion"], told["automatedDecisionsRefused"]) == (2, False)
    assert told["decided"] == {
        "score": 500,
        "reached": {"key": "silver"},
        "parts": [
            {
                "key": "habits",
                "actual": 10,
                "score": 500,
                "cap": 500,
                "profiling": True,
                "neutral": False,
            }
        ],
        "offers": [{"tier": "vip", "price": {"formatted": "¥88.00"}}],
    }
    assert told["nonPersonalised"] == {
        "score": 250,
        "reached": None,
        "parts": [{"key": "habits", "score": 250, "neutral": True}],
    }
    caller, request = gateway.services.requests[-1]
    assert (caller.actor, request) == (
        f"member:{member_id}",
        wire.ExplainDecisionRequest(member_id=member_id),
    )


async def test_nobody_else_is_told(gateway: Gateway) -> None:
    answer = await gateway.ask(EXPLAIN)
    assert answer["errors"]
    assert not (answer.get("data") or {}).get("explainDecision")
