"""Rewards at the service's own doors: offered by staff, taken by members or in their name."""

from typing import Any

import httpx

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, cny
from tests.loyalty.spending import done

NAMED = {"zh": "茶杯", "en": "Cup"}
WHY = {"reason": "spring range"}


def terms(points: int = 100, **changes: Any) -> dict[str, Any]:
    """Goods for points, as many as anyone wants."""
    return {
        "name": NAMED,
        "kind": "REWARD_KIND_GOODS",
        "currency": "POINTS",
        "points": points,
        "unitCost": cny(1200),
    } | changes


async def draft(loyalty: Loyalty, reward: str, **body: Any) -> httpx.Response:
    return await loyalty.staff(
        "RewardsService/DraftReward", {"reward": reward, "terms": terms(), **WHY, **body}
    )


async def publish(loyalty: Loyalty, reward: str, edition: int = 1) -> dict[str, Any]:
    body = {"reward": reward, "edition": edition, **WHY}
    return await done(loyalty.staff("RewardsService/PublishReward", body))


async def stock(loyalty: Loyalty, reward: str, delta: int, change_id: str) -> httpx.Response:
    body = {"reward": reward, "delta": delta, "changeId": change_id, **WHY}
    return await loyalty.staff("RewardsService/ChangeRewardStock", body)


async def offer(loyalty: Loyalty, reward: str, pieces: int | None = None, **changes: Any) -> None:
    """Put a reward into the catalogue, so many pieces of it or without end."""
    await done(draft(loyalty, reward, terms=terms(**changes, limited=pieces is not None)))
    await publish(loyalty, reward)
    if pieces:
        await done(stock(loyalty, reward, pieces, "first"))


async def take(loyalty: Loyalty, member: str, reward: str, redemption_id: str, **body: Any) -> httpx.Response:
    """A member redeems a reward."""
    headers = {rpc.CALLER_HEADER: loyalty.assertion("member", member)}
    asked = {"memberId": member, "reward": reward, "redemptionId": redemption_id, **body}
    return await loyalty.call("RewardRedemptionsService/RedeemReward", asked, headers=headers)


async def decide(
    loyalty: Loyalty, method: str, member: str, redemption_id: str, **body: Any
) -> httpx.Response:
    """Staff or the order system fulfils or cancels."""
    asked = {"memberId": member, "redemptionId": redemption_id, **body}
    return await loyalty.order_system(f"RewardRedemptionsService/{method}RewardRedemption", asked)


async def left(loyalty: Loyalty, reward: str) -> tuple[int, int]:
    """A reward's stock, and how much of it is taken."""
    (row,) = await loyalty.sql("SELECT stock, taken FROM rewards WHERE reward = $1", reward)
    return row["stock"], row["taken"]


async def offered(loyalty: Loyalty) -> list[str]:
    """What anyone may see."""
    answer = await done(loyalty.call("RewardsService/ListRewards", {}))
    return [one["reward"] for one in answer.get("rewards", [])]
