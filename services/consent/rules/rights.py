"""Rights: what a person may ask of whoever processes their data (PIPL 44 to 50), and the life of such a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.consent.rules.purposes import PARTY
from services.kit.refusal import Declined, Forbidden, Invalid, NotFound

RECENT = timedelta(minutes=15)
"""How long ago a sign-in may be that proves who asks."""

_CLOCKS_DIFFER = timedelta(seconds=5)

EVERYTHING = "*"
"""Restricted: all purposes that the contract or the law does not need."""

_ARTICLE = re.compile(r"[A-Z][A-Za-z0-9 ]{0,30} [0-9]{1,3}(\([0-9]{1,2}\))?")
_REMEDY_MOST = 500


class RightsRequestMalformed(Invalid):
    """A field of the request is missing or not spelled as it must be; the message says how."""


class RefusalNotReasoned(Invalid):
    """Who refuses says why, by which article, and what the asker may do now (PIPL 50)."""


class UnknownRightsRequest(NotFound):
    """There is no such request of this caller's."""


class RightsRequestNotOpen(Declined):
    """The request is not in a state in which this can be done."""


class IdentityNotVerified(Declined):
    """It is not known yet who asks: sign in again, or staff verify it."""


class DirectiveBlocksKin(Declined):
    """The member did not want kin to ask (PIPL 49)."""


class NotAppealable(Declined):
    """Only what was refused, in whole or in part, is appealed against, and that once."""


class SameOfficer(Forbidden):
    """Who refused a request does not decide on the appeal."""


class RightsKind(StrEnum):
    """What is asked."""

    KNOW = "KNOW"
    ACCESS = "ACCESS"
    COPY = "COPY"
    PORT = "PORT"
    CORRECT = "CORRECT"
    DELETE = "DELETE"
    RESTRICT = "RESTRICT"
    WITHDRAW = "WITHDRAW"
    CLOSE_ACCOUNT = "CLOSE_ACCOUNT"
    EXPLAIN_RULES = "EXPLAIN_RULES"
    EXPLAIN_DECISION = "EXPLAIN_DECISION"
    REFUSE_AUTOMATED = "REFUSE_AUTOMATED"
    POSTHUMOUS = "POSTHUMOUS"


class RightsState(StrEnum):
    """How far a request came."""

    RECEIVED = "RECEIVED"
    VERIFYING = "VERIFYING"
    ACCEPTED = "ACCEPTED"
    RUNNING = "RUNNING"
    FULFILLED = "FULFILLED"
    PARTIAL = "PARTIAL"
    RESTRICTED = "RESTRICTED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


_S = RightsState
FOLLOWS: Mapping[RightsState, frozenset[RightsState]] = {
    _S.RECEIVED: frozenset({_S.VERIFYING, _S.ACCEPTED, _S.REFUSED, _S.CANCELLED}),
    _S.VERIFYING: frozenset({_S.RECEIVED, _S.ACCEPTED, _S.REFUSED, _S.CANCELLED}),
    _S.ACCEPTED: frozenset({_S.RUNNING, _S.REFUSED, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.FULFILLED, _S.PARTIAL, _S.RESTRICTED, _S.REFUSED, _S.CANCELLED}),
}
"""What may come after each state; what is not here has ended."""

OPEN = tuple(FOLLOWS)
APPEALABLE = frozenset({_S.REFUSED, _S.PARTIAL, _S.RESTRICTED})
CONCLUSIONS = frozenset({_S.FULFILLED, _S.PARTIAL, _S.RESTRICTED})

NEEDS_PROOF = frozenset(RightsKind) - {
    RightsKind.KNOW,
    RightsKind.EXPLAIN_RULES,
    RightsKind.WITHDRAW,
    RightsKind.REFUSE_AUTOMATED,
}
"""What would hurt in another's hands. Withdrawing is never harder than giving was (PIPL 15)."""

WEIGHED = frozenset(
    {RightsKind.CORRECT, RightsKind.DELETE, RightsKind.EXPLAIN_DECISION, RightsKind.POSTHUMOUS}
)
"""What a person looks at first; the rest is accepted as soon as it is known who asks."""


class RefusalGround(StrEnum):
    """Why a request is refused."""

    NOT_VERIFIED = "NOT_VERIFIED"
    LAW_FORBIDS = "LAW_FORBIDS"
    RETENTION_BY_LAW = "RETENTION_BY_LAW"
    RIGHTS_OF_OTHERS = "RIGHTS_OF_OTHERS"
    NOT_FEASIBLE = "NOT_FEASIBLE"
    NOTHING_HELD = "NOTHING_HELD"
    DIRECTIVE = "DIRECTIVE"


class Task(StrEnum):
    """What the members service does for a request."""

    PACKAGE = "PACKAGE"
    ERASURE = "ERASURE"
    CLOSING = "CLOSING"


TASKS = {
    RightsKind.ACCESS: Task.PACKAGE,
    RightsKind.COPY: Task.PACKAGE,
    RightsKind.PORT: Task.PACKAGE,
    RightsKind.DELETE: Task.ERASURE,
    RightsKind.CLOSE_ACCOUNT: Task.CLOSING,
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not, by which article, and what may be done now."""

    ground: RefusalGround
    article: str
    remedy: str

    def check(self, field: str = "refusal") -> None:
        """Refuse a refusal that says too little."""
        if not _ARTICLE.fullmatch(self.article):
            raise RefusalNotReasoned(
                "name the article that it rests on, like PIPL 47 (PIPL 50)",
                field=f"{field}.article",
                article="PIPL 50",
            )
        if not self.remedy.strip() or len(self.remedy) > _REMEDY_MOST or not self.remedy.isprintable():
            raise RefusalNotReasoned(
                f"say what the asker may do now, in one line of 1 to {_REMEDY_MOST} characters (PIPL 50)",
                field=f"{field}.remedy",
                article="PIPL 50",
            )


@dataclass(frozen=True, slots=True)
class Proof:
    """What a store did about a request; ``reference`` points to it."""

    store: str
    action: str
    count: int
    reference: str
    proved_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """That a request came into a state."""

    state: RightsState
    at: datetime
    actor: str
    note: str


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request; ``member_id`` is the pseudonym of the evidence once the member is erased.

    ``erasure_id`` is the erasure that answers it, once the member is gone here.
    """

    number: int
    request_id: UUID
    member_id: UUID
    kind: RightsKind
    state: RightsState
    purposes: tuple[str, ...]
    subject: str
    wanted: RightsKind | None
    channel: str
    verified: bool
    received_at: datetime
    due_at: datetime
    due_source: str
    alarm_at: datetime
    ended_at: datetime | None
    decided_by: str
    refused: Refused | None
    appeal_of: UUID | None
    erasure_id: UUID | None = None
    steps: tuple[Step, ...] = ()
    proofs: tuple[Proof, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in FOLLOWS

    @property
    def task(self) -> Task | None:
        """What the members service has to do, if anything; the copy for kin is the officer's to hand out."""
        if self.kind is RightsKind.POSTHUMOUS:
            return Task.ERASURE if self.wanted is RightsKind.DELETE else None
        return TASKS.get(self.kind)

    @property
    def is_weighed(self) -> bool:
        """Whether a person decides on it."""
        return self.kind in WEIGHED or self.appeal_of is not None

    def to(self, state: RightsState) -> "RightsRequest":
        """The request in another state. Raises ``RightsRequestNotOpen``."""
        if state not in FOLLOWS.get(self.state, ()):
            raise RightsRequestNotOpen(
                f"the request is {self.state}: it cannot become {state}", field="request_id", state=self.state
            )
        return replace(self, state=state)


def signed_in_lately(authenticated_at: datetime | None, now: datetime) -> bool:
    """Whether a sign-in proves who asks; one of the future proves nothing."""
    return authenticated_at is not None and -_CLOCKS_DIFFER <= now - authenticated_at <= RECENT


def check_reference(text: str, field: str) -> str:
    """A reference to what shows something: a file, a record. Raises when it is none."""
    if not PARTY.fullmatch(text):
        raise RightsRequestMalformed(f"{field} takes a reference of up to 100 characters", field=field)
    return text
