"""Retention: each category of data with its lawful basis, its period, and what becomes of it when that is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from services.members.rules.members import MemberStatus


class RetentionNotUnderstood(ValueError):
    """The periods set are not written as ``category=days``, or name a category that there is not."""


class RetentionAction(IntEnum):
    """What becomes of data that is due. Numbered as the contract's."""

    DELETE = 1
    ERASE = 2
    RESTRICT = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One category. ``store`` is the table that is deleted from; ``period_days`` of 0 keeps it as long as the member."""

    category: str
    lawful_basis: str
    period_days: int
    action: RetentionAction
    store: str = ""
    among_keys: bool = False
    """Whether the table is in the keys' database."""

    def before(self, now: datetime) -> datetime:
        """What is older than this is due."""
        return now - timedelta(days=self.period_days)

    @property
    def about(self) -> tuple[MemberStatus, ...]:
        """Whom a rule about members is about."""
        is_final = self.action is RetentionAction.ERASE
        return (MemberStatus.ACTIVE, MemberStatus.FROZEN) if is_final else (MemberStatus.ACTIVE,)


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule, how much is due by it now, and what its last run did that found anything."""

    rule: Rule
    due: int
    last_run_at: datetime | None
    last_run_rows: int


INACTIVE, RESTRICTED = "inactive_members", "inactive_members_restricted"

DEFAULTS: Sequence[Rule] = (
    Rule(INACTIVE, "contract, for as long as it is used (PIPL 13(2), 19)", 0, RetentionAction.ERASE),
    Rule(RESTRICTED, "contract, for as long as it is used (PIPL 13(2), 19)", 0, RetentionAction.RESTRICT),
    Rule(
        "access_log",
        "accountability: records are kept for three years (PIPL 13(3), 56)",
        1_095,
        RetentionAction.DELETE,
        "profile_accesses",
    ),
    Rule(
        "communications",
        "contract: what was sent, for questions about it (PIPL 13(2))",
        730,
        RetentionAction.DELETE,
        "communications",
    ),
    Rule("support_notes", "contract: support (PIPL 13(2))", 730, RetentionAction.DELETE, "notes"),
    Rule(
        "retried_updates",
        "contract: a change that is sent again counts once (PIPL 13(2))",
        400,
        RetentionAction.DELETE,
        "profile_updates",
    ),
    Rule(
        "unmask_quotas",
        "security of processing: quotas of staff (PIPL 51)",
        90,
        RetentionAction.DELETE,
        "unmask_quotas",
    ),
    Rule(
        "search_log",
        "accountability: records are kept for three years (PIPL 13(3), 56)",
        1_095,
        RetentionAction.DELETE,
        "member_searches",
    ),
    Rule(
        "search_quotas",
        "security of processing: quotas of staff (PIPL 51)",
        90,
        RetentionAction.DELETE,
        "search_quotas",
    ),
    Rule(
        "retried_registrations",
        "contract: a registration that is sent again counts once (PIPL 13(2))",
        400,
        RetentionAction.DELETE,
        "registrations",
        among_keys=True,
    ),
    Rule(
        "abandoned_registrations",
        "security of processing: an id that was given up is not taken by a straggler (PIPL 51)",
        30,
        RetentionAction.DELETE,
        "members",
    ),
)
"""Nobody is erased or restricted for inactivity unless an operator says after how long."""


def rules_of(text: str) -> tuple[Rule, ...]:
    """The rules with the periods that an operator set, as ``access_log=1095,support_notes=365``.

    Raises ``RetentionNotUnderstood``.
    """
    periods = _periods(text)
    if unknown := periods.keys() - {rule.category for rule in DEFAULTS}:
        raise RetentionNotUnderstood(f"no such category: {', '.join(sorted(unknown))}")
    return tuple(replace(rule, period_days=periods.get(rule.category, rule.period_days)) for rule in DEFAULTS)


def _periods(text: str) -> Mapping[str, int]:
    periods = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        category, _, days = part.partition("=")
        if not days.isdecimal() or len(days) > 5:
            raise RetentionNotUnderstood("write periods as category=days, parted by commas; 0 keeps")
        periods[category.strip()] = int(days)
    return periods
