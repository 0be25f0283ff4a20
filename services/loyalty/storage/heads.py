"""Where heads are published: a file outside the database that only grows, and the key that signs its lines."""

import fcntl
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.kit import database
from services.loyalty.rules.heads import Keys, LineNotUnderstood, PublishedHead, key_id, read

SigningKey = Ed25519PrivateKey

_LINE_BYTES = 65_536
"""More than any line has."""


class SigningKeyRefused(Exception):
    """The signing key cannot be used; the message says why and what to do. The process does not start."""


def signing_key(path: Path) -> SigningKey:
    """The Ed25519 key in a PEM file that only we may read. Raises ``SigningKeyRefused``."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise SigningKeyRefused(
            f"there is no readable key at {path}: make one by openssl genpkey -algorithm ed25519, with mode 0600"
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyRefused(f"{path} is not a private key in PEM without a password") from None
    if mode & 0o077:
        raise SigningKeyRefused(
            f"the key {path} can be read by others (mode {mode:04o}): run chmod 0600 on it, or make a new one"
        )
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyRefused(f"the key in {path} is of another kind: heads are signed by Ed25519")
    return key


def trusted(public_keys: str, key: SigningKey | None) -> Keys:
    """Whose lines count: public keys as ``shown``, parted by commas, or else the signing key's own.

    Raises ``SigningKeyRefused``.
    """
    if not public_keys:
        return {} if key is None else {key_id(key.public_key()): key.public_key()}
    try:
        raw = [b64decode(each, validate=True) for each in public_keys.split(",")]
        keys = [Ed25519PublicKey.from_public_bytes(each) for each in raw]
    except ValueError:
        raise SigningKeyRefused("a public key is 32 bytes in base64; several are parted by commas") from None
    return {key_id(key): key for key in keys}


def shown(key: Ed25519PublicKey) -> str:
    """A public key as ``trusted`` reads it."""
    return b64encode(key.public_bytes_raw()).decode()


class HeldElsewhere(Exception):
    """Another process is writing to the file."""


class HeadsFile:
    """Signed lines, each on the disk before ``append`` returns.

    A writer that was killed may have left half a line: the next one ends it, and reading passes over it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """The file to ourselves, made when it is not there. Raises ``HeldElsewhere``."""
        new = not self.path.exists()
        with self.path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HeldElsewhere(f"{self.path} is being written to") from None
            if new:
                _sync(self.path.parent)
            yield

    def size(self) -> int:
        """How long it is by now; 0 when there is none."""
        return self.path.stat().st_size if self.path.exists() else 0

    def lines(self, until: int) -> Iterator[bytes]:
        """What was written up to a size, line by line, half lines too."""
        with self.path.open("rb") as file:
            while (line := file.readline()) and file.tell() <= until:
                yield line.removesuffix(b"\n")

    def last(self) -> bytes:
        """The last whole line; empty when there is none."""
        end, block = self.size(), _LINE_BYTES
        while end:
            start = max(0, end - block)
            with self.path.open("rb") as file:
                file.seek(start)
                # What the block begins with may be the end of a line.
                lines = file.read(end - start).split(b"\n")[1 if start else 0 :]
            for line in reversed(lines):
                if _is_whole(line):
                    return line
            if not start:
                break
            block *= 2
        return b""

    def append(self, line: bytes) -> None:
        """Write a line and wait until it is on the disk. The file is held."""
        with self.path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _is_whole(line: bytes) -> bool:
    try:
        read(line)
    except LineNotUnderstood:
        return False
    return True


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def heads(connection: database.Pool | database.RawConnection) -> list[PublishedHead]:
    """Where each lane's chain ends now."""
    rows = await connection.fetch(_HEADS)
    return [PublishedHead(row["lane"], row["seq"], row["hash"]) for row in rows]


async def missing(
    connection: database.Pool | database.RawConnection, published: list[PublishedHead]
) -> list[tuple[PublishedHead, str | None]]:
    """Which of the heads the chains do not have, and what hash they have in their places."""
    rows = await connection.fetch(_MISSING, *map(list, zip(*published, strict=True))) if published else []
    return [(PublishedHead(row["lane"], row["seq"], row["hash"]), row["there"]) for row in rows]


_HEADS = """
SELECT lane, last.seq, encode(last.hash, 'hex') AS hash
FROM generate_series(0, (SELECT max(lane) FROM batches)) AS lane
CROSS JOIN LATERAL (SELECT seq, hash FROM batches b WHERE b.lane = lane.lane ORDER BY seq DESC LIMIT 1) AS last
ORDER BY lane
"""

_MISSING = """
SELECT p.lane, p.seq, p.hash, encode(b.hash, 'hex') AS there
FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS p(lane, seq, hash)
LEFT JOIN batches b ON b.lane = p.lane AND b.seq = p.seq
WHERE b.hash IS DISTINCT FROM decode(p.hash, 'hex')
"""
