"""Heads published outside the database: they name a chain that was rewritten or cut off and agrees with itself."""

import shutil
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.kit.appended import HeldElsewhere
from services.kit.signing import SigningKeyRefused, shown, signing_key, trusted
from services.loyalty.jobs.verification import verify
from tests.loyalty.integrity.conftest import Ledger, Silent
from tests.loyalty.integrity.forger import reseal

NEW_BATCH = """
INSERT INTO batches (lane, seq, previous, hash, entries, totals, committed_at, format, events, events_hash)
SELECT lane, seq + 1, hash, sha256('sealed by and by'), 0, '{}', now(), 2, 0, sha256('') FROM batches
WHERE lane = 0 ORDER BY seq DESC LIMIT 1
"""


async def grow(ledger: Ledger) -> None:
    """One more batch of lane 0, properly sealed."""
    await ledger.sql(NEW_BATCH)
    last = await ledger.one("SELECT max(seq) AS seq FROM batches WHERE lane = 0")
    await reseal(ledger.superuser, 0, last["seq"])


async def rewrite(ledger: Ledger) -> None:
    """Let somebody else have done an early entry of lane 0, and seal the chain anew from there on."""
    changed = await ledger.one(
        """UPDATE entries SET actor = 'staff:eve' WHERE (lane, batch, ord) = (
             SELECT lane, batch, ord FROM entries WHERE lane = 0 ORDER BY batch, ord OFFSET 9 LIMIT 1)
           RETURNING batch"""
    )
    await reseal(ledger.superuser, 0, changed["batch"])


def lines(ledger: Ledger) -> list[bytes]:
    return ledger.file.path.read_bytes().splitlines()


async def test_a_line_says_where_every_lane_ended_and_comes_only_when_a_chain_grew(ledger: Ledger) -> None:
    await ledger.publish()
    await ledger.publish()
    (line,) = lines(ledger)
    ends = await ledger.sql("SELECT DISTINCT ON (lane) lane, seq, hash FROM batches ORDER BY lane, seq DESC")
    assert orjson.loads(line)["heads"] == [[end["lane"], end["seq"], end["hash"].hex()] for end in ends]
    await grow(ledger)
    await ledger.publish()
    assert len(lines(ledger)) == 2
    outcome = await ledger.verify()
    assert outcome.agrees
    assert [(head.seq, head.published_seq) for head in outcome.verification.heads] == [
        (head.seq, head.seq) for head in outcome.verification.heads
    ]


async def test_a_chain_rewritten_as_a_whole_agrees_with_itself_and_not_with_what_was_published(
    ledger: Ledger,
) -> None:
    await ledger.publish()
    await rewrite(ledger)
    found = await ledger.mismatches()
    assert set(found) == {"published heads"}
    (wrong,) = found["published heads"]
    assert (wrong.place["line"], wrong.place["lane"]) == (1, 0)
    without_keys = await verify(ledger.app, ledger.file, {}, Silent())
    ledger.file.path.unlink()
    for blind in (await ledger.verify(), without_keys):
        assert blind.agrees
        assert blind.published is None, "without published heads it says that it did not prove them"


async def test_a_ledger_set_back_to_an_earlier_state_is_named_by_what_was_published_since(
    ledger: Ledger,
) -> None:
    before = await ledger.one("SELECT max(seq) AS seq FROM batches WHERE lane = 0")
    await grow(ledger)
    await ledger.publish()
    await ledger.sql("DELETE FROM batches WHERE lane = 0 AND seq > $1", before["seq"])
    found = await ledger.mismatches()
    assert set(found) == {"published heads"}
    (wrong,) = found["published heads"]
    assert wrong.place == {"line": 1, "lane": 0, "seq": before["seq"] + 1}
    assert "is not there any more" in wrong.what


async def test_nothing_is_published_over_a_chain_that_lost_a_published_head(ledger: Ledger) -> None:
    await ledger.publish()
    await rewrite(ledger)
    await grow(ledger)
    await ledger.publish()
    assert len(lines(ledger)) == 1


async def three_lines(ledger: Ledger) -> list[bytes]:
    for _ in range(3):
        await grow(ledger)
        await ledger.publish()
    return lines(ledger)


@pytest.mark.parametrize(("keep", "line"), [((0, 2), 2), ((0, 1, 1, 2), 3), ((1, 2), 1), ((1, 0, 2), 1)])
async def test_a_line_left_out_put_in_twice_or_moved_is_named(
    ledger: Ledger, keep: tuple[int, ...], line: int
) -> None:
    written = await three_lines(ledger)
    ledger.file.path.write_bytes(b"".join(written[nth] + b"\n" for nth in keep))
    found = (await ledger.mismatches())["published heads"]
    assert line in [wrong.place["line"] for wrong in found]


async def test_a_changed_line_is_named(ledger: Ledger) -> None:
    first, second, third = await three_lines(ledger)
    changed = orjson.loads(second)
    changed["at"] = "2020-01-01T00:00:00+00:00"
    forged = orjson.dumps(changed, option=orjson.OPT_SORT_KEYS)
    ledger.file.path.write_bytes(b"\n".join((first, forged, third, b"")))
    found = (await ledger.mismatches())["published heads"]
    assert [wrong.place["line"] for wrong in found] == [2, 3]


async def test_a_line_signed_by_another_key_is_named(ledger: Ledger) -> None:
    await ledger.publish()
    theirs = Ledger(ledger.app, ledger.superuser, ledger.file, Ed25519PrivateKey.generate())
    await grow(ledger)
    await theirs.publish()
    found = (await ledger.mismatches())["published heads"]
    assert [wrong.place["line"] for wrong in found] == [2]


@pytest.mark.parametrize("left", [1, 40, -1])
async def test_half_a_line_of_a_writer_that_was_killed_is_ended_and_passed_over(
    ledger: Ledger, left: int
) -> None:
    await ledger.publish()
    whole = ledger.file.path.read_bytes()
    await grow(ledger)
    await ledger.publish()
    torn = ledger.file.path.read_bytes()[len(whole) :]
    ledger.file.path.write_bytes(whole + torn[:left])
    halfway = await ledger.verify()
    assert halfway.agrees
    await ledger.publish()
    repaired = await ledger.verify()
    assert repaired.agrees
    assert repaired.published is not None
    # A line of which only the end was missing is whole once it is ended.
    assert (repaired.published.lines, repaired.published.torn) == ((2, 0) if left == -1 else (2, 1))
    assert all(head.seq == head.published_seq for head in repaired.verification.heads)


async def test_a_long_tail_of_half_lines_hides_no_line_before_it(ledger: Ledger) -> None:
    await ledger.publish()
    with ledger.file.path.open("ab") as file:
        file.write((b"\0" * 1000 + b"\n") * 200)
    await grow(ledger)
    await ledger.publish()
    outcome = await ledger.verify()
    assert outcome.agrees
    assert outcome.published is not None
    assert (outcome.published.lines, outcome.published.torn) == (2, 200)


async def test_two_publishers_do_not_write_at_once(ledger: Ledger) -> None:
    with ledger.file.held(), pytest.raises(HeldElsewhere):
        await ledger.publish()


def pem(path: Path, key: object, mode: int = 0o600) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))  # type: ignore[attr-defined]
    path.chmod(mode)
    return path


def test_a_key_that_others_may_read_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    assert signing_key(pem(tmp_path / "good", key)).private_bytes_raw() == key.private_bytes_raw()
    with pytest.raises(SigningKeyRefused, match="chmod 0600"):
        signing_key(pem(tmp_path / "open", key, 0o644))
    with pytest.raises(SigningKeyRefused, match="Ed25519"):
        signing_key(pem(tmp_path / "other", generate_private_key(SECP256R1())))
    with pytest.raises(SigningKeyRefused, match="openssl"):
        signing_key(tmp_path / "missing")
    shutil.copy(__file__, tmp_path / "no key")
    (tmp_path / "no key").chmod(0o600)
    with pytest.raises(SigningKeyRefused, match="PEM"):
        signing_key(tmp_path / "no key")


def test_keys_of_the_past_are_trusted_by_their_public_halves() -> None:
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    both = ",".join(shown(key.public_key()) for key in (old, new))
    assert len(trusted(both, new)) == 2
    assert len(trusted("", new)) == 1
    assert trusted("", None) == {}
    with pytest.raises(SigningKeyRefused):
        trusted("nonsense", new)
