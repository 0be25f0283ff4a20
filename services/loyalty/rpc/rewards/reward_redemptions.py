"""Reward redemptions at the door: redeemed, fulfilled, cancelled, listed."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import reward_redemptions_pb2 as wire
from huiyuan.loyalty.v1 import rewards_pb2

from services.kit import database, rpc
from services.loyalty.actions import reward_redemptions as actions
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id, reason_code
from services.loyalty.rpc.wire import MalformedId, choice, member_id, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.programmes import ProgrammeHistory
from services.loyalty.rules.rewards.reward_redemptions import (
    CancelAsked,
    GivenBack,
    RewardAsked,
    Taken,
    cancel_reward,
    redeem_reward,
    reward_key,
    unknown,
)
from services.loyalty.rules.rewards.takings import Taking, TakingState
from services.loyalty.storage.ledger.points import place
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import families
from services.loyalty.storage.rewards import reward_redemptions

MOST_REDEMPTIONS = 100
_STATE = "REWARD_REDEMPTION_STATE_"
_recorders = rpc.systems("order_recorder")
_readers = (rpc.staff("operations", "support", "program_admin", "auditor"), _recorders)
_givers = (rpc.staff("operations"), _recorders)


class RewardRedemptions:
    """``huiyuan.loyalty.v1.RewardRedemptionsService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, _recorders)
    async def redeem_reward(self, request: wire.RedeemRewardRequest, _: Any) -> wire.RedeemRewardResponse:
        member, history = await self._whose(request)
        redemption_id = own_id(request.redemption_id, "redemption_id")
        reward = own_id(request.reward, "reward")
        number, programme_id = history.newest.number, history.newest.programme_id
        asked = RewardAsked(
            member, programme_id, reward, redemption_id, request.points_shown, rpc.caller().actor
        )
        own = (asked.place,)
        touches = Touches(((member, number),), keys=own, takings=own, rewards=((number, reward, member),))
        operation = partial(redeem_reward, asked=asked)
        answer = await self._lanes.submit(Task(operation, touches, wish=(number, asked)))
        taken: Taken = answer.value
        return wire.RedeemRewardResponse(
            redemption=_wire(taken.taking, history),
            balance_after=taken.balance_after,
            entry_id=place(taken.recorded_at, taken.ord),
            replayed=answer.replayed,
        )

    @rpc.allow(*_givers)
    async def fulfil_reward_redemption(
        self, request: wire.FulfilRewardRedemptionRequest, _: Any
    ) -> wire.FulfilRewardRedemptionResponse:
        code = own_id(request.code, "code") if request.code else ""
        known, history = await self._known(request)
        by, now = rpc.caller().actor, self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            done, replayed = await actions.fulfil(
                connection, known, history.newest.programme_id, code, by, now
            )
        return wire.FulfilRewardRedemptionResponse(redemption=_wire(done, history), replayed=replayed)

    @rpc.allow(*_givers)
    async def cancel_reward_redemption(
        self, request: wire.CancelRewardRedemptionRequest, _: Any
    ) -> wire.CancelRewardRedemptionResponse:
        reason = reason_code(request.reason)
        known, history = await self._known(request)
        member, number = known.member_id, history.newest.number
        async with self._pool.acquire() as connection, connection.transaction():
            not_given = await actions.withdraw(connection, known)
        programme_id, by = history.newest.programme_id, rpc.caller().actor
        asked = CancelAsked(member, programme_id, known.redemption_id, reason, by, not_given)
        own = ((member, known.key),)
        touches = Touches(((member, number),), redemptions=own, takings=own)
        answer = await self._lanes.submit(Task(partial(cancel_reward, asked=asked), touches))
        given: GivenBack = answer.value
        return wire.CancelRewardRedemptionResponse(
            redemption=_wire(given.taking, history),
            returned=given.reversal.points,
            expired=given.reversal.expired,
            balance_after=given.reversal.balance_after,
            replayed=answer.replayed,
        )

    @rpc.allow(rpc.members, *_readers)
    async def list_reward_redemptions(
        self, request: wire.ListRewardRedemptionsRequest, _: Any
    ) -> wire.ListRewardRedemptionsResponse:
        page_size(request.first, MOST_REDEMPTIONS)
        member = member_id(request.member_id) if request.member_id else ""
        rpc.be_member(member)
        history = (await self._rulebook.current()).history(request.programme_id)
        states = {choice(wire.RewardRedemptionState, _STATE, state): state for state in TakingState}
        asked = reward_redemptions.Asked(
            history.newest.number,
            (await families.find(self._pool, member)).names if member else (),
            request.reward,
            states.get(request.state),
            request.first,
            _after(request.after),
        )
        page, more = await reward_redemptions.page(self._pool, asked)
        shows_codes = rpc.members(rpc.caller()) or any(grant(rpc.caller()) for grant in _givers)
        return wire.ListRewardRedemptionsResponse(
            redemptions=_page(page, history, shows_codes=shows_codes),
            has_next_page=more,
            places=[str(reward_redemptions.Place.of(one)) for one in page],
        )

    async def _whose(self, request: Any) -> tuple[str, ProgrammeHistory]:
        """The member that a request names and the programme. Raises ``NotAllowed`` for another member's."""
        member = member_id(request.member_id)
        rpc.be_member(member)
        history = (await self._rulebook.current()).history(request.programme_id)
        return await self._membership.one(member), history

    async def _known(self, request: Any) -> tuple[Taking, ProgrammeHistory]:
        """The redemption that a request names, under whichever id it was taken. Raises ``UnknownRewardRedemption``."""
        key = reward_key(own_id(request.redemption_id, "redemption_id"))
        history = (await self._rulebook.current()).history(request.programme_id)
        member = member_id(request.member_id)
        known = await reward_redemptions.find(self._pool, history.newest.number, member, key)
        if known is None:
            raise unknown()
        return known, history


def _after(text: str) -> reward_redemptions.Place | None:
    try:
        return reward_redemptions.Place.parse(text) if text else None
    except ValueError:
        raise MalformedId("after is a place that an earlier page gave", field="after") from None


def _page(
    page: Sequence[Taking], history: ProgrammeHistory, *, shows_codes: bool
) -> list[wire.RewardRedemption]:
    """Redemptions as the caller may see them: a code is like money, and for the member and who gives it alone."""
    shown = [_wire(one, history) for one in page]
    if not shows_codes:
        for one in shown:
            one.ClearField("code")
    return shown


def _wire(of: Taking, history: ProgrammeHistory) -> wire.RewardRedemption:
    return wire.RewardRedemption(
        member_id=of.member_id,
        programme_id=history.newest.programme_id,
        redemption_id=of.redemption_id,
        reward=of.reward,
        edition=of.edition,
        kind=choice(rewards_pb2.RewardKind, "REWARD_KIND_", of.kind),
        gives=of.gives,
        currency=history.newest.code(of.currency),
        points=of.points,
        state=choice(wire.RewardRedemptionState, _STATE, of.state),
        redeemed_at=timestamp(of.redeemed_at),
        changed_at=timestamp(of.changed_at) if of.changed_at else None,
        changed_by=of.changed_by,
        reason=of.reason,
        code=of.code,
    )
