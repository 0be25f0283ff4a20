"""Suppressions: whom nothing may be sent, whatever they prefer, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.consent.rules.channels import Channel
from services.kit.refusal import Invalid


class SuppressionNotValid(Invalid):
    """The suppression's channel, reason or end is not as it must be; the message says how."""


class SuppressionReason(StrEnum):
    """Why nothing may be sent."""

    HARD_BOUNCE = "HARD_BOUNCE"
    COMPLAINT = "COMPLAINT"
    REGULATOR = "REGULATOR"
    DECEASED = "DECEASED"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Nothing goes by the channel, or by any where it is None, until its end if it has one."""

    channel: Channel | None
    reason: SuppressionReason
    since: datetime
    until: datetime | None
    actor: str

    def check(self) -> None:
        """Refuse what makes no sense."""
        if self.until is not None and self.until <= self.since:
            raise SuppressionNotValid("a suppression ends after it begins", field="until")
        if self.reason is SuppressionReason.HARD_BOUNCE and self.channel is None:
            raise SuppressionNotValid("an address bounces on one channel: name it", field="channel")
        if self.reason is SuppressionReason.DECEASED and (self.channel or self.until):
            raise SuppressionNotValid("who died is written to by no channel, for good", field="reason")

    def stops(self, channel: Channel, at: datetime, *, needs_consent: bool) -> bool:
        """Whether a message by the channel at that instant must not go; a complaint stops only what rests on consent."""
        if self.until is not None and at >= self.until:
            return False
        if self.channel not in (None, channel):
            return False
        return needs_consent or self.reason is not SuppressionReason.COMPLAINT
