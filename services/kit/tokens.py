"""Tokens: bearer tokens of the operator's OIDC provider, checked locally against its public keys."""

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jwt
import orjson
import structlog
from pyqwest import Client

from services.kit.refusal import Unauthenticated, Unavailable

log = structlog.get_logger()

_ALGORITHMS = ["EdDSA", "ES256", "RS256"]
_REQUIRED = ["sub", "aud", "iss", "exp", "iat"]
_REFRESH_S = 300.0
_UNKNOWN_KEY_REFRESH_S = 10.0
_LONGEST_LIFE_S = 24 * 3600
_LONGEST_SUBJECT = 255
_REMEMBERED = 20_000
_LEEWAY_S = 5


_EXPIRED = "the token has expired: ask the issuer for a new one"
_NOT_VALID = "the token is not valid: bad form, issuer or signature"


class TokenRefused(Unauthenticated):
    """The token is not one that we accept; the message says why and what would be right."""


class TokenForged(TokenRefused):
    """The same to whoever sent it; it took the work of a signature to find out."""

    code = TokenRefused.code


class TokenExpired(TokenRefused):
    """The token was good, and its time is up."""


class WrongAudience(TokenRefused):
    """The token is good elsewhere, not here."""


class IssuerUnavailable(Unavailable):
    """No key of the issuer is known yet, so no token can be judged; try again."""


@dataclass(frozen=True, slots=True)
class Token:
    """A checked token: who it speaks for, in which roles, until when (seconds since 1970).

    ``authenticated_at_s`` is OpenID's ``auth_time``: when they last signed in, if the issuer says so.
    """

    subject: str
    roles: frozenset[str]
    expires_at_s: float
    authenticated_at_s: float | None = None
    key_id: str = ""


class TokenVerifier:
    """Checks tokens of one issuer for one audience.

    Good answers are remembered until the token's end or its key's, and what no key of the issuer signed until there are
    other keys.
    What a token says of itself is reason enough to refuse it, before the work that proves what it says.
    """

    def __init__(self, jwks: str, issuer: str, audience: str) -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._audience = audience
        self._keys: dict[str, jwt.PyJWK] = {}
        self._loaded_at = float("-inf")
        self._loading = asyncio.Lock()
        self._refreshing: asyncio.Future[None] | None = None
        self._document = b""
        self._described: dict[str, list[Any]] = {}
        """What the issuer says of its keys, by their ids."""
        self._remembered: dict[str, Token] = {}
        self._forged: dict[bytes, None] = {}
        """Digests of what was refused for its signature."""

    async def verify(self, token: str) -> Token:
        """The token's claims. Raises ``TokenRefused``."""
        return self.known(token) or await self._check(token)

    def known(self, token: str) -> Token | None:
        """The claims of a token that was found good before and still is; None for any other."""
        known = self._remembered.get(token)
        if known is None or time.time() >= known.expires_at_s:
            return None
        self._refresh()
        return known

    async def _check(self, token: str) -> Token:
        key_id, key = await self._key_of(token)
        self._refuse_at_once(_part(token, 1))
        digest = blake2b(token.encode(), digest_size=16).digest()
        if digest in self._forged:
            raise TokenRefused(_NOT_VALID)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                options={"require": _REQUIRED},
                leeway=_LEEWAY_S,
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired(_EXPIRED) from None
        except jwt.InvalidAudienceError:
            raise WrongAudience(self._wanted_audience) from None
        except jwt.MissingRequiredClaimError as error:
            raise TokenRefused(f"the token lacks the claim {error.claim}") from None
        except jwt.ImmatureSignatureError:
            raise TokenRefused(
                "the token is not valid yet: its nbf or iat lies ahead; compare the clocks"
            ) from None
        except (jwt.PyJWTError, ValueError):
            _remember(self._forged, digest, None)
            raise TokenForged(_NOT_VALID) from None
        if not isinstance(claims["exp"], int | float):
            raise TokenRefused("the token's exp must be a number")
        if not (claims["sub"].isprintable() and 0 < len(claims["sub"]) <= _LONGEST_SUBJECT):
            raise TokenRefused(f"the token's sub must have 1 to {_LONGEST_SUBJECT} printable characters")
        if claims["exp"] - claims["iat"] > _LONGEST_LIFE_S:
            raise TokenRefused("the token lives too long: 24 hours at the most")
        roles = claims.get("roles", [])
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise TokenRefused("the token's roles must be a list of names")
        signed_in = claims.get("auth_time")
        if signed_in is not None and (isinstance(signed_in, bool) or not isinstance(signed_in, int | float)):
            raise TokenRefused("the token's auth_time must be a number")
        checked = Token(claims["sub"], frozenset(roles), float(claims["exp"]), signed_in, key_id)
        _remember(self._remembered, token, checked)
        return checked

    def _refuse_at_once(self, claims: dict[str, Any]) -> None:
        """Refuse what is over or meant for elsewhere by its own account, whoever signed it. Raises ``TokenRefused``."""
        ends_at_s, audience = claims.get("exp"), claims.get("aud")
        if isinstance(ends_at_s, int | float) and ends_at_s <= time.time() - _LEEWAY_S:
            raise TokenExpired(_EXPIRED)
        audiences = audience if isinstance(audience, list) else [audience]
        if audience is not None and self._audience not in audiences:
            raise WrongAudience(self._wanted_audience)

    @property
    def _wanted_audience(self) -> str:
        return f"the token is not for here: its audience must be {self._audience}"

    async def _key_of(self, token: str) -> tuple[str, jwt.PyJWK]:
        header = _part(token, 0)
        if header.get("alg") not in _ALGORITHMS:
            raise TokenRefused(f"the token's algorithm must be one of {', '.join(_ALGORITHMS)}")
        key_id = str(header.get("kid", ""))
        if key_id not in self._keys and time.monotonic() - self._loaded_at > _UNKNOWN_KEY_REFRESH_S:
            await self._load()
        self._refresh()
        key = self._keys.get(key_id)
        if not self._keys:
            raise IssuerUnavailable("the issuer's keys could not be loaded: try again")
        if key is None:
            raise TokenRefused("the token is signed with a key that the issuer does not list")
        if key.algorithm_name != header["alg"]:
            raise TokenRefused("the token's algorithm is not its key's")
        return key_id, key

    def _refresh(self) -> None:
        """Load the keys anew from time to time, beside the requests: an issuer that is slow keeps nobody waiting."""
        if self._refreshing is None and time.monotonic() - self._loaded_at > _REFRESH_S:
            self._refreshing = asyncio.ensure_future(self._load())
            self._refreshing.add_done_callback(self._refreshed)

    def _refreshed(self, _: object) -> None:
        self._refreshing = None

    async def _load(self) -> None:
        async with self._loading:
            if time.monotonic() - self._loaded_at < 1:
                return  # whoever held the lock before us has just loaded them
            try:
                document = await self._fetch()
                if document != self._document:
                    said = json.loads(document)
                    listed, described = jwt.PyJWKSet.from_dict(said).keys, _by_key_id(said["keys"])
                    same = {
                        key_id for key_id, keys in described.items() if self._described.get(key_id) == keys
                    }
                    self._keys = {key.key_id or "": key for key in listed}
                    self._document, self._described = document, described
                    # To judge all tokens anew would be a storm, in which an address could be refused for a forger there.
                    self._remembered = {
                        token: known for token, known in self._remembered.items() if known.key_id in same
                    }
                    self._forged.clear()
            except Exception as error:
                log.warning("issuer keys could not be loaded", because=type(error).__name__)
            self._loaded_at = time.monotonic()

    async def _fetch(self) -> bytes:
        if not self._jwks.startswith(("https://", "http://")):
            return await asyncio.to_thread(Path(self._jwks).read_bytes)
        async with asyncio.timeout(5):
            response = await Client().get(self._jwks)
            if response.status != 200:
                raise OSError(f"HTTP {response.status}")
            return bytes(response.content)


def _remember(remembered: dict[Any, Any], key: str | bytes, what: Token | None) -> None:
    if len(remembered) >= _REMEMBERED:
        del remembered[next(iter(remembered))]
    remembered[key] = what


def _by_key_id(keys: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """All that a key set lists under each id: keys may share one."""
    described: dict[str, list[Any]] = {}
    for key in keys:
        described.setdefault(str(key.get("kid") or ""), []).append(key)
    return described


def _part(token: str, nth: int) -> dict[str, Any]:
    """What a part of a token says, proven by nothing: enough to refuse it by, never to believe."""
    try:
        part = token.split(".", 3)[nth]
        said = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError):
        said = None
    if not isinstance(said, dict):
        raise TokenRefused("the token is not a JWT")
    return said
