"""Evidence packs (PIPL 54, 69): a replay gives the same bytes, everything in it is proved, and nobody alters it unseen."""

import json
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import guardians_pb2

from infra.local.databases import DatabaseUrls
from services.consent.jobs import packs
from services.consent.jobs.packs import NotCoveredYet, PackRefused
from tests.consent import factories
from tests.consent.rights import Desk
from tests.consent.service import OFFICER, member
from tests.consent.test_evidence import Evidence, fill, signing

LEAF = b"huiyuan consent leaf 1\n"
SOMEONE = str(uuid4())


@pytest.fixture(scope="module")
async def shared(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Evidence]:
    async with signing(new_database("consent"), redis_url, tmp_path_factory.mktemp("packs")) as made:
        await fill(made, SOMEONE)
        await Desk(made.consent).ask(SOMEONE, "DELETE")
        yield made


@pytest.fixture
async def another(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, tmp_path: Path
) -> AsyncIterator[Evidence]:
    """An empty log, with a key of its own."""
    (tmp_path / "another").mkdir()
    async with signing(new_database("consent"), redis_url, tmp_path / "another") as made:
        yield made


async def make(there: Evidence, article: int, until: datetime, folder: Path) -> Path:
    await packs.write(there.urls.app, article, until, folder, there.key, there.keys)
    return folder


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-11-23", "2026-11-23T17:30:00", "2026-11-23T17:30:01+08:00"]
)
def test_art_69_a_pack_goes_up_to_no_instant_of_which_more_may_be_found(text: str) -> None:
    """Two packs until one instant are the same, which none is until one that is yet to come."""
    now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert packs.until("2026-11-23T17:30:00+08:00", now) == packs.until("2026-11-23T09:30:00Z", now) == now
    assert packs.until("", now) == now
    with pytest.raises(PackRefused):
        packs.until(text, now)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def climb(leaf: bytes, index: int, size: int, beside: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2, read from its text: the root that a proof leads to."""
    at, last, reached = index, size - 1, leaf
    for other in beside:
        if at % 2 or at == last:
            reached = sha256(b"\x01" + other + reached).digest()
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = sha256(b"\x01" + reached + other).digest()
        at, last = at >> 1, last >> 1
    assert last == 0
    return reached


async def test_a_pack_comes_out_the_same_whatever_is_written_afterwards(
    shared: Evidence, tmp_path: Path
) -> None:
    until = datetime.now(UTC)
    first = await make(shared, 15, until, tmp_path / "first")
    notice = await shared.consent.ask(factories.purpose("later"))
    await shared.decide(str(uuid4()), factories.purpose("later"), notice)
    await Desk(shared.consent).ask(SOMEONE, "KNOW")
    await shared.sequence()
    second = await make(shared, 15, until, tmp_path / "second")
    assert {one.name: one.read_bytes() for one in first.iterdir()} == {
        one.name: one.read_bytes() for one in second.iterdir()
    }
    third = await make(shared, 15, datetime.now(UTC), tmp_path / "third")
    assert len(rows(third, "records.jsonl")) == len(rows(first, "records.jsonl")) + 2


async def test_every_record_in_a_pack_is_proved_by_its_checkpoint(shared: Evidence, tmp_path: Path) -> None:
    folder = await make(shared, 69, datetime.now(UTC), tmp_path / "pack")
    index = packs.verify(folder, shared.keys)
    _, size, root = index["checkpoint"].split("\n")[:3]
    records, proofs = rows(folder, "records.jsonl"), rows(folder, "proofs.jsonl")
    assert len(records) == len(proofs) >= 14
    for record, proof in zip(records, proofs, strict=True):
        spelled = json.dumps(record["record"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = sha256(spelled.encode()).digest()
        assert digest.hex() == record["digest"]
        entry = sha256(LEAF + bytes.fromhex(proof["salt"]) + digest).digest()
        beside = [bytes.fromhex(one) for one in proof["inclusion"]]
        reached = climb(sha256(b"\x00" + entry).digest(), proof["leaf_index"], int(size), beside)
        assert reached.hex() == b64decode(root).hex()
    whole = b"".join(one.read_bytes() for one in folder.iterdir())
    assert SOMEONE.encode() not in whole, "members are named by pseudonym alone"


async def test_an_article_brings_what_it_is_about(shared: Evidence, tmp_path: Path) -> None:
    until = datetime.now(UTC)
    rights = rows(await make(shared, 50, until, tmp_path / "50"), "rights.jsonl")
    assert [(one["kind"], one["due_source"] != "") for one in rights if one["kind"] == "DELETE"] == [
        ("DELETE", True)
    ]
    assert rights[0]["steps"][0][0] == "RECEIVED"
    assert (await make(shared, 57, until, tmp_path / "57") / "breaches.jsonl").exists()
    assert rows(await make(shared, 57, until, tmp_path / "again"), "records.jsonl") == []


@pytest.mark.parametrize(
    "name", ["records.jsonl", "proofs.jsonl", "notices.jsonl", "index.json", "index.jws"]
)
async def test_whoever_alters_a_file_of_a_pack_is_found_out(
    shared: Evidence, tmp_path: Path, name: str
) -> None:
    folder = await make(shared, 15, datetime.now(UTC), tmp_path / "pack")
    packs.verify(folder, shared.keys)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole.replace(b"e", b"f", 1))
    with pytest.raises(PackRefused):
        packs.verify(folder, shared.keys)


async def test_what_was_added_or_taken_away_is_found_out_and_strangers_sign_nothing(
    shared: Evidence, another: Evidence, tmp_path: Path
) -> None:
    folder = await make(shared, 15, datetime.now(UTC), tmp_path / "pack")
    with pytest.raises(PackRefused, match="signed"):
        packs.verify(folder, another.keys)
    shutil.copy(folder / "records.jsonl", folder / "more.jsonl")
    with pytest.raises(PackRefused, match="other files"):
        packs.verify(folder, shared.keys)
    with pytest.raises(PackRefused, match="not empty"):
        await make(shared, 15, datetime.now(UTC), folder)
    (folder / "more.jsonl").unlink()
    (folder / "index.json").unlink()
    with pytest.raises(PackRefused, match="not what was signed"):
        packs.verify(folder, shared.keys)
    with pytest.raises(PackRefused, match="holds no pack"):
        packs.verify(tmp_path / "elsewhere", shared.keys)


async def test_records_without_a_checkpoint_are_waited_for(another: Evidence, tmp_path: Path) -> None:
    empty = await make(another, 15, datetime.now(UTC), tmp_path / "empty")
    assert packs.verify(empty, another.keys)["checkpoint"] == ""
    purpose = factories.purpose("sms")
    await another.decide(str(uuid4()), purpose, await another.consent.ask(purpose))
    with pytest.raises(NotCoveredYet):
        await make(another, 15, datetime.now(UTC), tmp_path / "early")
    await another.sequence()
    await make(another, 15, datetime.now(UTC), tmp_path / "covered")


async def test_what_a_guardian_decided_is_evidence_of_article_31(shared: Evidence, tmp_path: Path) -> None:
    child, guardian, purpose = str(uuid4()), str(uuid4()), factories.purpose("ward")
    notice = await shared.consent.ask(purpose)
    await shared.decide(str(uuid4()), purpose, notice)
    link = guardians_pb2.LinkGuardianRequest(child_id=child, guardian_id=guardian, verification="file 7")
    await shared.consent.guardians.link_guardian(link, headers=shared.consent.by(OFFICER))
    given = await shared.consent.decisions.give_consent(
        factories.grant(child, notice, key="ward"), headers=shared.consent.by(member(guardian))
    )
    await shared.sequence()
    pack = await make(shared, 31, datetime.now(UTC), tmp_path / "pack")
    [record] = rows(pack, "records.jsonl")
    assert record["record"]["record_id"] == given.consents[0].record_id
