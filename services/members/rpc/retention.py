"""Retention, asked: the rules, and what is due by each of them now."""

from typing import Any

from huiyuan.members.v1 import retention_pb2 as wire

from services.kit import clock, rpc
from services.members.rules.retention import Rule
from services.members.storage import retention
from services.members.storage.databases import Databases


class Retention:
    """The handlers of ``RetentionService``."""

    def __init__(self, databases: Databases, rules: tuple[Rule, ...]) -> None:
        self._databases = databases
        self._rules = rules

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def get_retention(self, _: wire.GetRetentionRequest, __: Any) -> wire.GetRetentionResponse:
        states = await retention.report(self._databases, self._rules, clock.now())
        return wire.GetRetentionResponse(
            rules=[
                wire.RetentionRule(
                    category=state.rule.category,
                    lawful_basis=state.rule.lawful_basis,
                    period_days=state.rule.period_days,
                    action=state.rule.action.value,  # type: ignore[arg-type]  # numbered as the contract's
                    due=state.due,
                    last_run_at=state.last_run_at,
                    last_run_rows=state.last_run_rows,
                )
                for state in states
            ]
        )
