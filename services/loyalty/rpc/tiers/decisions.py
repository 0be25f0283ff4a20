"""Decisions at the door: what the rules decide about a member, explained to that member and to staff."""

from typing import Any

from huiyuan.loyalty.v1 import decisions_pb2 as wire

from services.kit import database, rpc
from services.loyalty.rpc.members.members import Membership as Members
from services.loyalty.rpc.tiers.memberships import shown_offer
from services.loyalty.rpc.tiers.tiers import ranked, score_part
from services.loyalty.rpc.wire import READERS, member_id
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.points import Book
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.decisions import Verdict, explained
from services.loyalty.storage.benefits import entitlements
from services.loyalty.storage.tiers import memberships


class Decisions:
    """``huiyuan.loyalty.v1.DecisionsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, membership: Members) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, READERS)
    async def explain_decision(
        self, request: wire.ExplainDecisionRequest, _: Any
    ) -> wire.ExplainDecisionResponse:
        whose = member_id(request.member_id)
        rpc.be_member(whose)
        known = await self._rulebook.current()
        history = known.history(request.programme_id)
        held = await entitlements.seen(self._pool, await self._membership.one(whose), history.newest)
        member = Book(held.state, known, self._rulebook.now()).touch(held.member_id, history)
        had = await memberships.of_member(self._pool, held.names, history.newest.number)
        found = explained(member, had)
        return wire.ExplainDecisionResponse(
            programme_version=member.current.version,
            automated_refused=found.refused,
            decided=_verdict(found.decided, member.current),
            non_personalised=_verdict(found.non_personalised, member.current),
        )


def _verdict(of: Verdict, programme: Programme) -> wire.Verdict:
    return wire.Verdict(
        score=of.score,
        parts=map(score_part, of.parts),
        reached=ranked(programme, programme.tier(of.reached)),
        offers=[shown_offer(offer, programme.money_currency) for offer in of.offers],
    )
