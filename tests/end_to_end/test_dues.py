"""What falls due by itself is posted by the worker, though nobody asks, and staff see that it was."""

import asyncio

from tests.end_to_end import books
from tests.end_to_end.callers import PROGRAMME, OrderSystem, Staff, order
from tests.end_to_end.house import House

DUE_RUN = "{ dueRun { due lagSeconds run { members entries setAside finishedAt } } }"


async def test_a_hold_that_nobody_captures_times_out_by_itself(
    running: House, shop: OrderSystem, staff: Staff
) -> None:
    shopper = shop.register()
    shop.record(order(shopper.member_id, 30_000))
    held = {"memberId": shopper.member_id, "programmeId": PROGRAMME, "points": 100, "holdId": "left-behind"}
    shop.done("RedemptionsService/HoldPoints", held | {"timeToLiveSeconds": 1})
    async with asyncio.timeout(60):
        while True:
            (hold,) = await books.select(
                running, "loyalty", "SELECT state FROM holds WHERE member_id = $1", shopper.member_id
            )
            state = staff.data(DUE_RUN)["dueRun"]
            if hold["state"] == "TIMED_OUT" and state["run"] and state["run"]["finishedAt"]:
                break
            await asyncio.sleep(0.05)
    assert (state["due"], state["lagSeconds"], state["run"]["setAside"]) == (0, 0, 0)
    assert shopper.points() == 300
