"""Caller assertions: only our own processes can speak for a caller, to one service, for a minute."""

import base64
import hmac
import secrets
import time
from collections.abc import Callable

import pytest

from services.kit.rpc import Caller, CallerKind, CallerNotProven, CallerSigner, CallerVerifier

KEY = secrets.token_bytes(32)
ANNA = Caller(CallerKind.MEMBER, "0190f000-0000-7000-8000-000000000001")


@pytest.fixture
def verifier() -> CallerVerifier:
    return CallerVerifier("loyalty", {"gateway": KEY, "members": secrets.token_bytes(32)})


def forged(
    *,
    issuer: str = "gateway",
    kind: str = "member",
    roles: str = "",
    audience: str = "loyalty",
    key: bytes = KEY,
    life_s: float = 30,
) -> str:
    """An assertion made by hand, by the format's description alone."""
    name = base64.urlsafe_b64encode(ANNA.id.encode()).decode()
    body = f"{issuer}.{kind}.{name}.{roles}.{int(time.time() + life_s)}"
    mac = hmac.new(key, f"huiyuan caller 1\0{audience}\0{body}".encode(), "sha256").hexdigest()
    return f"{body}.{mac}"


def test_what_the_gateway_signs_the_service_believes(verifier: CallerVerifier) -> None:
    signer = CallerSigner("gateway", {"loyalty": KEY})
    ops = Caller(CallerKind.STAFF, "ops.1 张", frozenset({"support", "operations"}))
    assert verifier.verify(signer.sign("loyalty", ANNA)) == ANNA
    assert verifier.verify(signer.sign("loyalty", ops)) == ops


def test_the_format_is_the_one_described(verifier: CallerVerifier) -> None:
    assert verifier.verify(forged()) == ANNA


FORGED: dict[str, Callable[[], str]] = {
    "another key": lambda: forged(key=bytes(32)),
    "made for another service": lambda: forged(audience="members"),
    "signed with the gateway's key in another's name": lambda: forged(issuer="members"),
    "an issuer that may not call": lambda: forged(issuer="consent"),
    "expired": lambda: forged(life_s=-1),
    "living longer than a minute": lambda: forged(life_s=3600),
    "an unknown kind": lambda: forged(kind="root"),
    "a cut mac": lambda: forged()[:-1],
    "another kind than was signed": lambda: forged().replace("member", "staff"),
    "roles added": lambda: forged().replace("..", ".program_admin."),
    "nothing": lambda: "",
    "too few parts": lambda: "a.b.c",
    "too many parts": lambda: forged() + ".x",
    "not ASCII": lambda: "会员.会员.会员.会员.会员.会员",
}


@pytest.mark.parametrize("how", FORGED)
def test_anything_else_is_refused(verifier: CallerVerifier, how: str) -> None:
    with pytest.raises(CallerNotProven):
        verifier.verify(FORGED[how]())


def test_every_single_changed_character_is_noticed(verifier: CallerVerifier) -> None:
    assertion = forged(roles="support")
    for place, character in enumerate(assertion):
        changed = assertion[:place] + ("A" if character != "A" else "B") + assertion[place + 1 :]
        with pytest.raises(CallerNotProven):
            verifier.verify(changed)


def test_a_believed_assertion_is_not_believed_beyond_its_end(
    verifier: CallerVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    assertion = forged(life_s=30)
    verifier.verify(assertion)
    later = time.time() + 31
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(CallerNotProven):
        verifier.verify(assertion)


def test_assertions_are_renewed_before_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = CallerSigner("gateway", {"loyalty": KEY})
    first = signer.sign("loyalty", ANNA)
    assert signer.sign("loyalty", ANNA) == first
    later = time.time() + 45
    monkeypatch.setattr(time, "time", lambda: later)
    assert CallerVerifier("loyalty", {"gateway": KEY}).verify(signer.sign("loyalty", ANNA)) == ANNA


def test_a_service_speaks_for_itself_alone() -> None:
    """A stolen key of the loyalty service makes nobody staff, a member, or another service."""
    verifier = CallerVerifier("members", {"loyalty": KEY})
    signer = CallerSigner("loyalty", {"members": KEY})
    itself = Caller(CallerKind.SERVICE, "loyalty")
    assert verifier.verify(signer.sign("members", itself)) == itself
    for other in (
        Caller(CallerKind.STAFF, "ada", frozenset({"operations"})),
        Caller(CallerKind.MEMBER, "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0001"),
        Caller(CallerKind.SERVICE, "gateway"),
    ):
        with pytest.raises(CallerNotProven):
            verifier.verify(signer.sign("members", other))


@pytest.mark.parametrize("key", [b"", b"short", bytes(31), bytes(33)])
def test_a_key_that_anyone_may_guess_starts_nothing(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CallerSigner("gateway", {"loyalty": key})
    with pytest.raises(ValueError, match="32 bytes"):
        CallerVerifier("loyalty", {"gateway": key})


@pytest.mark.parametrize("role", ["support,program_admin", "support.x", "", "a b", "support\n"])
def test_a_role_that_would_read_as_others_is_not_signed(role: str) -> None:
    signer = CallerSigner("gateway", {"loyalty": KEY})
    with pytest.raises(ValueError, match="role"):
        signer.sign("loyalty", Caller(CallerKind.STAFF, "ops-1", frozenset({role})))
