"""The gate: whether data may be used for a purpose now, with the reason, the article and the basis."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from services.consent.rules.decisions import ConsentState, Decision, ended
from services.consent.rules.purposes import ConsentForm, LawfulBasis, Purpose, Widening
from services.consent.rules.rights import EVERYTHING

KEEP = timedelta(seconds=2)
"""How long a caller may keep an answer, at the most."""


class Reason(StrEnum):
    """Why the gate answers as it does."""

    CONSENT_GIVEN = "CONSENT_GIVEN"
    CONSENT_NOT_NEEDED = "CONSENT_NOT_NEEDED"
    NOT_ASKED = "NOT_ASKED"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    REAFFIRM_REQUIRED = "REAFFIRM_REQUIRED"
    CATEGORY_NOT_LISTED = "CATEGORY_NOT_LISTED"
    RECIPIENT_NOT_LISTED = "RECIPIENT_NOT_LISTED"
    AUTOMATED_DECISIONS_REFUSED = "AUTOMATED_DECISIONS_REFUSED"
    PROCESSING_RESTRICTED = "PROCESSING_RESTRICTED"
    PROCESSOR_TERM_OVER = "PROCESSOR_TERM_OVER"
    EXPORT_ROUTE_MISSING = "EXPORT_ROUTE_MISSING"
    EXPORT_CEILING_REACHED = "EXPORT_CEILING_REACHED"


@dataclass(frozen=True)
class Question:
    """What a caller wants to do: for a purpose as it is asked for and as it is in force, with which data.

    Versions never change, so neither does what follows from a question alone: it is found out once.
    """

    asked: Purpose
    in_force: Purpose
    categories: frozenset[str]
    recipient_id: str

    @cached_property
    def used(self) -> frozenset[str]:
        """The categories in question; a caller who names none may use all, so all are judged."""
        return self.categories or frozenset(self.asked.terms.categories)

    @cached_property
    def fresh_only(self) -> bool:
        """Whether it has to be judged anew each time."""
        return any(fresh_only(purpose, self.recipient_id) for purpose in (self.asked, self.in_force))

    @cached_property
    def unlisted(self) -> tuple[Reason, str] | None:
        """Why nobody's consent could allow it, if that is so: what it names is in no version of the purpose."""
        for terms in (self.asked.terms, self.in_force.terms):
            if not self.used <= set(terms.categories):
                return Reason.CATEGORY_NOT_LISTED, "PIPL 6"
            if self.recipient_id and self.recipient_id not in terms.recipients:
                return Reason.RECIPIENT_NOT_LISTED, "PIPL 23"
        return None

    @cached_property
    def needs_consent(self) -> bool:
        return self.asked.terms.needs_consent or self.in_force.terms.needs_consent

    @cached_property
    def profiles(self) -> bool:
        """Whether a machine judges the member by it (PIPL 24), on whatever basis."""
        return self.asked.terms.profiles or self.in_force.terms.profiles

    @cached_property
    def goes_abroad(self) -> bool:
        return self.asked.terms.goes_abroad or self.in_force.terms.goes_abroad

    @cached_property
    def limited(self) -> bool:
        """Whether registers have a say as well."""
        return bool(self.recipient_id) or self.goes_abroad

    def covered_by(self, consented: Purpose) -> bool:
        """Whether consent to a version of the purpose, given and lasting, covers this."""
        covered = self._covered.get(consented.version)
        if covered is None:
            covered = self._covered[consented.version] = _covers(consented, self)
        return covered

    @cached_property
    def _covered(self) -> dict[int, bool]:
        """By version, as far as it was asked for."""
        return {}

    def restricted_by(self, restricted: Set[str]) -> bool:
        """Whether what a member had restricted (PIPL 44) covers this; what other laws demand goes on."""
        basis = self.in_force.terms.lawful_basis
        if basis in _DEMANDED:
            return False
        named = self.in_force.key in restricted
        return named or (EVERYTHING in restricted and basis is not LawfulBasis.CONTRACT)


class Answer(NamedTuple):
    """What the gate says; ``keep_until`` is None when the answer must not be kept.

    ``non_personalised`` comes with a no whose only ground is that automated decisions were refused: the same without
    a profile is allowed. A caller who does not know of it does nothing at all, which is never wrong.
    """

    allow: bool
    reason: Reason
    article: str
    basis: LawfulBasis
    record_id: UUID | None
    keep_until: datetime | None
    non_personalised: bool = False


_DEMANDED = frozenset({LawfulBasis.LEGAL_DUTY, LawfulBasis.EMERGENCY, LawfulBasis.OTHER_LAW})
"""The bases on which a law wants the processing, so that nobody restricts it (PIPL 44)."""

_DENIED = {
    ConsentState.REFUSED: (Reason.CONSENT_REFUSED, "PIPL 13(1)"),
    ConsentState.WITHDRAWN: (Reason.CONSENT_WITHDRAWN, "PIPL 15"),
    ConsentState.EXPIRED: (Reason.CONSENT_EXPIRED, "PIPL 14"),
    ConsentState.REAFFIRM_REQUIRED: (Reason.REAFFIRM_REQUIRED, "PIPL 14"),
}

_BY_PART = frozenset({Widening.CATEGORIES, Widening.RECIPIENTS})
"""What a question can name: where only these grew, use of what was there before goes on."""

_STRICTER = frozenset({Widening.SENSITIVITY, Widening.FORM})
"""How consent must be given now: asking for an older version is no way around it."""


def fresh_only(purpose: Purpose, recipient_id: str) -> bool:
    """Whether the purpose is of sensitive data or takes separate consent: nothing about it is ever kept."""
    terms = purpose.terms
    return terms.sensitive or terms.form_for(recipient_id) in (ConsentForm.SEPARATE, ConsentForm.WRITTEN)


def judge(
    question: Question,
    decision: Decision | None,
    consented: Purpose | None,
    now: datetime,
    read_at: datetime | None = None,
    *,
    automated_refused: bool = False,
    restricted: Set[str] = frozenset(),
) -> Answer:
    """The answer; ``consented`` is the purpose version that the standing decision was on.

    ``read_at`` is the instant that all of this is known of, where that is not now: an answer is kept no longer for it.
    """
    if question.unlisted is None and question.restricted_by(restricted):
        return _deny(question, Reason.PROCESSING_RESTRICTED, "PIPL 44", decision)
    answer = _judge(question, decision, consented, now, (read_at or now) + KEEP)
    if not (automated_refused and answer.allow and question.profiles):
        return answer
    return answer._replace(
        allow=False,
        reason=Reason.AUTOMATED_DECISIONS_REFUSED,
        article="PIPL 24",
        keep_until=None,
        non_personalised=True,
    )


def limited(question: Question, answer: Answer, uncovered: tuple[Reason, str] | None) -> Answer:
    """The answer as registers leave it; what goes abroad is counted each time, so that nobody keeps it."""
    if uncovered is not None:
        reason, article = uncovered
        return answer._replace(
            allow=False, reason=reason, article=article, keep_until=None, non_personalised=False
        )
    return answer._replace(keep_until=None) if question.goes_abroad else answer


def cause(
    decision: Decision | None, automated_refused: bool, restricted: Set[str], read_at: datetime
) -> tuple[object, ...]:
    """What ``judge`` heeds of a standing, but for which record it is: by equal causes, equal answers to a question.

    A consent's end that is farther away than any answer is kept is as good as none.
    """
    if decision is None:
        return automated_refused, restricted
    ends = decision.valid_until
    if ends is not None and ends > read_at + KEEP:
        ends = None
    return decision.purpose_version, decision.event_state, ends, automated_refused, restricted


def _judge(
    question: Question,
    decision: Decision | None,
    consented: Purpose | None,
    now: datetime,
    keep_until: datetime,
) -> Answer:
    if question.unlisted is not None:
        return _deny(question, *question.unlisted, None)
    if not question.needs_consent:
        basis = question.in_force.terms.lawful_basis
        return Answer(True, Reason.CONSENT_NOT_NEEDED, basis.article, basis, None, keep_until)
    if decision is None or consented is None:
        return _deny(question, Reason.NOT_ASKED, "PIPL 13(1)", None)
    stands = ended(decision, now)
    if stands is None and not question.covered_by(consented):
        stands = ConsentState.REAFFIRM_REQUIRED
    if stands is not None:
        return _deny(question, *_DENIED[stands], decision)
    until = None if question.fresh_only else min(keep_until, decision.valid_until or keep_until)
    return Answer(True, Reason.CONSENT_GIVEN, "PIPL 13(1)", LawfulBasis.CONSENT, decision.record_id, until)


def _covers(consented: Purpose, question: Question) -> bool:
    """True where nothing grew since, or the question stays within the part that did not grow."""
    grown = question.asked.outgrows(consented)
    if grown and not (grown <= _BY_PART and question.used <= set(consented.terms.categories)):
        return False
    return not question.in_force.outgrows(consented) & _STRICTER


def _deny(question: Question, reason: Reason, article: str, decision: Decision | None) -> Answer:
    basis = question.in_force.terms.lawful_basis
    return Answer(False, reason, article, basis, decision.record_id if decision else None, None)
