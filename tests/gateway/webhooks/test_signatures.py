"""Signatures: as the Standard Webhooks conventions say, by vectors that others publish."""

import base64
import time
from datetime import UTC, datetime

import pytest

from gateway.webhooks.secrets import new_secret, spelled
from gateway.webhooks.signatures import WebhookNotProven, check, signed
from tests.gateway.webhooks.receiver import signature

# From the reference libraries of github.com/standard-webhooks/standard-webhooks: the test of signing that they share
# (libraries/python/tests/test_webhooks.py, test_sign_function).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def secret_bytes(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def test_the_published_vector_is_what_we_sign() -> None:
    headers = signed([secret_bytes(SECRET)], ID, datetime.fromtimestamp(AT, UTC), BODY)
    assert headers == {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}


def test_the_published_vector_is_what_our_receiver_expects() -> None:
    assert signature(SECRET, ID, str(AT), BODY) == SIGNATURE


def headers(secret: str, *, id: str = ID, age_s: int = 0, body: bytes = BODY) -> dict[str, str]:
    """As another system signs."""
    at = str(int(time.time()) - age_s)
    return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature(secret, id, at, body)}


@pytest.mark.parametrize("age_s", [0, 295, -295])
def test_what_another_system_signed_is_believed_for_five_minutes(age_s: int) -> None:
    assert check([secret_bytes(SECRET)], headers(SECRET, age_s=age_s), BODY) == ID


@pytest.mark.parametrize("age_s", [305, -305, 86400])
def test_what_is_older_or_newer_is_not(age_s: int) -> None:
    with pytest.raises(WebhookNotProven):
        check([secret_bytes(SECRET)], headers(SECRET, age_s=age_s), BODY)


def test_any_of_the_signatures_by_any_of_the_secrets_will_do() -> None:
    other = new_secret()
    told = headers(SECRET)
    told["webhook-signature"] = (
        f"v1a,bm8= {signature(spelled(other), ID, 'x', b'')} {told['webhook-signature']}"
    )
    assert check([other, secret_bytes(SECRET)], told, BODY) == ID


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_another"},
        {"webhook-id": ""},
        {"webhook-id": "a.b"},
        {"webhook-id": "x" * 101},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e400"},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64"},
        {"webhook-signature": "v1,\u00e4"},
        {"webhook-signature": "v1,bm8=,bm8="},
        {"webhook-signature": SIGNATURE},
    ],
)
def test_what_was_changed_on_the_way_is_not_believed(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookNotProven):
        check([secret_bytes(SECRET)], headers(SECRET) | changed, BODY)


@pytest.mark.parametrize("body", [b"", BODY + b" ", b"\xff\xfe"])
def test_another_body_is_not_believed(body: bytes) -> None:
    with pytest.raises(WebhookNotProven):
        check([secret_bytes(SECRET)], headers(SECRET), body)


def test_where_there_is_no_secret_nothing_is_believed() -> None:
    with pytest.raises(WebhookNotProven):
        check([], headers(SECRET), BODY)


def test_new_secrets_are_long_and_each_another() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {32}
