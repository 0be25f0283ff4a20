"""Campaigns at the door: rules are tried out on a sample order, previewed on real ones, watched and stopped."""

import asyncio
from dataclasses import replace
from typing import Any

from huiyuan.loyalty.v1 import campaigns_pb2 as wire

from services.kit import clock, database, rpc
from services.loyalty.actions import campaigns as actions
from services.loyalty.actions.programmes import UnknownVersion
from services.loyalty.rpc.earning import earn_previews, earn_rules
from services.loyalty.rpc.earning.earn_trials import Trial, order_of, trial
from services.loyalty.rpc.orders.accounting import verdicts
from services.loyalty.rpc.programmes import changes, drafts
from services.loyalty.rpc.programmes.programmes import reason
from services.loyalty.rpc.wire import choice
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.earning.campaigns import campaigns
from services.loyalty.rules.programmes.definitions import check
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.earning import campaigns as storage

PATIENCE_S = 3.0
"""After so long a preview says how far it got."""
AT_ONCE = 500
"""So many orders are read at once, so that who records orders meanwhile waits for few."""

_publishers = rpc.staff("program_admin", "program_publisher")


class Campaigns:
    """``huiyuan.loyalty.v1.CampaignsService``."""

    def __init__(self, pool: database.Pool, unhurried: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._unhurried = unhurried
        self._rulebook = rulebook

    @rpc.allow(drafts.readers)
    async def try_earn_rules(self, request: wire.TryEarnRulesRequest, _: Any) -> wire.TryEarnRulesResponse:
        programme = await self._meant(request.rules)
        order = order_of(request, programme, self._rulebook.now())
        tried: Trial = await trial(self._pool, programme, order, request)
        found = tried.decision
        return wire.TryEarnRulesResponse(
            verdicts=verdicts(found, order, programme, ""),
            earned=tried.earned(),
            lines=tried.lines(),
            coupon_templates=[rule.coupon_template for rule in found.coupons],
            facts=tried.facts(),
        )

    @rpc.allow(drafts.readers)
    async def preview_earn_rules(
        self, request: wire.PreviewEarnRulesRequest, _: Any
    ) -> wire.PreviewEarnRulesResponse:
        programme = await self._meant(request.rules)
        place = earn_previews.place(request, programme, self._rulebook.now())
        since, until = clock.instant(place.since), clock.instant(place.until)
        if place.in_all is None:
            place.in_all = await storage.count(self._unhurried, programme.number, since, until)
        loop = asyncio.get_running_loop()
        stop_at = loop.time() + PATIENCE_S
        while not place.done and loop.time() < stop_at:
            read = await storage.stretch(self._unhurried, programme, since, until, place.after, AT_ONCE)
            for standing, orders, months in read.members:
                place.preview.look(programme, orders, standing, months)
                await asyncio.sleep(0)
            place.after, place.done = read.after, read.is_last
        return earn_previews.told(place, programme)

    @rpc.allow(drafts.readers)
    async def list_campaigns(self, request: wire.ListCampaignsRequest, _: Any) -> wire.ListCampaignsResponse:
        history = (await self._rulebook.current()).history(request.programme_id)
        spent = await storage.spent(self._pool, history.newest.number)
        return wire.ListCampaignsResponse(
            campaigns=[
                wire.Campaign(
                    rule=earn_rules.earn_rule(each.rule, history.newest.money_currency),
                    state=choice(wire.CampaignState, "CAMPAIGN_STATE_", each.state),
                    first_version=each.first_version,
                    last_version=each.last_version,
                    budget_spent=each.spent,
                )
                for each in campaigns(history, spent, self._rulebook.now())
            ]
        )

    @rpc.allow(_publishers)
    async def stop_earn_rule(self, request: wire.StopEarnRuleRequest, _: Any) -> wire.StopEarnRuleResponse:
        why = reason(request.reason)
        history = (await self._rulebook.current()).history(request.programme_id)
        async with self._pool.acquire() as connection, connection.transaction():
            version, rule, replayed = await actions.stop(
                connection, history.newest.programme_id, request.key, rpc.caller().actor, why
            )
        await self._rulebook.refresh()
        told = earn_rules.earn_rule(rule, history.newest.money_currency)
        after = (await self._rulebook.current()).history(history.newest.programme_id)
        without = None if replayed else after.version(version)
        return wire.StopEarnRuleResponse(
            version=version,
            replayed=replayed,
            rule=told,
            changes=[] if without is None else changes.published(after, without),
        )

    async def _meant(self, asked: wire.EarnRules) -> Programme:
        """The version that has the rules asked about, be it none yet. Raises where it is not well-formed."""
        if asked.WhichOneof("of") == "draft_id":
            draft = await drafts.find(self._pool, asked.draft_id)
            check(draft.programme)
            return draft.programme
        history = (await self._rulebook.current()).history(asked.programme_id)
        if asked.WhichOneof("of") == "rules":
            newest = history.newest
            rules = tuple(earn_rules.earn_rules(asked.rules.rules, newest.money_currency))
            programme = replace(newest, earn_rules=rules)
            check(programme)
            return programme
        if not asked.version:
            return history.at(self._rulebook.now())
        if (version := history.version(asked.version)) is None:
            message = f"the programme has versions 1 to {history.newest.version}"
            raise UnknownVersion(message, field="rules.version", asked=asked.version)
        return version
