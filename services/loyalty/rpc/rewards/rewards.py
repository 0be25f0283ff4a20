"""Rewards at the door: drafted, published, stopped, stocked, and read by anyone."""

from typing import Any

from huiyuan.loyalty.v1 import rewards_pb2 as wire
from huiyuan.loyalty.v1.programme_history_pb2 import DefinitionChange

from services.kit import database, rpc
from services.loyalty.actions import rewards as actions
from services.loyalty.actions.changed import Changed
from services.loyalty.rpc.names import own_id
from services.loyalty.rpc.programmes.changes import of_catalogue, told
from services.loyalty.rpc.programmes.programmes import publisher
from services.loyalty.rpc.programmes.programmes import reason as reason_given
from services.loyalty.rpc.rewards import reward_terms
from services.loyalty.rpc.wire import choice, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.changes import Change, ChangeKind
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.rewards.rewards import RewardState, UnknownReward
from services.loyalty.storage.rewards import rewards
from services.loyalty.storage.rewards.rewards import Reward, StockChange

MOST_REWARDS = 100
_STATE = "REWARD_STATE_"
_writers = rpc.staff("program_admin")
_publishers = rpc.staff("program_admin", "program_publisher")
_stockers = (rpc.staff("program_admin", "operations"), rpc.systems("order_recorder"))
_readers = (
    rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor"),
    rpc.systems("order_recorder"),
)


class Rewards:
    """``huiyuan.loyalty.v1.RewardsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(_writers)
    async def draft_reward(self, request: wire.DraftRewardRequest, _: Any) -> wire.DraftRewardResponse:
        programme = await self._programme(request.programme_id)
        terms = reward_terms.terms(request.terms, programme)
        by, reason = rpc.caller().actor, reason_given(request.reason)
        async with self._pool.acquire() as connection, connection.transaction():
            drafted = await actions.draft(
                connection, programme, request.reward, terms, by, reason, self._rulebook.now()
            )
        return wire.DraftRewardResponse(
            reward=reward_terms.reward(drafted.after, programme),
            replayed=drafted.replayed,
            changes=_changes(drafted, programme),
        )

    @rpc.allow(_publishers)
    async def publish_reward(self, request: wire.PublishRewardRequest, _: Any) -> wire.PublishRewardResponse:
        programme = await self._programme(request.programme_id)
        who, reason = publisher(), reason_given(request.reason)
        async with self._pool.acquire() as connection, connection.transaction():
            published = await actions.publish(
                connection, programme, request.reward, request.edition, who, reason, self._rulebook.now()
            )
        return wire.PublishRewardResponse(
            reward=reward_terms.reward(published.after, programme),
            replayed=published.replayed,
            changes=_changes(published, programme),
        )

    @rpc.allow(_publishers)
    async def stop_reward(self, request: wire.StopRewardRequest, _: Any) -> wire.StopRewardResponse:
        programme = await self._programme(request.programme_id)
        reason_given(request.reason)
        async with self._pool.acquire() as connection, connection.transaction():
            stopped = await actions.stop(connection, programme, request.reward, self._rulebook.now())
        return wire.StopRewardResponse(
            reward=reward_terms.reward(stopped.after, programme),
            replayed=stopped.replayed,
            changes=_changes(stopped, programme),
        )

    @rpc.allow(*_stockers)
    async def change_reward_stock(
        self, request: wire.ChangeRewardStockRequest, _: Any
    ) -> wire.ChangeRewardStockResponse:
        programme = await self._programme(request.programme_id)
        change_id, reason = own_id(request.change_id, "change_id"), reason_given(request.reason)
        async with self._pool.acquire() as connection, connection.transaction():
            change, taken, replayed = await actions.change_stock(
                connection,
                programme,
                request.reward,
                change_id,
                request.delta,
                rpc.caller().actor,
                reason,
                self._rulebook.now(),
            )
        return wire.ChangeRewardStockResponse(
            change=reward_terms.stock_change(change),
            taken=taken,
            replayed=replayed,
            changes=[] if replayed else told([_restocked(change)]),
        )

    @rpc.allow(rpc.anyone)
    async def list_rewards(self, request: wire.ListRewardsRequest, _: Any) -> wire.ListRewardsResponse:
        programme = await self._programme(request.programme_id)
        now = self._rulebook.now()
        known = await rewards.offered(self._pool, programme.number)
        open_now = [one for one in known if one.in_force and one.in_force.terms.is_open(now)]
        windows = (one.in_force.terms for one in known if one.in_force)
        edges = (at for terms in windows for at in (terms.since, terms.until) if at > now)
        changes_at = min(edges, default=None)
        return wire.ListRewardsResponse(
            rewards=[reward_terms.offered(one, programme) for one in open_now],
            changes_at=None if changes_at is None else timestamp(changes_at),
        )

    @rpc.allow(*_readers)
    async def list_reward_catalogue(
        self, request: wire.ListRewardCatalogueRequest, _: Any
    ) -> wire.ListRewardCatalogueResponse:
        page_size(request.first, MOST_REWARDS)
        programme = await self._programme(request.programme_id)
        states = {choice(wire.RewardState, _STATE, state): state for state in RewardState}
        page, more = await rewards.page(
            self._pool, programme.number, states.get(request.state), request.first, request.after
        )
        return wire.ListRewardCatalogueResponse(
            rewards=[reward_terms.reward(one, programme) for one in page], has_next_page=more
        )

    @rpc.allow(*_readers)
    async def get_reward(self, request: wire.GetRewardRequest, _: Any) -> wire.GetRewardResponse:
        programme = await self._programme(request.programme_id)
        known = await rewards.find(self._pool, programme.number, request.reward)
        if known is None:
            raise UnknownReward("there is no reward with this key: draft it first", field="reward")
        editions = await rewards.editions(self._pool, programme.number, request.reward)
        changes = await rewards.stock_changes(self._pool, programme.number, request.reward)
        return wire.GetRewardResponse(
            reward=reward_terms.reward(known, programme),
            editions=[reward_terms.edition(one, programme) for one in editions],
            stock_changes=[reward_terms.stock_change(one) for one in changes],
        )

    async def _programme(self, programme_id: str) -> Programme:
        return (await self._rulebook.current()).history(programme_id).newest


def _restocked(change: StockChange) -> Change:
    return Change("stock", ChangeKind.CHANGED, change.stock_after - change.delta, change.stock_after)


def _changes(of: Changed[Reward], programme: Programme) -> list[DefinitionChange]:
    return of_catalogue(of, lambda one: reward_terms.reward(one, programme))
