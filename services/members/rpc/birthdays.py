"""Birthdays, asked: the members of one day are opened, and nobody else."""

from typing import Any

from huiyuan.members.v1 import birthdays_pb2 as wire

from services.kit import rpc
from services.members.rpc.pages import after_of
from services.members.rules import birthdays as rules
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import Member
from services.members.storage import profiles, traits
from services.members.storage.databases import Databases

_LONGEST_PAGE = 500


class Birthdays:
    """The handlers of ``BirthdaysService``."""

    def __init__(self, databases: Databases, ring: KeyRing, leap_birthday: str) -> None:
        self._databases = databases
        self._ring = ring
        self._leap_birthday = leap_birthday

    # For staff it would be the birthday of everyone in clear, without a purpose: services alone may ask.
    @rpc.allow(rpc.services("loyalty"))
    async def list_birthdays(self, request: wire.ListBirthdaysRequest, _: Any) -> wire.ListBirthdaysResponse:
        day = rules.day_of(request.on)
        after = after_of(request.first, request.after, _LONGEST_PAGE)
        places = [self._ring.find_trait(trait) for trait in rules.kept_on(day, self._leap_birthday)]
        page = await traits.having_any(self._databases, places, after, request.first + 1)
        has_more, page = len(page) > request.first, page[: request.first]
        found = await profiles.read(self._databases, self._ring, page)
        return wire.ListBirthdaysResponse(
            member_ids=[
                str(member_id)
                for member_id in page
                if isinstance(member := found.get(member_id), Member)
                and rules.is_kept(member, day, self._leap_birthday)
            ],
            has_next_page=has_more,
            end=str(page[-1]) if page else request.after,
        )
