"""Consents: what the consent service says before something is done that the contract does not need."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from huiyuan.consent.v1 import decisions_pb2
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient

from services.kit import rpc
from services.kit.refusal import Declined, Invalid, Kind, Refusal, Unavailable

_AT_ONCE = 10_000
_NOBODY = "00000000-0000-0000-0000-000000000000"
_NOT_LISTED = "CATEGORY_NOT_LISTED"
_ANSWERS = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)


class ConsentMissing(Declined):
    """The member does not allow the purpose that this is kept for."""


class PurposeNotPublished(Invalid):
    """Something is to rest on a purpose that the consent service does not know, so that nobody could allow it."""


class PurposeListsOtherwise(Invalid):
    """Something is to look at data that the purpose does not list, so that nobody's consent could allow it (PIPL 6)."""


class ConsentUnavailable(Unavailable):
    """The consent service cannot be asked now, and without its answer nothing is kept that rests on consent."""


class _Asked(NamedTuple):
    member_id: str
    purpose: str


class ConsentGate:
    """Asks each time, and who asks at once asks together.

    ``decisions`` is None where no key for the consent service is set up, and then all is denied.
    """

    def __init__(self, decisions: DecisionsServiceClient | None) -> None:
        self._decisions = decisions
        self._answers = rpc.Lane(rpc.one_or_many(self._one, self._many), group=lambda asked: asked.purpose)

    async def be_allowed(self, member_id: str, purpose: str) -> None:
        """Refuse what the member does not allow. Raises ``ConsentMissing`` or ``ConsentUnavailable``."""
        with _asked():
            answer = await self._answers.ask(_Asked(member_id, purpose))
        if not answer.allow:
            raise ConsentMissing(
                f"the member does not allow {purpose}: the consent service answers {answer.reason}",
                field="type",
                purpose=purpose,
                reason=answer.reason,
                article=answer.article,
            )

    async def be_known(self, purpose: str, field: str, categories: Sequence[str] = ()) -> None:
        """Refuse to rest anything on a purpose that was never published, or lists none of these categories of data.

        Asked about nobody: whether the answer would be yes is not looked at. A purpose that was published stays known.
        Raises ``PurposeNotPublished``, ``PurposeListsOtherwise``.
        """
        try:
            with _asked():
                asked = decisions_pb2.CheckManyRequest(
                    member_ids=[_NOBODY], purpose=purpose, categories=categories
                )
                (answer,) = (await self._client().check_many(asked)).answers
        except Refusal as refusal:
            if refusal.kind is not Kind.NOT_FOUND:
                raise
            message = f"{field}: no purpose {purpose!r} was ever published: publish it first, or name another"
            raise PurposeNotPublished(message, field=field, purpose=purpose) from None
        if answer.reason == _NOT_LISTED:
            wanted = ", ".join(categories)
            message = f"{field}: the purpose {purpose!r} does not list {wanted}: name one that does"
            raise PurposeListsOtherwise(
                message, field=field, purpose=purpose, categories=",".join(categories)
            )

    async def allowing(
        self, member_ids: Sequence[str], purpose: str, categories: Sequence[str] = ()
    ) -> set[str]:
        """Who of the members allows a purpose for these categories of data, or all it lists, as of now.

        Raises ``ConsentUnavailable``.
        """
        allowing: set[str] = set()
        with _asked():
            for start in range(0, len(member_ids), _AT_ONCE):
                some = member_ids[start : start + _AT_ONCE]
                asked = decisions_pb2.CheckManyRequest(
                    member_ids=some, purpose=purpose, categories=categories
                )
                answers = (await self._client().check_many(asked)).answers
                allowing |= {one for one, answer in zip(some, answers, strict=True) if answer.allow}
        return allowing

    async def _one(self, asked: _Asked) -> decisions_pb2.CheckResponse:
        return await self._client().check(
            decisions_pb2.CheckRequest(member_id=asked.member_id, purpose=asked.purpose)
        )

    async def _many(self, asked: Sequence[_Asked]) -> Sequence[decisions_pb2.CheckResponse]:
        """About one purpose, by answers as old as those that one alone is given."""
        question = decisions_pb2.CheckManyRequest(
            member_ids=[one.member_id for one in asked], purpose=asked[0].purpose, may_be_kept=True
        )
        return (await self._client().check_many(question)).answers

    def _client(self) -> DecisionsServiceClient:
        if self._decisions is None:
            raise ConsentUnavailable(
                "no key for the consent service is set up: set CALLER_KEY_LOYALTY_CONSENT"
            )
        return self._decisions


@contextmanager
def _asked() -> Iterator[None]:
    """While the consent service is asked: what it says is passed on, and anything else is no answer."""
    try:
        yield
    except Refusal as refusal:
        if refusal.kind in _ANSWERS or isinstance(refusal, ConsentUnavailable):
            raise
        raise ConsentUnavailable("the consent service cannot be asked now: try again") from None
