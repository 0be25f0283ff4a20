"""The due run through the admin schema, as the service tells of it."""

from tests.gateway.gateway_client import Gateway

DUE_RUN = """
{ dueRun { due oldestDueAt lagSeconds run { startedAt finishedAt notedAt members entries setAside membersPerSecond } } }
"""


async def test_staff_see_how_the_due_run_gets_on(gateway: Gateway) -> None:
    answer = await gateway.admin(DUE_RUN, "operations")
    assert answer["data"]["dueRun"] == {
        "due": 3,
        "oldestDueAt": "2026-07-01T00:00:00Z",
        "lagSeconds": 90,
        "run": {
            "startedAt": "2026-07-01T00:00:00Z",
            "finishedAt": None,
            "notedAt": "2026-07-01T00:00:00Z",
            "members": 120_000,
            "entries": 130_000,
            "setAside": 0,
            "membersPerSecond": 9.5,
        },
    }
