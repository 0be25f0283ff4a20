"""Collecting: which categories of data the purposes in force list, asked of the consent service."""

import asyncio
import time
from collections.abc import Callable, Iterable, Set
from functools import lru_cache
from itertools import compress
from operator import attrgetter

from huiyuan.consent.v1 import purposes_pb2
from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.members.v1 import profiles_pb2 as wire

from services.kit.refusal import Refusal
from services.members.rules import collecting as rules
from services.members.rules.accesses import ConsentUnavailable, PersonalField

KEPT_S = 5.0
"""How long an answer counts. A no is always of an answer asked for after the request came."""

_FIELDS = {
    "display_name": PersonalField.DISPLAY_NAME,
    "full_name": PersonalField.FULL_NAME,
    "birth_date": PersonalField.BIRTH_DATE,
    "gender": PersonalField.GENDER,
}


class Collecting:
    """Lets in only what a purpose in force lists; of many who ask at once, one asks the consent service.

    While that service is away, what it last said counts: purposes are published, not decided anew for each member.
    Who never heard from it lets nothing in.
    """

    def __init__(
        self, purposes: PurposesServiceClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._purposes = purposes
        self._monotonic = monotonic
        self._listed: frozenset[str] | None = None
        self._sent_at = float("-inf")
        self._asking = asyncio.Lock()

    async def admit(self, brought: Set[str]) -> None:
        """Raises ``FieldWithoutPurpose`` or ``ConsentUnavailable``."""
        [refusal] = await self.refusals([brought])
        if refusal is not None:
            raise refusal

    async def refusals(self, each: Iterable[Set[str]]) -> list[Refusal | None]:
        """For each of many, why its categories may not be collected; None where they may."""
        each, came_at = list(each), self._monotonic()
        if not any(each):
            return [None] * len(each)
        found = self._judge(each, await self._since(came_at - KEPT_S))
        if any(found):
            found = self._judge(each, await self._since(came_at))
        return found

    def _judge(self, each: list[Set[str]], listed: frozenset[str]) -> list[Refusal | None]:
        return [rules.refusal_of(brought, listed) for brought in each]

    async def _since(self, earliest: float) -> frozenset[str]:
        """The categories listed by an answer that was asked for at that time or later, if one is to be had."""
        async with self._asking:
            if self._sent_at < earliest or self._listed is None:
                sent_at = self._monotonic()
                try:
                    answer = await self._purposes.list_purposes(purposes_pb2.ListPurposesRequest(locale="zh"))
                except Refusal:
                    if self._listed is None:
                        raise ConsentUnavailable(
                            "the consent service cannot be asked now which data may be collected: try again"
                        ) from None
                else:
                    self._listed = frozenset(one for p in answer.purposes for one in p.categories)
                    self._sent_at = sent_at
            return self._listed


def of_profile(said: wire.NewProfile | wire.UpdateProfileRequest) -> frozenset[str]:
    """The categories that a profile, or a change of one, brings; what is cleared is not collected."""
    return rules.of_fields(tuple([field for name, field in _FIELDS.items() if getattr(said, name, None)]))


def of_registration(request: wire.RegisterMemberRequest) -> frozenset[str]:
    """The categories that a new member brings."""
    kinds = tuple([new.identity.kind for new in request.identities])
    return _of_new(tuple(map(bool, _new_texts(request.profile))), kinds)


_NEW = tuple([name for name in _FIELDS if name in wire.NewProfile.DESCRIPTOR.fields_by_name])
_new_texts = attrgetter(*_NEW)


@lru_cache(256)
def _of_new(given: tuple[bool, ...], kinds: tuple[int, ...]) -> frozenset[str]:
    # Nearly all rows of an import bring the same, and to put it together for each took three times as long.
    fields = tuple([_FIELDS[name] for name in compress(_NEW, given)])
    return rules.of_fields(fields).union(*map(rules.of_identity, kinds))
