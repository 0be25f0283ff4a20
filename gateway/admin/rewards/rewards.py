"""Rewards: how program admins offer what points are exchanged for, and how staff keep its stock."""

import strawberry
from huiyuan.loyalty.v1 import rewards_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ADJUSTERS, CATALOGUE_READERS, DRAFT_PUBLISHERS, DRAFTERS, to
from gateway.admin.rewards.reward_terms import (
    Reward,
    RewardHistory,
    RewardState,
    RewardStockChange,
    RewardTermsInput,
    edition,
    reward,
    stock_change,
)
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long
from services.kit.refusal import Kind, Refusal


@strawberry.input(description="The draft of a reward's next edition; the first founds the reward.")
class DraftRewardInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9, _ and -.")
    terms: RewardTermsInput
    reason: str


@strawberry.input(description="A drafted edition to put in force.")
class PublishRewardInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    edition: int = strawberry.field(description="The edition that was looked at.")
    reason: str


@strawberry.input(description="A reward to offer no longer.")
class StopRewardInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    reason: str


@strawberry.input(description="Pieces to add to a limited reward, or to take from what nobody has taken.")
class ChangeRewardStockInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    delta: Long
    change_id: str = strawberry.field(description="1 to 100 printable characters; a retry sends the same.")
    reason: str


@strawberry.type
class RewardPayload:
    reward: Reward | None
    replayed: bool = strawberry.field(description="True when it was so already.")
    user_errors: list[UserError]


@strawberry.type
class ChangeRewardStockPayload:
    change: RewardStockChange | None
    taken: Long | None
    replayed: bool = strawberry.field(description="True when the stock was changed so before.")
    user_errors: list[UserError]


@strawberry.type
class RewardQueries:
    @strawberry.field(
        metadata=to(CATALOGUE_READERS),
        description="Every reward by its key; at most 100 a page.",
        directives=[PAGED],
    )
    async def rewards(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        state: RewardState | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[Reward] | None:
        clients = info.context.clients
        request = rewards_pb2.ListRewardCatalogueRequest(
            programme_id=programme_id,
            first=page_size(first),
            after=key_of(after),
            state=state.value if state else rewards_pb2.REWARD_STATE_UNSPECIFIED,
        )
        page = await clients.rewards.list_reward_catalogue(request, headers=info.context.named(LOYALTY))
        return connection(
            [reward(one) for one in page.rewards],
            [one.reward for one in page.rewards],
            has_next_page=page.has_next_page,
            after=after,
        )

    @strawberry.field(
        metadata=to(CATALOGUE_READERS), description="A reward with its editions and the changes of its stock."
    )
    async def reward(
        self, info: Info, key: str, programme_id: str = DEFAULT_PROGRAMME
    ) -> RewardHistory | None:
        clients = info.context.clients
        request = rewards_pb2.GetRewardRequest(programme_id=programme_id, reward=key)
        try:
            found = await clients.rewards.get_reward(request, headers=info.context.named(LOYALTY))
        except Refusal as refusal:
            if refusal.kind is Kind.NOT_FOUND:
                return None
            raise
        return RewardHistory(
            reward=reward(found.reward),
            editions=[edition(one) for one in found.editions],
            stock_changes=[stock_change(one) for one in found.stock_changes],
        )


@strawberry.type
class RewardMutations:
    @strawberry.mutation(
        metadata=to(DRAFTERS),
        description="Writes the draft of a reward's next edition. Nobody sees it yet.",
    )
    async def draft_reward(self, info: Info, input: DraftRewardInput) -> RewardPayload:
        context = info.context
        request = rewards_pb2.DraftRewardRequest(
            programme_id=input.programme_id,
            reward=input.key,
            terms=input.terms.wire(),
            reason=input.reason,
        )
        drafted, refused = await audited(
            info,
            "draftReward",
            _subject(input.programme_id, input.key),
            input.reason,
            lambda: context.clients.rewards.draft_reward(request, headers=context.named(LOYALTY)),
        )
        return RewardPayload(
            reward=reward(drafted.reward) if drafted else None,
            replayed=drafted is not None and drafted.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS), description="Puts a drafted edition in force; it never changes again."
    )
    async def publish_reward(self, info: Info, input: PublishRewardInput) -> RewardPayload:
        context = info.context
        request = rewards_pb2.PublishRewardRequest(
            programme_id=input.programme_id, reward=input.key, edition=input.edition, reason=input.reason
        )
        published, refused = await audited(
            info,
            "publishReward",
            _subject(input.programme_id, input.key) | {"edition": input.edition},
            input.reason,
            lambda: context.clients.rewards.publish_reward(request, headers=context.named(LOYALTY)),
        )
        return RewardPayload(
            reward=reward(published.reward) if published else None,
            replayed=published is not None and published.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS), description="Offers a reward no longer; what was redeemed stays so."
    )
    async def stop_reward(self, info: Info, input: StopRewardInput) -> RewardPayload:
        context = info.context
        request = rewards_pb2.StopRewardRequest(
            programme_id=input.programme_id, reward=input.key, reason=input.reason
        )
        stopped, refused = await audited(
            info,
            "stopReward",
            _subject(input.programme_id, input.key),
            input.reason,
            lambda: context.clients.rewards.stop_reward(request, headers=context.named(LOYALTY)),
        )
        return RewardPayload(
            reward=reward(stopped.reward) if stopped else None,
            replayed=stopped is not None and stopped.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(metadata=to(ADJUSTERS), description="Changes the stock of a limited reward.")
    async def change_reward_stock(
        self, info: Info, input: ChangeRewardStockInput
    ) -> ChangeRewardStockPayload:
        context = info.context
        request = rewards_pb2.ChangeRewardStockRequest(
            programme_id=input.programme_id,
            reward=input.key,
            delta=input.delta,
            change_id=input.change_id,
            reason=input.reason,
        )
        changed, refused = await audited(
            info,
            "changeRewardStock",
            _subject(input.programme_id, input.key) | {"changeId": input.change_id, "delta": input.delta},
            input.reason,
            lambda: context.clients.rewards.change_reward_stock(request, headers=context.named(LOYALTY)),
        )
        return ChangeRewardStockPayload(
            change=stock_change(changed.change) if changed else None,
            taken=Long(changed.taken) if changed else None,
            replayed=changed is not None and changed.replayed,
            user_errors=refused,
        )


def _subject(programme_id: str, key: str) -> dict[str, object]:
    return {"programmeId": programme_id, "reward": key}
