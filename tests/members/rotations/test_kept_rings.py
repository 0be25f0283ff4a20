"""Rotations of a ring that a key management service keeps, in an installation that passes from AES to SM4 and SM3."""

import asyncio
import json
import os
import threading
from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from huiyuan.members.v1 import identity_documents_pb2
from huiyuan.members.v1 import rotations_pb2 as wire

from services.kit import rpc
from services.members.jobs import keyrings as reading
from services.members.rules.blobs import BlobKind, KeyHeader, Suite
from services.members.rules.keyrings import Digest
from services.members.rules.rotations import IndexChange
from services.members.storage import keyring_changes, keyring_moves, keyrings, renewals
from services.members.storage.providers.local import Local
from services.members.storage.providers.provider import KeyContext, KeyNotOpened, KeyRingRefused, NewKey
from tests.members.rotations.conftest import Kept
from tests.members.rotations.house import DEK, DONE, INDEX_KEY, KEK, PROVED, House
from tests.members.service import INSTALLATION, OPERATIONS, SUPPORT, by

PHONE = 1
NUMBER = "11010519491231002X"
OTHER_NUMBER = "440308199901101512"
"""Invented, with the right check digits."""

SEALED_AWAY: tuple[int, object] = (503, {"errors": ["Vault is sealed"]})
PLAINTEXT_PATH = "/v1/transit/datakey/plaintext/members"


def clear_keys(house: House) -> dict[str, bytes]:
    """The ring's keys in clear by what each is for, as the provider opens them for that and nothing else."""
    ring = house.ring_file()
    uses = {f"kek {kek['kek_id']}.{kek['epoch']}": kek["key"] for kek in ring["keks"]} | {
        f"index {key['kind']}.{key['version']}": key["key"] for key in ring["index_keys"]
    }
    return {
        use: house.provider.unwrap(wrapped, KeyContext(INSTALLATION, use)) for use, wrapped in uses.items()
    }


def made(kept: Kept) -> int:
    """How many keys Vault was asked to make since the test began."""
    return sum(asked.path == PLAINTEXT_PATH for asked in kept.vault.asked)


async def put_document(house: House, member: str, number: str = NUMBER) -> None:
    document = identity_documents_pb2.IdentityDocument(
        kind=1,  # type: ignore[arg-type]
        number=number,
        issuing_country="CN",
        name="王小明",
    )
    request = identity_documents_pb2.SetIdentityDocumentRequest(
        member_id=member, document=document, purpose="real_name"
    )
    await house.service.documents.set_identity_document(request, headers=by(OPERATIONS))


async def shown(house: House, member: str) -> str:
    """The number on a member's document, as support sees it."""
    request = identity_documents_pb2.RevealIdentityDocumentRequest(
        member_id=member, purpose="real_name", reason="flight booking"
    )
    # Each time another agent, since nobody sees many on one day.
    agent = rpc.Caller(rpc.CallerKind.STAFF, uuid4().hex, SUPPORT.roles)
    answer = await house.service.documents.reveal_identity_document(request, headers=by(agent))
    return answer.document.number


async def keys_of(house: House, member: str) -> dict[int, tuple[int, bytes]]:
    """A member's keys as they rest, by the kind of blob: generation and wrapped key; one of each kind."""
    rows = await house.service.peek(
        "SELECT kind, dek_gen, wrapped FROM keys WHERE member_id = $1", UUID(member), keys=True
    )
    found = {row["kind"]: (row["dek_gen"], row["wrapped"]) for row in rows}
    assert len(found) == len(rows)
    return found


async def blobs(house: House, member: str) -> list[bytes]:
    """A member's profile and identity document as they rest."""
    rows = await house.service.peek(
        "SELECT m.blob, d.blob FROM members m JOIN identity_documents d USING (member_id) WHERE member_id = $1",
        UUID(member),
    )
    return list(rows[0])


async def test_new_epoch_is_made_and_wrapped_by_the_ring_s_keeper_and_documents_pass_to_it_too(
    kept: Kept,
) -> None:
    house = kept.house
    [member, *others] = await house.fill(6)
    await put_document(house, member)
    [(kek_id, old)] = await house.headers()
    before = clear_keys(house)
    rotation = await house.finish(await house.start(KEK), until=PROVED)
    assert (rotation.rows_total, rotation.rows_done) == (7, 7)
    assert made(kept) == 1
    new = clear_keys(house)
    assert new.items() - before.items() == {(f"kek {kek_id}.{old + 1}", new[f"kek {kek_id}.{old + 1}"])}
    await house.destroy(rotation)
    await house.finish(rotation)
    assert [kek["epoch"] for kek in house.ring_file()["keks"]] == [old + 1]
    text = house.path.read_text()
    assert text.count('"vault:v1:') == len(clear_keys(house))
    for key in (before | new).values():
        assert b64encode(key).decode() not in text
        assert key.hex() not in text
    wrapped = house.ring_file()["keks"][0]["key"]
    with pytest.raises(KeyNotOpened):
        house.provider.unwrap(wrapped, KeyContext(INSTALLATION, f"kek {kek_id}.{old}"))
    assert await house.headers() == {(kek_id, old + 1)}
    assert set(await keys_of(house, member)) == {1, 2}
    assert await house.readable([member, *others])
    assert await shown(house, member) == NUMBER
    assert house.path.stat().st_mode & 0o777 == 0o600


async def test_index_keys_pass_from_sha256_to_sm3_and_rest_wrapped(kept: Kept) -> None:
    house = kept.house
    await house.fill(3)
    phone = f"+86139{house.service._numbers[0]:08d}"
    member = await house.found(phone)
    [(version, _, digest)] = digests(house)
    assert digest == "sha256"
    done = await house.rotate(INDEX_KEY, index_kinds=[PHONE])
    assert done.proof.endswith(" = 0")
    assert [(number, digest) for number, _, digest in digests(house)] == [(version + 1, "sm3")]
    assert made(kept) == 1
    assert await house.found(phone) == member
    keyed = HMAC(clear_keys(house)[f"index {PHONE}.{version + 1}"], SM3())
    keyed.update(b"\x01\x01\x00" + phone.encode())
    [row] = await house.service.peek(
        "SELECT value_index FROM identities WHERE member_id = $1", UUID(member), keys=True
    )
    assert row["value_index"] == keyed.finalize()[:16]
    assert digests(house)[0][1].startswith("vault:v1:")


def digests(house: House) -> list[tuple[int, str, str]]:
    """The phones' index keys as they rest: version, wrapped key and digest."""
    return [
        (each["version"], each["key"], each["digest"])
        for each in house.ring_file()["index_keys"]
        if each["kind"] == PHONE
    ]


async def test_renewal_seals_profiles_and_documents_anew_by_the_suite_that_is_set(kept: Kept) -> None:
    house = kept.house
    [member] = await house.fill(1)
    await put_document(house, member)
    aes = keyrings.open_ring(house.path, INSTALLATION, create=False, provider=house.provider)
    await sealed_by(house, member, aes)
    keys, deks = await keys_of(house, member), await house.dek_of(member)
    assert [blob[1] for blob in await blobs(house, member)] == [Suite.AES_256_GCM] * 2
    assert (await house.readable([member]), await shown(house, member)) == (True, NUMBER)
    done = await house.rotate(DEK)
    assert (done.rows_done, done.waiting_for) == (2, "")
    after = await blobs(house, member)
    assert [blob[1] for blob in after] == [Suite.SM4_GCM] * 2
    renewed = await keys_of(house, member)
    assert {kind: gen for kind, (gen, _) in renewed.items()} == {
        kind: gen + 1 for kind, (gen, _) in keys.items()
    }
    assert not set(deks) & set(await house.dek_of(member))
    assert (await house.readable([member]), await shown(house, member)) == (True, NUMBER)


async def sealed_by(house: House, member: str, ring: keyrings.KeyRing) -> None:
    """Let a member's blobs be as another suite sealed them, under the keys that they have."""
    keys = await keys_of(house, member)
    for kind, table in ((1, "members"), (2, "identity_documents")):
        dek_gen, wrapped = keys[kind]
        where = ring.where(UUID(member), kind)  # type: ignore[arg-type]
        [row] = await house.service.peek(f"SELECT blob FROM {table} WHERE member_id = $1", UUID(member))
        content, schema = (
            ring.open(row["blob"], wrapped, where),
            int.from_bytes(row["blob"][2:4], "big"),
        )
        blob = ring.seal(content, ring.unwrap(wrapped, where), where, schema=schema, dek_gen=dek_gen)
        await house.service.peek(
            f"UPDATE {table} SET blob = $2 WHERE member_id = $1 RETURNING 1",
            UUID(member),
            blob,
        )


async def test_document_that_was_replaced_first_keeps_its_own_key(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = kept.house
    [member] = await house.fill(1)
    await put_document(house, member)
    replaced, beaten = renewals.replace, []

    async def late(connection: Any, kind: BlobKind, new: Any) -> set[UUID]:
        if kind is BlobKind.IDENTITY_DOCUMENTS and not beaten:
            await put_document(house, member, OTHER_NUMBER)
            beaten.append(await replaced(connection, kind, new))
            return beaten[0]
        return await replaced(connection, kind, new)

    monkeypatch.setattr(renewals, "replace", late)
    assert (await house.rotate(DEK)).stage == DONE
    assert beaten == [set()]
    assert await shown(house, member) == OTHER_NUMBER
    assert set(await keys_of(house, member)) == {1, 2}


async def test_rotation_waits_for_a_keeper_that_is_away_and_asks_it_once_a_minute(kept: Kept) -> None:
    house = kept.house
    members = await house.fill(2)
    before = house.path.read_bytes()
    rotation, worker = await house.start(KEK, destroys=True), house.worker()
    kept.vault.always = SEALED_AWAY
    kept.vault.asked.clear()
    for _ in range(3):
        await worker.work()
    waiting = await house.get(rotation)
    assert waiting.stage == wire.ROTATION_STAGE_ADDING
    assert "Vault cannot answer now" in waiting.waiting_for
    assert len(kept.vault.asked) == 1
    assert house.path.read_bytes() == before
    assert await house.readable(members + await house.fill(1))
    kept.vault.always = None
    await worker.reader.leave()
    done = await house.finish(rotation)
    assert (done.waiting_for, done.rows_left) == ("", 0)


async def test_process_whose_keeper_is_away_stays_ready_and_is_waited_for(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = kept.house
    [member] = await house.fill(1)
    worker = house.worker()
    rotation = await house.start(KEK, destroys=True)
    generate = type(house.provider).generate

    def and_goes_away(self: Any, context: KeyContext) -> NewKey:
        new = generate(self, context)
        # As if it went away as soon as the new key was in the ring: one more answer, for the look at what it made.
        opened = self.unwrap(new.wrapped, context)
        monkeypatch.setattr(type(self), "unwrap", lambda *_: opened)
        kept.vault.always = SEALED_AWAY
        return new

    monkeypatch.setattr(type(house.provider), "generate", and_goes_away)
    monkeypatch.setattr(reading, "ASK_REFUSED_S", 0.0)
    with structlog.testing.capture_logs() as logs:
        await worker.work()
    waiting = await house.get(rotation)
    assert "processes have not read generation" in waiting.waiting_for
    assert "key ring not refreshed, going on with the keys at hand" in {line["event"] for line in logs}
    await worker.reader.probe()
    assert await house.readable([member])
    monkeypatch.undo()
    kept.vault.always = None
    monkeypatch.setattr(reading, "ASK_REFUSED_S", 0.0)
    assert (await house.finish(rotation, worker=worker)).stage == DONE


async def test_running_service_makes_no_new_ring_where_its_own_was_taken_away(kept: Kept) -> None:
    house = kept.house
    [member] = await house.fill(1)
    away = house.path.with_name("away")
    house.path.rename(away)
    try:
        await asyncio.sleep(0.2)
        assert not house.path.exists()
        assert await house.readable([member])
    finally:
        away.rename(house.path)
    await house.rotate(KEK, destroys=True)


async def test_process_two_changes_behind_is_not_ready(kept: Kept, tmp_path: Path) -> None:
    house = kept.house
    stale = tmp_path / "stale"
    stale.write_bytes(house.path.read_bytes())
    stale.chmod(0o600)
    await house.fill(1)
    await house.rotate(KEK, destroys=True)

    def load() -> keyrings.KeyRing:
        return keyrings.open_ring(stale, INSTALLATION, create=False, provider=house.provider)

    reader = reading.RingReader(load(), load, stale, house.service.databases.keys_pool)
    await reader.refresh()
    with pytest.raises(reading.KeyRingOutdated, match="put the newest ring of this installation there"):
        await reader.probe()
    stale.write_bytes(house.path.read_bytes())
    await reader.refresh()
    await reader.probe()
    await reader.leave()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ring"
    keyrings.open_ring(path, INSTALLATION, create=True)
    return path


def test_each_new_key_is_made_once_for_its_own_use(path: Path) -> None:
    asked: list[str] = []

    class Keeper(Local):
        def generate(self, context: KeyContext) -> NewKey:
            asked.append(context.use)
            return super().generate(context)

    for _ in range(2):
        keyring_changes.add_kek(path, KeyHeader(1, 2), Keeper())
        changes = [IndexChange(PHONE, 1, 2)]
        assert keyring_changes.add_index_keys(path, changes, Digest.SM3, Keeper()) == 2
    assert asked == ["kek 1.2", "index 1.2"]
    document = json.loads(path.read_text())
    assert [kek["writes"] for kek in document["keks"]] == [True, False]
    [new] = [key for key in document["index_keys"] if key["version"] == 2]
    assert (new["kind"], new["digest"], new["writes"]) == (PHONE, "sm3", False)


def test_key_that_its_maker_does_not_open_never_comes_into_the_ring(path: Path) -> None:
    class Careless(Local):
        def generate(self, context: KeyContext) -> NewKey:
            return super().generate(context)._replace(key=bytes(32))

    before = path.read_bytes()
    with pytest.raises(KeyNotOpened, match="no key was added"):
        keyring_changes.add_kek(path, KeyHeader(1, 2), Careless())
    assert path.read_bytes() == before


def test_drafts_that_a_killed_writer_left_beside_the_ring_are_cleared_by_the_next_change(path: Path) -> None:
    left, fresh, another = (
        path.with_name(name)
        for name in (f".{path.name}.{'0a' * 8}", f".{path.name}.{'0b' * 8}", f".{path.name}.other")
    )
    for draft in (left, fresh, another):
        draft.write_text("keys in clear")
    for draft in (left, another):
        os.utime(draft, (0, 0))
    keyring_changes.add_kek(path, KeyHeader(1, 2))
    assert [draft.exists() for draft in (left, fresh, another)] == [False, True, True]


def test_ring_that_was_moved_to_another_keeper_gets_no_key_in_clear(path: Path) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "provider": "vault"}))
    before = path.read_bytes()
    with pytest.raises(KeyRingRefused, match="until MEMBERS_KEY_PROVIDER is vault"):
        keyring_changes.add_kek(path, KeyHeader(1, 2))
    assert path.read_bytes() == before


def test_epoch_that_is_added_while_the_ring_is_wrapped_anew_is_not_lost(path: Path) -> None:
    rotation = threading.Thread(target=keyring_changes.add_kek, args=(path, KeyHeader(1, 2)))

    class Slow(Local):
        def rewrap(self, wrapped: str, context: KeyContext) -> str:
            if not rotation.ident:
                rotation.start()
                rotation.join(0.2)
            return super().rewrap(wrapped, context)

    keyring_moves.rewrap(path, INSTALLATION, Slow())
    rotation.join()
    assert [kek["epoch"] for kek in json.loads(path.read_text())["keks"]] == [1, 2]
    assert keyrings.open_ring(path, INSTALLATION, create=False).generation == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda ring: ring | {"generation": -1},
        lambda ring: ring | {"generation": "7"},
        lambda ring: ring | {"keks": [kek | {"writes": False} for kek in ring["keks"]]},
        lambda ring: ring | {"keks": [kek | {"writes": "false"} for kek in ring["keks"]]},
        lambda ring: ring | {"index_keys": [key | {"writes": False} for key in ring["index_keys"]]},
    ],
)
def test_ring_with_which_something_could_not_be_written_is_refused(path: Path, damage: Any) -> None:
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    with pytest.raises(KeyRingRefused, match="restore it from its backup"):
        keyrings.open_ring(path, INSTALLATION, create=False)
