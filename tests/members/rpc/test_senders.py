"""Senders: codes leave signed for the operator's own system alone, or into a log that only the owner reads."""

import json
import logging
from base64 import b64encode
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.members.rpc.senders import DevelopmentSender, Message, NoSender, WebhookSender
from services.members.rules.identities import normalised
from services.members.rules.verifications import CodesNotSent
from services.members.settings import Settings
from tests.loyalty.conftest import serving

SECRET = b"s" * 32
CODE, PHONE = "428163", "+8613900009999"

PAIRS = ("GATEWAY_MEMBERS", "LOYALTY_MEMBERS", "MEMBERS_CONSENT", "MEMBERS_LOYALTY")


def message() -> Message:
    now = datetime.now(UTC)
    return Message(uuid4(), normalised(1, "", PHONE), CODE, "zh-CN", now, now)


async def test_a_code_is_posted_signed_once_and_told_nobody_else(caplog):
    heard: list[tuple[dict[str, str], bytes]] = []

    async def take(request: Request) -> Response:
        heard.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    sent = message()
    async with serving(Starlette(routes=[Route("/codes", take, methods=["POST"])])) as url:
        sender = WebhookSender(f"{url}/codes", SECRET)
        with caplog.at_level(logging.DEBUG):
            await sender.send(sent)
        await sender.close()
    [(headers, body)] = heard
    Webhook(SECRET).verify(body, headers)
    with pytest.raises(Exception, match=r"[Nn]o matching signature"):
        Webhook(b"x" * 32).verify(body, headers)
    data = json.loads(body)["data"]
    assert (data["to"], data["code"], data["channel"], data["language"]) == (PHONE, CODE, "sms", "zh-CN")
    for secret in (CODE, PHONE[3:]):
        assert secret not in repr(sent) + caplog.text


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_what_is_not_taken_was_not_sent(status: int):
    async def refuse(_: Request) -> Response:
        return Response(status_code=status, headers={"location": "http://127.0.0.1:1/elsewhere"})

    async with serving(Starlette(routes=[Route("/", refuse, methods=["POST"])])) as url:
        sender = WebhookSender(url + "/", SECRET)
        with pytest.raises(CodesNotSent) as refused:
            await sender.send(message())
        await sender.close()
    assert CODE not in str(refused.value)


async def test_without_a_receiver_nothing_is_sent():
    sender = WebhookSender("http://127.0.0.1:1/", SECRET)
    with pytest.raises(CodesNotSent):
        await sender.send(message())
    with pytest.raises(CodesNotSent):
        await NoSender().send(message())


async def test_the_development_log_is_the_owners_alone_and_masks_the_number(tmp_path):
    log = tmp_path / "logs" / "codes.log"
    await DevelopmentSender(log).send(message())
    assert log.stat().st_mode & 0o077 == 0
    assert log.read_text().split()[1:] == ["139****9999", CODE]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"MEMBERS_CODES_LOG": "/tmp/codes.log"}, "development alone"),
        ({"MEMBERS_CODES_URL": "http://sms.example/codes"}, "https"),
        ({"MEMBERS_CODES_URL": "https://sms.example/codes"}, "MEMBERS_CODES_SECRET"),
    ],
)
def test_codes_are_not_sent_where_others_may_read_them(changes: dict[str, str], said: str):
    key = b64encode(SECRET).decode()
    told = {
        "REDIS_URL": "redis://127.0.0.1",
        "AUTH_JWKS": "/nowhere",
        "AUTH_ISSUER": "https://issuer.example",
        "DATABASE_URL_MEMBERS": "postgresql://x",
        "DATABASE_URL_MEMBER_KEYS": "postgresql://x",
        "MEMBERS_KEY_RING": "/nowhere",
        "INSTALLATION_ID": str(uuid4()),
        **{f"CALLER_KEY_{pair}": key for pair in PAIRS},
    }
    Settings.model_validate(told)
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(told | changes)
