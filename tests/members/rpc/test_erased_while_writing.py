"""Whoever is still writing while a member is erased: nothing of it is left, neither a value nor what it is found by."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from huiyuan.members.v1 import notes_pb2, packages_pb2

from services.kit.refusal import Refusal
from services.members.actions import traits as indexing
from services.members.jobs import erasures, tombstones
from services.members.jobs import traits as traits_job
from services.members.rpc import communications as communications_door
from services.members.rpc import notes as notes_door
from services.members.rpc import packages as packages_door
from services.members.rules import traits
from services.members.rules.erasures import Terms
from services.members.rules.identities import IdentityKind, normalised
from services.members.rules.keyrings import Place
from services.members.storage.tombstone_files import TombstoneFile
from tests.members import linking
from tests.members.rpc.test_addresses import HOME, save
from tests.members.rpc.test_erasures import ask
from tests.members.rpc.test_notes import note, record, sent
from tests.members.service import SUPPORT, Members, as_member, by, registration

NAME, MAIL, BORN, CITY = "司徒灰飞烟灭", "ashes.to.ashes@example.com", "1991-07-13", "呼伦贝尔市"
NOTED = "wants to be called Windswept"


@pytest.fixture
def file(tmp_path) -> TombstoneFile:
    return TombstoneFile(tmp_path / "tombstones.jsonl")


@asynccontextmanager
async def held(monkeypatch, place: Any, name: str, call: Any, *, after: bool) -> AsyncIterator[asyncio.Task]:
    """A call that waits at a step, before or after that was done, until the block ends."""
    step, there, go_on = getattr(place, name), asyncio.Event(), asyncio.Event()

    async def waiting(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(place, name, step)
        done = await step(*arguments, **named) if after else None
        there.set()
        await go_on.wait()
        return done if after else await step(*arguments, **named)

    monkeypatch.setattr(place, name, waiting)
    task = asyncio.create_task(call)
    async with asyncio.timeout(10):
        await there.wait()
    yield task
    go_on.set()
    await asyncio.wait([task])


async def whole(members: Members, *, keys: bool) -> dict[str, str]:
    """Every table of a database, as texts."""
    names = await members.peek(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        keys=keys,
    )
    return {
        name: "\n".join([row[0] for row in await members.peek(f'SELECT t::text FROM "{name}" t', keys=keys)])
        for (name,) in names
    }


def planted(members: Members, phone: str) -> dict[str, str]:
    """What may stand nowhere: values, their bytes, and every digest by which they are found."""
    identities = [normalised(IdentityKind.PHONE, "", phone), normalised(IdentityKind.EMAIL, "", MAIL)]
    shared = [traits.full_name(NAME), traits.birthday(BORN[5:]), traits.city(CITY)]
    places: list[tuple[str, Place]] = [
        (one.kind.name, place) for one in identities for place in members.ring.places(one)
    ]
    places += [(one.kind.name, place) for one in shared for place in members.ring.trait_places(one)]
    values = (phone, phone[3:], MAIL, NAME, CITY, NOTED)
    return (
        {f"digest of {name}": place.digest.hex() for name, place in places}
        | {f"value {value}": value for value in values}
        | {f"bytes of {value}": value.encode().hex() for value in values}
    )


async def left(members: Members, phone: str, member_id: str) -> list[str]:
    """Where something of a member stands that may not, and in which tables rows that are not kept for a reason."""
    kept = {row[0] for row in await members.peek("SELECT name FROM kept_tables")} | {"inbox"}
    found = []
    for keys in (False, True):
        for table, text in (await whole(members, keys=keys)).items():
            found += [f"{table}: {what}" for what, value in planted(members, phone).items() if value in text]
            if member_id in text and table not in kept:
                found.append(f"{table}: a row")
    return sorted(found)


async def somebody(members: Members) -> tuple[str, str]:
    """A member with something in every table that there is about members, and the phone."""
    phone = members.phone()
    member_id = await members.register(
        registration(phone, key=uuid4().hex, full_name=NAME, birth_date=BORN, email=MAIL)
    )
    await save(members, member_id, **{**HOME, "city": CITY})
    await note(members, member_id, NOTED)
    await record(members, sent(member_id, "first"))
    await members.packages.request_package(
        packages_pb2.RequestPackageRequest(member_id=member_id), headers=by(as_member(member_id))
    )
    [mail] = [one for one in await linking.listed(members, member_id) if one.kind == linking.EMAIL]
    await linking.unlink(members, member_id, mail.identity_id)
    await traits_job.index(members.databases, members.ring)
    return member_id, phone


async def test_nothing_of_an_erased_member_stands_in_any_table(members: Members, file):
    member_id, phone = await somebody(members)
    before = await left(members, phone, member_id)
    assert {one.partition(":")[0] for one in before} >= {"traits", "identities", "former_identities", "notes"}
    await ask(members, member_id)
    await erasures.advance(members.databases, Terms(), file)
    assert await left(members, phone, member_id) == []


async def test_an_index_that_was_being_made_is_gone_with_the_rest(members: Members, file, monkeypatch):
    member_id, phone = await somebody(members)
    await members.peek("UPDATE members SET indexed_revision = 0 WHERE member_id = $1", UUID(member_id))
    await members.peek("DELETE FROM traits WHERE member_id = $1", UUID(member_id), keys=True)
    await ask(members, member_id)
    index = traits_job.index(members.databases, members.ring)
    async with held(monkeypatch, indexing.profiles, "read", index, after=True):
        erasing = asyncio.create_task(erasures.advance(members.databases, Terms(), file))
        await asyncio.wait([erasing], timeout=0.2)
    await erasing
    assert await left(members, phone, member_id) == []


WRITES: dict[str, tuple[Any, str, Callable[[Members, str], Any]]] = {
    "a note": (
        notes_door.actions,
        "add",
        lambda members, who: members.notes.add_note(
            notes_pb2.AddNoteRequest(member_id=who, text=NOTED, idempotency_key="late"), headers=by(SUPPORT)
        ),
    ),
    "a communication": (
        communications_door.communications,
        "add",
        lambda members, who: record(members, sent(who, "late")),
    ),
    "a package": (
        packages_door.actions,
        "request",
        lambda members, who: members.packages.request_package(
            packages_pb2.RequestPackageRequest(member_id=who), headers=by(as_member(who))
        ),
    ),
}


@pytest.mark.parametrize("what", WRITES)
async def test_what_is_written_behind_an_erasure_is_refused_or_looked_after(
    members: Members, file, monkeypatch, what: str
):
    place, name, call = WRITES[what]
    member_id, phone = await somebody(members)
    await ask(members, member_id)
    async with held(monkeypatch, place, name, call(members, member_id), after=False) as late:
        await members.peek("DELETE FROM packages WHERE member_id = $1", UUID(member_id))
        await erasures.advance(members.databases, Terms(), file)
    refused = isinstance(late.exception(), Refusal)
    await tombstones.replay(members.databases, file, completing_file=True)
    assert await left(members, phone, member_id) == []
    if what == "a note":
        assert refused


async def test_nothing_more_is_recorded_of_the_erased(members: Members, file):
    member_id, phone = await somebody(members)
    await ask(members, member_id)
    await erasures.advance(members.databases, Terms(), file)
    living = await members.register()
    assert await record(members, sent(member_id, "after"), sent(living, "after")) == ["MEMBER_ERASED", False]
    assert await left(members, phone, member_id) == []
