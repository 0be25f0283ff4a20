"""Asking: a rights request as it comes in, and what makes it one."""

import re
from dataclasses import dataclass, fields
from uuid import UUID

from services.consent.rules import canonical
from services.consent.rules.acts import IDEMPOTENCY_KEY
from services.consent.rules.purposes import KEY
from services.consent.rules.rights import RightsKind, RightsRequestMalformed

_SUBJECT = re.compile(r"[\w.:/-]{0,100}", re.ASCII)
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_PURPOSES_MOST = 50
_FOR_KIN = (None, RightsKind.ACCESS, RightsKind.COPY, RightsKind.CORRECT, RightsKind.DELETE)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as it comes in. ``by_staff`` says that it came by another way than the member's own hand."""

    member_id: UUID
    kind: RightsKind
    purposes: tuple[str, ...]
    subject: str
    wanted: RightsKind | None
    channel: str
    idempotency_key: str
    by_staff: bool = False

    @property
    def fingerprint(self) -> bytes:
        """The same for the same request, so that another one under its key is noticed."""
        said = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name != "purposes"}
        return canonical.digest(canonical.encode({"purposes": sorted(self.purposes), **said}))

    def check(self) -> None:
        """Refuse what is malformed, whoever asks."""
        _match(IDEMPOTENCY_KEY, self.idempotency_key, "idempotency_key", "1 to 100 visible ASCII characters")
        _match(_CHANNEL, self.channel, "channel", "a lower-case name like app or letter")
        _match(_SUBJECT, self.subject, "subject", "an id or a key, never the data itself")
        if len(self.purposes) > _PURPOSES_MOST or len(set(self.purposes)) < len(self.purposes):
            raise RightsRequestMalformed(f"name up to {_PURPOSES_MOST} purposes, each once", field="purposes")
        for place, purpose in enumerate(self.purposes):
            _match(KEY, purpose, f"purposes[{place}]", "a purpose's key like marketing_sms")
        takes_purposes = self.kind in (RightsKind.WITHDRAW, RightsKind.RESTRICT)
        if self.purposes and not takes_purposes:
            raise RightsRequestMalformed("only WITHDRAW and RESTRICT name purposes", field="purposes")
        if self.kind is RightsKind.WITHDRAW and not self.purposes:
            raise RightsRequestMalformed("name the purposes to withdraw from", field="purposes")
        if self.kind in (RightsKind.CORRECT, RightsKind.EXPLAIN_DECISION) and not self.subject:
            raise RightsRequestMalformed("name the field, or the decision, that it is about", field="subject")
        self._check_posthumous()

    def _check_posthumous(self) -> None:
        posthumous = self.kind is RightsKind.POSTHUMOUS
        if posthumous != (self.wanted is not None):
            raise RightsRequestMalformed(
                "say with POSTHUMOUS, and only there, what is wanted", field="wanted"
            )
        if posthumous and not self.by_staff:
            raise RightsRequestMalformed("kin ask the officer, who notes the request (PIPL 49)", field="kind")
        if self.wanted not in _FOR_KIN:
            raise RightsRequestMalformed(
                "kin may ask for ACCESS, COPY, CORRECT or DELETE (PIPL 49)", field="wanted"
            )


def _match(pattern: re.Pattern[str], text: str, field: str, wanted: str) -> None:
    if not pattern.fullmatch(text):
        raise RightsRequestMalformed(f"{field} takes {wanted}", field=field)
