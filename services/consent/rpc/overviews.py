"""Overviews: what each member decided and whether it lets data be used, as members and their helpers are shown it.

Versions of purposes never change, so what is said to whoever decided nothing about one is made and encoded once; and
whoever decided nothing at all is shown what others are who did not.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2

from services.consent.rpc import wire
from services.consent.rules.decisions import Decision
from services.consent.rules.gate import Question, judge
from services.consent.rules.purposes import Purpose
from services.consent.storage.gate import NOTHING, Everything
from services.consent.storage.gate_limits import GateLimits
from services.kit import rpc
from services.kit.kept import Kept
from services.kit.refusal import Refusal

_CONSENTS = decisions_pb2.MemberConsents.CONSENTS_FIELD_NUMBER
_ANSWERED = decisions_pb2.ConsentsResult.CONSENTS_FIELD_NUMBER


class Shown(NamedTuple):
    """A consent as it is shown, and the question to the gate that it answers; what is shared is encoded already.

    Nobody changes what is said: it may be said to others too.
    """

    said: decisions_pb2.Consent
    question: Question
    encoded: bytes = b""

    @property
    def is_open(self) -> bool:
        """Whether registers have a say in what is in use."""
        return self.question.limited and self.said.in_use

    def denied(self) -> "Shown":
        """The same where a register stands against it."""
        said = decisions_pb2.Consent()
        said.CopyFrom(self.said)
        said.in_use = False
        return Shown(said, self.question)


Overviews = dict[UUID, list[Shown]]
"""What is shown by member; a list may be several members'."""


def consent(
    in_force: Purpose,
    recipient_id: str,
    decision: Decision | None,
    on: Purpose | None,
    stands: Everything,
    now: datetime,
) -> Shown:
    """What stands on a purpose and recipient, and whether it lets data be used; what registers say is not heeded yet.

    ``on`` is the version that the decision was on.
    """
    question, refused = _QUESTIONS.of(in_force, recipient_id), stands.automated_refused
    if decision is None:
        return _UNDECIDED.of(in_force, (recipient_id, refused, question.restricted_by(stands.restricted)))
    said = wire.wire_consent(in_force, recipient_id, decision, on, now)
    answer = judge(question, decision, on, now, automated_refused=refused, restricted=stands.restricted)
    said.in_use = answer.allow
    return Shown(said, question)


def overviews(
    purposes: Sequence[Purpose],
    found: Mapping[UUID, Everything],
    consented: Mapping[tuple[str, int], Purpose],
    member_ids: Iterable[UUID],
    now: datetime,
) -> Overviews:
    """Of each member every purpose in force with each recipient it names, and whatever else was decided, by key."""
    in_force = {purpose.key: purpose for purpose in purposes}
    asked = {(key, to) for key, purpose in in_force.items() for to in ("", *purpose.terms.recipients)}
    undecided: dict[tuple[bool, frozenset[str]], list[Shown]] = {}

    def of_all(stands: Everything) -> list[Shown]:
        decided = {(decision.purpose, decision.recipient_id): decision for decision in stands.decisions}
        shown = []
        for key, recipient_id in sorted(asked | {one for one in decided if one[0] in in_force}):
            decision = decided.get((key, recipient_id))
            on = consented[key, decision.purpose_version] if decision else None
            shown.append(consent(in_force[key], recipient_id, decision, on, stands, now))
        return shown

    shown: Overviews = {}
    for member_id in member_ids:
        stands = found.get(member_id, NOTHING)
        if stands.decisions:
            shown[member_id] = of_all(stands)
            continue
        alike = stands.automated_refused, stands.restricted
        if alike not in undecided:
            undecided[alike] = of_all(stands)
        shown[member_id] = undecided[alike]
    return shown


async def heed(limits: GateLimits, shown: Overviews, now: datetime) -> None:
    """Let registers have their say in what is in use: they are asked once about each question."""
    asked: dict[tuple[str, str], list[tuple[UUID, int]]] = {}
    questions: dict[tuple[str, str], Question] = {}
    open_places: dict[int, list[int]] = {}
    for member_id, consents in shown.items():
        places = open_places.get(id(consents))
        if places is None:
            places = open_places[id(consents)] = [nth for nth, one in enumerate(consents) if one.is_open]
        for place in places:
            question = consents[place].question
            about = question.in_force.key, question.recipient_id
            asked.setdefault(about, []).append((member_id, place))
            questions[about] = question
    for about, whose in asked.items():
        uncovered = await limits.foresee(questions[about], [member_id for member_id, _ in whose], now)
        for member_id, place in whose:
            if member_id in uncovered:
                consents = shown[member_id]
                shown[member_id] = [*consents[:place], consents[place].denied(), *consents[place + 1 :]]


def answer(
    admitted: Iterable[UUID | Refusal], shown: Overviews, found: Mapping[UUID, Everything]
) -> rpc.Encoded:
    """A ``BatchGetConsentsResponse``: what each may read that asks, and why not otherwise."""
    results, alike = [], {id(consents): b"" for consents in shown.values()}
    for one in admitted:
        if isinstance(one, Refusal):
            refused = decisions_pb2.ConsentsResult(refusal=rpc.wire_refusal(one))
            results.append(refused.SerializeToString())
            continue
        consents = shown[one]
        content = alike[id(consents)] = alike[id(consents)] or _encoded(consents)
        if one in found:
            content += decisions_pb2.MemberConsents(epoch=found[one].epoch).SerializeToString()
        results.append(rpc.embedded(_ANSWERED, content))
    return rpc.repeated(decisions_pb2.BatchGetConsentsResponse, results=results)


def _encoded(consents: Iterable[Shown]) -> bytes:
    """The consents of a ``MemberConsents``."""
    return b"".join(one.encoded or _embedded(one.said) for one in consents)


def _embedded(said: decisions_pb2.Consent) -> bytes:
    return rpc.embedded(_CONSENTS, said.SerializeToString())


def _question(in_force: Purpose, recipient_id: str) -> Question:
    return Question(in_force, in_force, frozenset(), recipient_id)


def _undecided(in_force: Purpose, of: tuple[str, bool, bool]) -> Shown:
    """Of a recipient, whether the member refused automated decisions, and whether a restriction covers the use."""
    recipient_id, automated_refused, is_restricted = of
    question = _QUESTIONS.of(in_force, recipient_id)
    at = in_force.effective_at  # whoever decided nothing is answered alike at any time
    said = wire.wire_consent(in_force, recipient_id, None, None, at)
    said.in_use = (
        not is_restricted and judge(question, None, None, at, automated_refused=automated_refused).allow
    )
    return Shown(said, question, _embedded(said))


_QUESTIONS: Kept[Purpose, Question] = Kept(_question)
_UNDECIDED: Kept[Purpose, Shown] = Kept(_undecided)
