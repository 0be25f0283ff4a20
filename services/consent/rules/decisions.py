"""Decisions: what a member's events say, and the state that they fold to."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.consent.rules.purposes import Purpose
from services.consent.rules.records import EventState


class ConsentState(StrEnum):
    """What stands now."""

    NOT_ASKED = "NOT_ASKED"
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    REAFFIRM_REQUIRED = "REAFFIRM_REQUIRED"


class Decision(NamedTuple):
    """What one event decided, as far as later questions need it."""

    purpose: str
    recipient_id: str
    record_id: UUID
    purpose_version: int
    event_state: EventState
    event_time: datetime
    valid_until: datetime | None
    epoch: int

    def expired(self, now: datetime) -> bool:
        return self.valid_until is not None and now >= self.valid_until


COOLDOWN = timedelta(days=180)
"""For how long nobody asks again after a no: our own number; 网络数据安全管理条例 22 forbids to ask frequently."""


def ask_again_at(decision: Decision | None, now: datetime) -> datetime | None:
    """Until when a member must not be asked after a no; None where asking is free."""
    if decision is None or decision.event_state is EventState.GIVEN:
        return None
    until = decision.event_time + COOLDOWN
    return until if until > now else None


_DENIAL = {EventState.GIVEN: 0, EventState.REFUSED: 1, EventState.WITHDRAWN: 2}


def later(standing: Decision | None, heard: Decision) -> Decision:
    """The one of two decisions on a purpose and recipient that counts: the last by epoch; in a tie, deny wins.

    Events fold by it to the same decision in whatever order they come.
    """
    return heard if standing is None else max(standing, heard, key=_weight)


def _weight(decision: Decision) -> tuple[int, int, UUID]:
    return decision.epoch, _DENIAL[decision.event_state], decision.record_id


def state(
    decision: Decision | None, consented: Purpose | None, in_force: Purpose, now: datetime
) -> ConsentState:
    """What stands now; ``consented`` is the purpose version that the decision was on."""
    if decision is None or consented is None:
        return ConsentState.NOT_ASKED
    if (over := ended(decision, now)) is not None:
        return over
    return ConsentState.REAFFIRM_REQUIRED if in_force.outgrows(consented) else ConsentState.GIVEN


def ended(decision: Decision, now: datetime) -> ConsentState | None:
    """Why a decision is no consent, whatever it was on; None for one that was given and lasts."""
    if decision.event_state is not EventState.GIVEN:
        return ConsentState(decision.event_state)
    return ConsentState.EXPIRED if decision.expired(now) else None
