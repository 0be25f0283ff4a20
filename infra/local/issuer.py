"""The development issuer: stands where an operator's OIDC provider will stand, and signs tokens to try things with."""

import hashlib
import json
import time
from base64 import b64decode, urlsafe_b64encode

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.installation import Installation

NAME = "huiyuan-development"
STOREFRONT = "huiyuan-storefront"
ADMIN = "huiyuan-admin"
SERVICES = "huiyuan-services"
LIFE_S = 12 * 3600

STAFF_ROLES = ("program_admin", "program_publisher", "operations", "support", "privacy_officer", "auditor")
SYSTEM_ROLES = ("order_recorder", "point_awarder", "member_registrar", "communication_recorder")


class Issuer:
    """Signs tokens with the installation's own key."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._key = Ed25519PrivateKey.from_private_bytes(b64decode(installation.issuer_key))
        self._public = urlsafe_b64encode(self._key.public_key().public_bytes_raw()).decode().rstrip("=")
        self._key_id = hashlib.sha256(self._public.encode()).hexdigest()[:16]

    def publish(self) -> None:
        """Write the public key where the services look for it."""
        key = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self._public,
            "kid": self._key_id,
            "alg": "EdDSA",
            "use": "sig",
        }
        self._installation.jwks.write_text(json.dumps({"keys": [key]}, indent=2))

    def settings(self) -> dict[str, str]:
        """What a process is told about us."""
        return {
            "AUTH_JWKS": str(self._installation.jwks),
            "AUTH_ISSUER": NAME,
            "AUTH_AUDIENCE_STOREFRONT": STOREFRONT,
            "AUTH_AUDIENCE_ADMIN": ADMIN,
            "AUTH_AUDIENCE_SERVICES": SERVICES,
        }

    def member(self, member_id: str) -> str:
        """A token by which a member uses the storefront."""
        return self._token(member_id, STOREFRONT, ())

    def admin(self, subject: str = "ops-1", roles: tuple[str, ...] = STAFF_ROLES) -> str:
        """A token by which a member of staff uses the admin side."""
        return self._token(subject, ADMIN, roles)

    def system(self, subject: str = "demo-shop", roles: tuple[str, ...] = SYSTEM_ROLES) -> str:
        """A token by which one of the operator's systems calls the services."""
        return self._token(subject, SERVICES, roles)

    def _token(self, subject: str, audience: str, roles: tuple[str, ...]) -> str:
        now = int(time.time())
        claims = {
            "iss": NAME,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "auth_time": now,
            "exp": now + LIFE_S,
            "roles": list(roles),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})
