"""Alibaba Cloud KMS (API of 2016-01-20), its requests signed by ACS3-HMAC-SHA256.

Never run against the real service by this project: the tests replay the requests, answers and the signature that
its documentation publishes. Parameters travel in the body, so that no key is ever in an address.
"""

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from services.kit import clock
from services.members.storage.providers.http import Answer, Endpoint
from services.members.storage.providers.provider import (
    Description,
    KeyContext,
    KeyNotOpened,
    KeyRingRefused,
    MasterKeyUnknown,
    MasterKeyUnusable,
    NewKey,
    ProviderDenied,
    ProviderUnreachable,
    as_it_rests,
    named_again,
    of_key_size,
)

_VERSION = "2016-01-20"
_ALGORITHM = "ACS3-HMAC-SHA256"
_DAYS_UNTIL_GONE = 7
_OURS_TO_MEND = (
    "InvalidAccessKeyId",
    "InvalidSecurityToken",
    "SignatureDoesNotMatch",
    "IllegalTimestamp",
    "InvalidTimeStamp",
    "SignatureNonceUsed",
    "IncompleteSignature",
    "MissingSecurityToken",
    "NoPermission",
    "Forbidden",
)
_LATER = ("Throttling", "Rejected.Throttling", "ServiceUnavailable", "InternalFailure")
_ASYMMETRIC = ("RSA_", "EC_")


class Credentials(NamedTuple):
    """An access key, with the token of a role's session where it is one."""

    access_key_id: str
    access_key_secret: str
    security_token: str = ""

    def __repr__(self) -> str:
        return "<credentials>"


class AlibabaKms:
    """Wraps by ``Encrypt`` and ``GenerateDataKey`` under an ``EncryptionContext``."""

    name = "alibaba-kms"

    def __init__(self, url: str, key: str, credentials: Credentials) -> None:
        self._kms = Endpoint("Alibaba Cloud KMS", url)
        self._host = urlsplit(url).netloc
        self._key = key
        self._names = {key}
        """By what the service calls our key: an alias is answered with the key's id."""
        self._credentials = credentials

    def generate(self, context: KeyContext) -> NewKey:
        said = self._ask(
            "GenerateDataKey", KeyId=self._key, KeySpec="AES_256", EncryptionContext=_bound(context)
        )
        return NewKey(_key(said), self._wrapped(said))

    def wrap(self, key: bytes, context: KeyContext) -> str:
        asked = {
            "KeyId": self._key,
            "Plaintext": b64encode(key).decode(),
            "EncryptionContext": _bound(context),
        }
        return self._wrapped(self._ask("Encrypt", **asked))

    def unwrap(self, wrapped: str, context: KeyContext) -> bytes:
        # Decrypt takes no key's name: it opens by whatever key of the account the text itself says.
        return _key(
            self._ours(self._ask("Decrypt", CiphertextBlob=wrapped, EncryptionContext=_bound(context)))
        )

    def rewrap(self, wrapped: str, context: KeyContext) -> str:
        bound = _bound(context)
        said = self._ask(
            "ReEncrypt",
            CiphertextBlob=wrapped,
            SourceEncryptionContext=bound,
            DestinationKeyId=self._key,
            DestinationEncryptionContext=bound,
        )
        return as_it_rests(said.text("CiphertextBlob"))

    def destroy(self, master_key: str) -> str:
        named_again(self._key, master_key)
        self._ask("ScheduleKeyDeletion", KeyId=self._key, PendingWindowInDays=str(_DAYS_UNTIL_GONE))
        return f"in {_DAYS_UNTIL_GONE} days, unless CancelKeyDeletion is called"

    def describe(self) -> Description:
        told = self._ask("DescribeKey", KeyId=self._key).said.get("KeyMetadata")
        metadata = told if isinstance(told, dict) else {}
        if metadata.get("KeyState") != "Enabled":
            raise self._unusable(str(metadata.get("KeyState")))
        if metadata.get("KeyUsage") != "ENCRYPT/DECRYPT":
            raise MasterKeyUnusable(f"the key {self._key} is not for ENCRYPT/DECRYPT: create one that is")
        if str(metadata.get("KeySpec", "")).startswith(_ASYMMETRIC):
            raise MasterKeyUnusable(
                f"the key {self._key} is asymmetric and binds no context: create one that is not"
            )
        self._names |= {str(metadata[name]) for name in ("KeyId", "Arn") if metadata.get(name)}
        return Description(self.name, self._key, f"Enabled, {metadata.get('ProtectionLevel')}")

    def _wrapped(self, answer: Answer) -> str:
        return as_it_rests(self._ours(answer).text("CiphertextBlob"))

    def _ours(self, answer: Answer) -> Answer:
        """An answer that our key gave. Raises ``KeyNotOpened`` of another key's."""
        said = answer.text("KeyId")
        if said not in self._names:
            self.describe()
        if said not in self._names:
            raise KeyNotOpened(
                f"a key in the ring was wrapped by {said or 'an unnamed key'}, not by {self._key}: put this "
                "installation's ring in its place, or restore it from its backup"
            )
        return answer

    def _ask(self, action: str, **parameters: str) -> Answer:
        body = urlencode(parameters, quote_via=quote).encode()
        headers = signed(
            "POST",
            "",
            {"host": self._host, "content-type": "application/x-www-form-urlencoded", **_about(action)},
            body,
            self._credentials,
        )
        answer = self._kms.call("POST", "/", headers, body)
        if answer.status >= 300:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> KeyRingRefused:
        code = answer.text("Code")
        if answer.status >= 500 or not code or code.startswith(_LATER):
            return ProviderUnreachable(
                f"Alibaba Cloud KMS cannot answer now (HTTP {answer.status}): start again later"
            )
        if code.endswith("KeyNotFound") or code.endswith("AliasNotFound"):
            return MasterKeyUnknown(
                f"Alibaba Cloud KMS has no key {self._key}: set MEMBERS_KEY_ID to one it has"
            )
        if code.startswith("Rejected"):
            return self._unusable(code)
        if code.startswith(_OURS_TO_MEND):
            return ProviderDenied(
                f"Alibaba Cloud KMS refuses us ({code}): see to the access key, this machine's clock, and that its "
                "policy allows kms:Decrypt, GenerateDataKey, Encrypt, ReEncrypt and DescribeKey"
            )
        return KeyNotOpened(
            f"a key in the ring was not wrapped by {self._key} for this installation and use ({code}): put this "
            "installation's ring in its place, or restore it from its backup"
        )

    def _unusable(self, state: str) -> MasterKeyUnusable:
        return MasterKeyUnusable(
            f"the key {self._key} cannot be used ({state}): enable it, or cancel its deletion, in the KMS console"
        )


def signed(
    method: str, query: str, headers: Mapping[str, str], body: bytes, credentials: Credentials
) -> dict[str, str]:
    """The headers of a request with its ``Authorization``. ``query`` is in its canonical form: sorted and escaped.

    Own code, since the vendor's SDK brings eleven packages for this one function.
    """
    digest = sha256(body).hexdigest()
    sent = {**headers, "x-acs-content-sha256": digest}
    if credentials.security_token:
        sent["x-acs-security-token"] = credentials.security_token
    names = sorted(sent)
    canonical = "\n".join(
        [method, "/", query, *(f"{name}:{sent[name].strip()}" for name in names), "", ";".join(names), digest]
    )
    to_sign = f"{_ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(credentials.access_key_secret.encode(), to_sign.encode(), sha256).hexdigest()
    sent["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    )
    return sent


def _about(action: str, now: datetime | None = None) -> dict[str, str]:
    return {
        "x-acs-action": action,
        "x-acs-version": _VERSION,
        "x-acs-date": (now or clock.now()).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
    }


def _bound(context: KeyContext) -> str:
    return json.dumps(context.pairs(), sort_keys=True, separators=(",", ":"))


def _key(answer: Answer) -> bytes:
    try:
        return of_key_size(b64decode(answer.text("Plaintext"), validate=True))
    except ValueError:
        raise KeyNotOpened("Alibaba Cloud KMS gave something that is no key of ours") from None
