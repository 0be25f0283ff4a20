"""Handlers: who answers for the processing, and how that goes over to another one (PIPL 22).

Consents go along as they stand and are not given anew; what the new handler wants beyond them is a widening, which
asks anew like any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.consent.rules.notices import LOCALES, Notice
from services.consent.rules.purposes import KEY, PARTY, Text
from services.kit.refusal import Declined, Invalid

_CONTACT_MOST = 200


class TransferNotValid(Invalid):
    """A field of the transfer is missing or not as it must be; the message says how."""


class TransferNotTold(Declined):
    """Members are not told yet to whom their data goes, and how that one is reached (PIPL 22)."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """That the processing goes over to a handler at an instant; ``notice_key`` names the notice that tells everybody."""

    transfer_id: str
    handler_id: str
    name: Text
    contact: str
    notice_key: str
    effective_at: datetime

    def check(self, now: datetime) -> None:
        """Refuse what says too little, or comes too late to tell anybody. Raises ``TransferNotValid``."""
        for field, text, pattern in (
            ("transfer_id", self.transfer_id, PARTY),
            ("handler_id", self.handler_id, PARTY),
            ("name.zh", self.name.zh, PARTY),
            ("name.en", self.name.en, PARTY),
            ("notice_key", self.notice_key, KEY),
        ):
            if not pattern.fullmatch(text):
                raise TransferNotValid(f"{field} takes a name of up to 100 characters", field=field)
        if not self.contact.strip() or len(self.contact) > _CONTACT_MOST or not self.contact.isprintable():
            raise TransferNotValid("say how the new handler is reached, in one line", field="contact")
        if self.effective_at <= now:
            raise TransferNotValid(
                "members are told before their data goes over (PIPL 22)", field="effective_at"
            )

    def check_told(self, notices: Mapping[str, Notice]) -> None:
        """Refuse what the notices in force, by locale, do not tell. Raises ``TransferNotTold``."""
        for locale in LOCALES:
            name = self.name.zh if locale == "zh" else self.name.en
            body = notices[locale].wording.body if locale in notices else ""
            if name not in body or self.contact not in body:
                raise TransferNotTold(
                    f"publish {self.notice_key} in {locale} first, with the new handler's name and contact (PIPL 22)",
                    field="notice_key",
                    locale=locale,
                )


def in_charge(transfers: Iterable[Transfer], own: tuple[str, ...], at: datetime) -> tuple[str, ...]:
    """Who answers for the processing at an instant: the last one it went over to, or ourselves."""
    past = [transfer for transfer in transfers if transfer.effective_at <= at]
    last = max(past, key=lambda transfer: transfer.effective_at, default=None)
    return own if last is None else (last.handler_id,)
