"""Key rotation: a new key is fetched once, and neither floods nor a slow issuer trouble whom we know."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.kit.tokens import TokenRefused, TokenVerifier
from tests.gateway.wire_services import serving
from tests.kit.test_tokens import AUDIENCE, ISSUER, KEY, jwk, token


@dataclass
class Keys:
    """An issuer's endpoint: what it lists, how slowly it answers, how often it was asked."""

    listed: list[dict[str, object]] = field(default_factory=lambda: [jwk(KEY.public_key(), "main", "EdDSA")])
    status: int = 200
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    address: str = ""

    async def answer(self, _: Request) -> Response:
        self.asked += 1
        await self.answers.wait()
        return JSONResponse({"keys": self.listed}, status_code=self.status)

    async def until_asked(self, times: int) -> None:
        async with asyncio.timeout(30):
            while self.asked < times:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(f"{self.address}/jwks", ISSUER, AUDIENCE)


@pytest.fixture
async def keys() -> AsyncIterator[Keys]:
    made = Keys()
    made.answers.set()
    async with serving(Starlette(routes=[Route("/jwks", made.answer)])) as made.address:
        yield made


class Passed:
    """Time that can be let pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._more = 0.0
        told = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + self._more)
        # Of the verifier alone: the loop has a clock too.
        monkeypatch.setattr("services.kit.tokens.time", told)

    def __call__(self, seconds: float) -> None:
        self._more += seconds


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> Passed:
    return Passed(monkeypatch)


async def test_keys_are_fetched_once_for_any_number_of_tokens(keys: Keys) -> None:
    verifier = keys.verifier()
    await asyncio.gather(*(verifier.verify(token(sub=f"m-{number}")) for number in range(50)))
    assert keys.asked == 1


async def test_a_new_key_is_fetched_once_by_the_tokens_that_need_it(keys: Keys, passed: Passed) -> None:
    verifier, new = keys.verifier(), Ed25519PrivateKey.generate()
    await verifier.verify(token())
    keys.listed.append(jwk(new.public_key(), "new", "EdDSA"))
    passed(11)
    fresh = [token(new, key_id="new", sub=f"m-{number}") for number in range(50)]
    await asyncio.gather(*map(verifier.verify, fresh))
    assert keys.asked == 2


async def test_a_flood_of_unknown_keys_does_not_reach_the_issuer(keys: Keys, passed: Passed) -> None:
    verifier = keys.verifier()
    await verifier.verify(token())
    passed(11)
    flood = [token(key_id=f"unknown-{number}") for number in range(300)]
    refused = await asyncio.gather(*map(verifier.verify, flood), return_exceptions=True)
    assert {type(one) for one in refused} == {TokenRefused}
    assert keys.asked == 2
    passed(5)
    await asyncio.gather(*map(verifier.verify, flood), return_exceptions=True)
    assert keys.asked == 2, "not again within ten seconds"


async def test_a_flood_while_the_issuer_hangs_keeps_nobody_waiting_whose_key_is_known(
    keys: Keys, passed: Passed
) -> None:
    verifier = keys.verifier()
    await verifier.verify(token())
    keys.answers.clear()
    passed(11)
    flood = [
        asyncio.ensure_future(verifier.verify(token(key_id=f"unknown-{number}"))) for number in range(50)
    ]
    await keys.until_asked(2)
    await asyncio.wait_for(verifier.verify(token(sub="m-2")), 30)
    keys.answers.set()
    await asyncio.gather(*flood, return_exceptions=True)


async def test_keys_are_refreshed_beside_the_requests(keys: Keys, passed: Passed) -> None:
    verifier = keys.verifier()
    known = token()
    await verifier.verify(known)
    keys.answers.clear()
    passed(301)
    async with asyncio.timeout(30):  # nobody waits for the issuer
        await asyncio.gather(*(verifier.verify(one) for one in [known, token(sub="m-2")] * 20))
    await keys.until_asked(2)
    keys.answers.set()
    await asyncio.sleep(0.1)
    assert keys.asked == 2


async def test_a_key_that_was_withdrawn_is_refused_once_the_keys_are_refreshed(
    keys: Keys, passed: Passed
) -> None:
    verifier, known = keys.verifier(), token()
    await verifier.verify(known)
    keys.listed[:] = [jwk(Ed25519PrivateKey.generate().public_key(), "newer", "EdDSA")]
    passed(301)
    await verifier.verify(known)
    await keys.until_asked(2)
    # The refreshed keys are listed an instant after they were asked for.
    async with asyncio.timeout(30):
        while await is_believed(verifier, known):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def is_believed(verifier: TokenVerifier, presented: str) -> bool:
    try:
        await verifier.verify(presented)
    except TokenRefused:
        return False
    return True


async def test_an_issuer_in_trouble_takes_no_key_away(keys: Keys, passed: Passed) -> None:
    verifier, known = keys.verifier(), token()
    await verifier.verify(known)
    keys.status = 500
    keys.listed[:] = [jwk(Ed25519PrivateKey.generate().public_key(), "main", "EdDSA")]
    passed(301)
    await verifier.verify(known)
    await keys.until_asked(2)
    await asyncio.sleep(0.1)
    assert keys.asked == 2
    assert (await verifier.verify(token(sub="m-3"))).subject == "m-3"


async def test_when_keys_change_only_tokens_of_those_that_stay_are_believed_unjudged(
    keys: Keys, passed: Passed, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, newer = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    keys.listed.append(jwk(other.public_key(), "other", "EdDSA"))
    verifier = keys.verifier()
    stays, goes = token(sub="m-1"), token(other, key_id="other", sub="m-2")
    for one in (stays, goes):
        await verifier.verify(one)
    keys.listed[-1] = jwk(newer.public_key(), "other", "EdDSA")  # another key by the same id
    passed(301)
    judged = []
    decode = jwt.decode
    monkeypatch.setattr(jwt, "decode", lambda token, *a, **k: judged.append(token) or decode(token, *a, **k))
    async with asyncio.timeout(30):
        while await is_believed(verifier, goes):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await is_believed(verifier, stays)
    assert set(judged) == {goes}
