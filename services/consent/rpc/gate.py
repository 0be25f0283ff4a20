"""The gate asked: of one member, on the measured path, and of ten thousand at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2

from services.consent.rpc import wire
from services.consent.rules.decisions import Decision
from services.consent.rules.gate import Answer, Question, cause, judge, limited
from services.consent.rules.purposes import Purpose
from services.consent.storage.gate import GateReads, Standing
from services.consent.storage.gate_limits import GateLimits, Uncovered
from services.consent.storage.standings import KeptStandings, Known
from services.kit.clock import Clock
from services.kit.refusal import Invalid, Unavailable

_CHECK_MOST = 10_000
_KEPT_MOST = 500
"""Members of a batch that may be answered by what is kept: the loop answers nobody else meanwhile."""
_MOST_QUESTIONS = 1_000
_MOST_SAID = 16
_MEMBERS = 16_384


class TooMany(Invalid):
    """A batch asks about more members than one call answers."""


class EpochNotReached(Unavailable):
    """The demanded epoch is not known here yet; the question must not be answered from the past."""


class _Said(NamedTuple):
    """An answer that stays the same while what it was judged by is kept, but for a consent that ends by itself."""

    response: decisions_pb2.CheckResponse
    until: datetime | None


class Gate:
    """Answers ``Check`` and ``CheckMany``."""

    def __init__(self, reads: GateReads, kept: KeptStandings, limits: GateLimits, clock: Clock) -> None:
        self._reads = reads
        self._kept = kept
        self._limits = limits
        self._clock = clock
        self._questions: dict[tuple[object, ...], Question] = {}

    def kept(self, request: decisions_pb2.CheckRequest) -> decisions_pb2.CheckResponse | None:
        """The answer, given before or now, while all that it is judged by is kept."""
        known = self._kept.at_hand(
            _member(request.member_id), request.purpose, request.recipient_id, request.min_epoch
        )
        if known is None:
            return None
        said = self._said_by(known, _asked(request)) or self._said_now(known, request)
        if said is not None:
            self._kept.answered += 1
        return said

    async def check(self, request: decisions_pb2.CheckRequest) -> decisions_pb2.CheckResponse:
        """The answer about one member, where it takes reading: at the least a version, or registers.

        Raises ``EpochNotReached``.
        """
        member_id = _member(request.member_id)
        about = member_id, request.purpose, request.recipient_id
        known = self._kept.at_hand(*about, request.min_epoch)
        if known is None:
            wire.purpose_key(request.purpose)
            wire.recipient(request.recipient_id)
            known = await self._kept.fresh(*about)
        question = await self._question(request, known.in_force)
        if question.fresh_only and known.is_kept:
            known = await self._kept.fresh(*about)
            question = await self._question(request, known.in_force)
        self._kept.answered += known.is_kept
        standing = known.standing
        if standing.epoch < request.min_epoch:
            raise EpochNotReached(
                "the demanded epoch is not known here yet: try again",
                field="min_epoch",
                epoch=standing.epoch,
                min_epoch=request.min_epoch,
            )
        now = self._clock()
        answer = _judged(question, standing, await self._consented(standing.decision), now, known.read_at)
        if question.limited and answer.allow:
            uncovered = await self._limits.heed(question, [member_id], now)
            answer = limited(question, answer, uncovered.get(member_id))
        response = wire.wire_answer(answer, standing.epoch)
        return (
            response
            if question.limited or question.fresh_only
            else _kept_with(known, _asked(request), response)
        )

    def _said_by(self, known: Known, asked: tuple[object, ...]) -> decisions_pb2.CheckResponse | None:
        """What was answered by this before, while no consent ended."""
        said: _Said | None = known.answers.get(asked)
        if said is None or (said.until is not None and self._clock() >= said.until):
            return None
        return said.response

    def _said_now(
        self, known: Known, request: decisions_pb2.CheckRequest
    ) -> decisions_pb2.CheckResponse | None:
        """Judged by what is kept, where nothing has to be read for it: what was read anew was not asked about yet."""
        in_force, standing, decision = known.in_force, known.standing, known.standing.decision
        version = request.purpose_version or in_force.version
        asked = in_force if version == in_force.version else self._reads.known(request.purpose, version)
        consented = decision and self._reads.known(decision.purpose, decision.purpose_version)
        if asked is None or (decision is not None and consented is None):
            return None
        question = self._about(asked, in_force, request.categories, request.recipient_id)
        if question.fresh_only or question.limited:
            return None
        answer = _judged(question, standing, consented, self._clock(), known.read_at)
        return _kept_with(known, _asked(request), wire.wire_answer(answer, standing.epoch))

    def kept_many(self, request: decisions_pb2.CheckManyRequest) -> decisions_pb2.CheckManyResponse | None:
        """The answers, where they may be kept and all that they are judged by is."""
        if not (request.may_be_kept and 0 < len(request.member_ids) <= _KEPT_MOST):
            return None
        purpose, recipient_id = request.purpose, request.recipient_id
        alone = decisions_pb2.CheckRequest(
            purpose=purpose, categories=request.categories, recipient_id=recipient_id
        )
        response = decisions_pb2.CheckManyResponse()
        asked, add = _asked(alone), response.answers.append
        for member_id in request.member_ids:
            known = self._kept.at_hand(_member(member_id), purpose, recipient_id)
            said = known and (self._said_by(known, asked) or self._said_now(known, alone))
            if said is None:
                return None
            add(said)
        self._kept.answered += len(request.member_ids)
        return response

    async def check_many(self, request: decisions_pb2.CheckManyRequest) -> decisions_pb2.CheckManyResponse:
        """The answers about members in their order, by one reading of the store.

        ``kept_many`` was asked before, but for callers who are followed by spans: they are read about.
        """
        at_most(_CHECK_MOST, len(request.member_ids), "member_ids")
        members = [wire.uuid_of(one, f"member_ids[{at}]") for at, one in enumerate(request.member_ids)]
        read_at = self._clock()
        about = wire.purpose_key(request.purpose), wire.recipient(request.recipient_id)
        keeps = request.may_be_kept and len(members) <= _KEPT_MOST
        read = self._kept.fresh_many if keeps else self._reads.many
        in_force, standings = await read(members, *about)
        question = self._about(in_force, in_force, request.categories, request.recipient_id)
        now = self._clock()
        judged: dict[object, Answer] = {}
        causes = []
        for member_id in members:
            standing = standings[member_id]
            alike = cause(standing.decision, standing.automated_refused, standing.restricted, read_at)
            if alike not in judged:
                consented = await self._consented(standing.decision)
                judged[alike] = _judged(question, standing, consented, now, read_at)
            causes.append(alike)
        uncovered: Mapping[UUID, Uncovered] = {}
        if question.limited:
            allowed = [one for one, alike in zip(members, causes, strict=True) if judged[alike].allow]
            uncovered = await self._limits.heed(question, allowed, now)
        response, verdicts = decisions_pb2.CheckManyResponse(), dict[object, decisions_pb2.CheckResponse]()
        for member_id, alike in zip(members, causes, strict=True):
            decision, epoch = standings[member_id].decision, standings[member_id].epoch
            against = uncovered.get(member_id) if uncovered else None
            verdict = alike if against is None else (alike, against)
            if verdict not in verdicts:
                answer = limited(question, judged[alike], against)
                verdicts[verdict] = wire.wire_answer(answer, epoch)
            wire.add_answer(response, verdicts[verdict], decision and decision.record_id, epoch)
        return response

    async def _question(self, request: decisions_pb2.CheckRequest, in_force: Purpose) -> Question:
        asked = in_force
        if request.purpose_version not in (0, in_force.version):
            asked = await self._reads.version(request.purpose, request.purpose_version)
        return self._about(asked, in_force, request.categories, request.recipient_id)

    def _about(
        self, asked: Purpose, in_force: Purpose, categories: Sequence[str], recipient_id: str
    ) -> Question:
        """The same question is the same object, so that what follows from it alone is found out once."""
        key = (in_force.key, asked.version, in_force.version, recipient_id, *categories)
        question = self._questions.get(key)
        if question is None:
            if len(self._questions) >= _MOST_QUESTIONS:
                self._questions.clear()
            question = Question(asked, in_force, frozenset(categories), recipient_id)
            self._questions[key] = question
        return question

    async def _consented(self, decision: Decision | None) -> Purpose | None:
        if decision is None:
            return None
        return await self._reads.version(decision.purpose, decision.purpose_version)


def _judged(
    question: Question, standing: Standing, consented: Purpose | None, now: datetime, read_at: datetime
) -> Answer:
    return judge(
        question,
        standing.decision,
        consented,
        now,
        read_at,
        automated_refused=standing.automated_refused,
        restricted=standing.restricted,
    )


def _kept_with(
    known: Known, asked: tuple[object, ...], response: decisions_pb2.CheckResponse
) -> decisions_pb2.CheckResponse:
    """The answer, which stays the same for as long as what it was judged by is kept."""
    if len(known.answers) < _MOST_SAID:
        decision = known.standing.decision
        known.answers[asked] = _Said(response, decision.valid_until if decision is not None else None)
    return response


def _asked(request: decisions_pb2.CheckRequest) -> tuple[object, ...]:
    """What tells the questions about one member, purpose and recipient apart."""
    categories = request.categories
    return (request.purpose_version, *categories) if categories else (request.purpose_version,)


# Who is asked about is asked about again: to read the id took a third of an answer that is kept.
_member = lru_cache(_MEMBERS)(wire.uuid_of)


def at_most(most: int, count: int, field: str) -> None:
    """Refuse a batch about more members than one call answers."""
    if count > most:
        raise TooMany(f"one call takes at most {most:,} members", field=field, asked=count, most=most)
