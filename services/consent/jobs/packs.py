"""Evidence packs: what shows an authority how an article is kept to, in a folder with a signed index (PIPL 54, 69).

    index.json       the article, the instant, the log's checkpoint, and each file with its rows and SHA-256
    index.jws        the same, signed by Ed25519 (a compact JWS)
    records.jsonl    consent records with their digests; members by pseudonym
    proofs.jsonl     of each record: its salt, its leaf, and what leads from there to the checkpoint's root
    *.jsonl          what else the article is about: purposes, notices, requests, registers

What was written until the instant is in it and nothing else, so that a replay gives the same bytes.
"""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.consent.rules.evidence import Keys, read_checkpoint
from services.consent.storage import packs
from services.kit import database, instants
from services.kit.signing import key_id

SCHEMA = "huiyuan.consent.pack/1"
ALWAYS = ("purposes", "notices")
EVERY_RECORD = frozenset({13, 14, 15, 16, 54, 69})
"""The articles that every consent is about; of others, the records whose purpose names the article, and of 31 those by
guardians."""

PARTS: Mapping[int, tuple[str, ...]] = {
    21: ("agreements",),
    31: ("guardians",),
    **dict.fromkeys((38, 39, 40), ("routes",)),
    **dict.fromkeys(range(44, 51), ("rights",)),
    54: ("rights", "guardians", "agreements", "routes", "assessments", "breaches"),
    55: ("assessments",),
    56: ("assessments",),
    57: ("breaches",),
}


class NotCoveredYet(Exception):
    """Records were written that no checkpoint covers yet: it takes a few seconds."""


class PackRefused(Exception):
    """A pack is not what its index says, or not signed by a key of ours; or none is to be made up to that instant."""


def until(text: str, now: datetime) -> datetime:
    """The instant that a pack goes up to. Raises ``PackRefused`` where another run could find more up to it."""
    at = instants.of_text(text) if text else now
    if at is None:
        raise PackRefused(f"no instant by RFC 3339: {text}; right is 2026-11-23T17:30:00+08:00")
    if at > now:
        raise PackRefused(f"{text} is yet to come: what is recorded until then would be missing")
    return at


async def write(
    url: str, article: int, until: datetime, folder: Path, key: Ed25519PrivateKey, keys: Keys
) -> int:
    """Write a pack into an empty folder; how many rows it holds. Raises ``NotCoveredYet``."""
    _begin(folder)
    connection = await database.connect(url, patient=True)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            note = await packs.covering(connection, until)
            if note is None:
                raise NotCoveredYet("some records have no checkpoint yet: try again in a few seconds")
            files: dict[str, dict[str, Any]] = {}
            for part in (*ALWAYS, *PARTS.get(article, ())):
                found = packs.rows(connection, part, until)
                files[f"{part}.jsonl"] = await _file(folder / f"{part}.jsonl", found)
            listed = packs.rows(connection, "records", until, article in EVERY_RECORD, f"PIPL {article}")
            ids = [row["record_id"] async for row in listed]
            files |= await _records(connection, folder, ids, note, keys)
    finally:
        await connection.close()
    _sign(
        folder,
        key,
        {"article": f"PIPL {article}", "until": until.isoformat(), "checkpoint": note, "files": files},
    )
    return sum(one["rows"] for one in files.values())


def _sign(folder: Path, key: Ed25519PrivateKey, about: Mapping[str, Any]) -> None:
    """Write the index, and its signature: Ed25519 signs the same bytes the same way."""
    index = {"schema": SCHEMA, **about}
    said = orjson.dumps(index, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    (folder / "index.json").write_bytes(said)
    signed = jwt.api_jws.encode(
        said, key, algorithm="EdDSA", headers={"kid": key_id(key.public_key()), "typ": "evidence-pack+jws"}
    )
    (folder / "index.jws").write_text(signed)


def verify(folder: Path, keys: Keys) -> Mapping[str, Any]:
    """What a pack's index says, once every file is what it says. Raises ``PackRefused``."""
    try:
        signed = (folder / "index.jws").read_text()
    except OSError:
        raise PackRefused(f"{folder} holds no pack: there is no index.jws in it") from None
    try:
        kid = jwt.get_unverified_header(signed).get("kid", "")
        said = jwt.api_jws.decode(signed, keys[kid], algorithms=["EdDSA"])
        index: Mapping[str, Any] = orjson.loads(said)
    except (KeyError, jwt.PyJWTError, ValueError):
        raise PackRefused("the index is not signed by a key of ours") from None
    plain = folder / "index.json"
    if not plain.is_file() or said != plain.read_bytes():
        raise PackRefused("index.json is not what was signed")
    there = {one.name for one in folder.iterdir()} - {"index.json", "index.jws"}
    if there != set(index["files"]):
        raise PackRefused("the folder holds other files than its index names")
    for name, about in index["files"].items():
        if sha256((folder / name).read_bytes()).hexdigest() != about["sha256"]:
            raise PackRefused(f"{name} is not what was signed")
    return index


def _begin(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise PackRefused(f"{folder} is not empty")


async def _file(path: Path, rows: AsyncIterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Write rows as JSON lines; how many there were, and their digest."""
    count, digest = 0, sha256()
    with path.open("wb") as lines:
        async for row in rows:
            line = orjson.dumps(row, default=_plain, option=orjson.OPT_SORT_KEYS) + b"\n"
            lines.write(line)
            digest.update(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


async def _records(
    connection: database.RawConnection, folder: Path, ids: list[UUID], note: str, keys: Keys
) -> dict[str, dict[str, Any]]:
    """The records, and beside them what proves each."""
    proofs: list[Mapping[str, Any]] = []

    async def records() -> AsyncIterator[Mapping[str, Any]]:
        for record_id in ids:
            record, proof = await packs.record(connection, record_id, read_checkpoint(note, keys))
            proofs.append(proof)
            yield record

    async def proved() -> AsyncIterator[Mapping[str, Any]]:
        for proof in proofs:
            yield proof

    return {
        "records.jsonl": await _file(folder / "records.jsonl", records()),
        "proofs.jsonl": await _file(folder / "proofs.jsonl", proved()),
    }


def _plain(value: object) -> object:
    """What the database gives for JSON is text already."""
    return str(value)
