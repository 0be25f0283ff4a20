"""A flash sale: more takers than pieces, over two services at once. Every piece goes, and nobody pays for none."""

import asyncio
from typing import Any

from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.rewarding import decide, left, offer, take
from tests.loyalty.spending import code, done
from tests.loyalty.torture.judge import be_sound

PIECES, TAKERS = 10, 80


async def test_exactly_the_pieces_go_and_only_who_got_one_paid(make_loyalty: Any, new_database: Any) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as one, make_loyalty(urls=urls) as other:
        await done(
            one.staff(
                "ProgrammesService/CreateProgramme",
                {"programme": programme(), "makeDefault": True, "reason": "test"},
            )
        )
        await offer(one, "flash", PIECES)
        members = [one.new_member() for _ in range(TAKERS)]
        await credit_all(one, members)
        answers = await asyncio.gather(
            *(take((one, other)[nth % 2], member, "flash", "r") for nth, member in enumerate(members))
        )
        got = [nth for nth, answer in enumerate(answers) if answer.status_code == 200]
        assert len(got) == PIECES
        assert {code(answer) for answer in answers if answer.status_code != 200} == {"REWARD_SOLD_OUT"}
        assert await left(one, "flash") == (PIECES, PIECES)
        spent = await one.sql(
            "SELECT member_id::text FROM wallets WHERE currency = 1 AND available = 100 GROUP BY 1"
        )
        assert {row["member_id"] for row in spent} == {members[nth] for nth in got}
        # Whoever asks the other service gets the same answer, and what is given back is there for one more.
        again = await take(other, members[got[0]], "flash", "r")
        assert again.json() == answers[got[0]].json() | {"replayed": True}
        await done(decide(other, "Cancel", members[got[0]], "r", reason="TEST"))
        late = await asyncio.gather(*(take(other, member, "flash", "late") for member in members[:6]))
        assert sum(answer.status_code == 200 for answer in late) == 1
        assert await left(one, "flash") == (PIECES, PIECES)
        await be_sound(one)


async def credit_all(loyalty: Loyalty, members: list[str]) -> None:
    """200 points for each."""
    body = {"currency": "POINTS", "points": 200, "reason": "GIFT", "idempotencyKey": "gift"}
    await asyncio.gather(
        *(
            done(loyalty.staff("PointsService/AdjustPoints", body | {"memberId": member}))
            for member in members
        )
    )
