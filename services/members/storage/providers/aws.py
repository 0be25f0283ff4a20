"""AWS KMS, by boto3, which is an extra of its own (``huiyuan[aws]``): it is larger than all the rest of us.

boto3 and not aiobotocore, since it is called at start and in a thread, and finds credentials wherever AWS puts them
(roles of pods and machines, SSO) without pinning the SDK below it. Tested against moto, never against the service.
"""

import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from services.members.storage.providers.patience import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, Patience
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

_DAYS_UNTIL_GONE = 7
_REFUSALS: Mapping[str, type[KeyRingRefused]] = {
    "AccessDeniedException": ProviderDenied,
    "UnrecognizedClientException": ProviderDenied,
    "InvalidSignatureException": ProviderDenied,
    "ExpiredTokenException": ProviderDenied,
    "IncompleteSignature": ProviderDenied,
    "SignatureDoesNotMatch": ProviderDenied,
    "ExpiredToken": ProviderDenied,
    "InvalidClientTokenId": ProviderDenied,
    "MissingAuthenticationTokenException": ProviderDenied,
    "MissingAuthenticationToken": ProviderDenied,
    "AccessDenied": ProviderDenied,
    "NotAuthorized": ProviderDenied,
    "OptInRequired": ProviderDenied,
    "NotFoundException": MasterKeyUnknown,
    "InvalidArnException": MasterKeyUnknown,
    "DisabledException": MasterKeyUnusable,
    "KMSInvalidStateException": MasterKeyUnusable,
    "InvalidKeyUsageException": MasterKeyUnusable,
    "UnsupportedOperationException": MasterKeyUnusable,
    "InvalidCiphertextException": KeyNotOpened,
    "IncorrectKeyException": KeyNotOpened,
    # The service does not say more; moto answers so for a wrong context.
    "ValidationException": KeyNotOpened,
}
_WHAT_TO_DO: Mapping[type[KeyRingRefused], str] = {
    ProviderDenied: "see to our credentials, and that the key's policy allows kms:Decrypt, GenerateDataKey, Encrypt, "
    "ReEncrypt* and DescribeKey",
    MasterKeyUnknown: "set MEMBERS_KEY_ID to a key of this account and region",
    MasterKeyUnusable: "enable the key or cancel its deletion; it must be for ENCRYPT_DECRYPT and SYMMETRIC_DEFAULT",
    KeyNotOpened: "a key in the ring was not wrapped by this key for this installation and use: put this "
    "installation's ring in its place, or restore it from its backup",
    ProviderUnreachable: "start again later",
}


class AwsKms:
    """Wraps by ``Encrypt`` and ``GenerateDataKey`` under an ``EncryptionContext``."""

    name = "aws-kms"

    def __init__(self, key: str, region: str = "", url: str = "") -> None:
        self._key = key
        self._patience = Patience("AWS KMS")
        once = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": 1},
            # The address is what our settings say, which want TLS: no variable or profile of AWS's sets another.
            ignore_configured_endpoint_urls=True,
        )
        # At DEBUG it logs the bodies of requests and answers, which hold keys in clear.
        logging.getLogger("botocore").setLevel(logging.WARNING)
        try:
            self._kms = boto3.client("kms", region_name=region or None, endpoint_url=url or None, config=once)
        except NoRegionError:
            raise KeyRingRefused("AWS KMS needs a region: set MEMBERS_KEY_REGION") from None

    def generate(self, context: KeyContext) -> NewKey:
        said = self._ask(
            "generate_data_key", KeyId=self._key, KeySpec="AES_256", EncryptionContext=context.pairs()
        )
        return NewKey(_key(said), _wrapped(said))

    def wrap(self, key: bytes, context: KeyContext) -> str:
        said = self._ask("encrypt", KeyId=self._key, Plaintext=key, EncryptionContext=context.pairs())
        return _wrapped(said)

    def unwrap(self, wrapped: str, context: KeyContext) -> bytes:
        said = self._ask(
            "decrypt", KeyId=self._key, CiphertextBlob=_blob(wrapped), EncryptionContext=context.pairs()
        )
        return _key(said)

    def rewrap(self, wrapped: str, context: KeyContext) -> str:
        said = self._ask(
            "re_encrypt",
            CiphertextBlob=_blob(wrapped),
            # Or else it would open what any key that lets us had wrapped, and make it ours.
            SourceKeyId=self._key,
            SourceEncryptionContext=context.pairs(),
            DestinationKeyId=self._key,
            DestinationEncryptionContext=context.pairs(),
        )
        return _wrapped(said)

    def destroy(self, master_key: str) -> str:
        named_again(self._key, master_key)
        self._ask("schedule_key_deletion", KeyId=self._key, PendingWindowInDays=_DAYS_UNTIL_GONE)
        return f"in {_DAYS_UNTIL_GONE} days, unless CancelKeyDeletion is called"

    def describe(self) -> Description:
        metadata = self._ask("describe_key", KeyId=self._key)["KeyMetadata"]
        state, usage = metadata.get("KeyState"), metadata.get("KeyUsage")
        spec = metadata.get("KeySpec")
        if state != "Enabled" or usage != "ENCRYPT_DECRYPT" or spec != "SYMMETRIC_DEFAULT":
            raise self._refusal(MasterKeyUnusable, f"{state}, {usage}, {spec}")
        return Description(self.name, self._key, f"Enabled, {metadata.get('Origin')}")

    def _ask(self, action: str, **parameters: object) -> Any:
        try:
            return self._patience.call(lambda: getattr(self._kms, action)(**parameters))
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            raise self._refusal(_REFUSALS.get(code, ProviderUnreachable), code) from None
        except NoCredentialsError:
            raise self._refusal(ProviderDenied, "no credentials were found") from None
        except BotoCoreError as error:
            raise self._refusal(ProviderUnreachable, type(error).__name__) from None

    def _refusal(self, kind: type[KeyRingRefused], said: str) -> KeyRingRefused:
        return kind(f"AWS KMS does not do it with {self._key} ({said}): {_WHAT_TO_DO[kind]}")


def _key(said: Mapping[str, Any]) -> bytes:
    return of_key_size(said.get("Plaintext") or b"")


def _wrapped(said: Mapping[str, Any]) -> str:
    return as_it_rests(b64encode(said.get("CiphertextBlob") or b"").decode())


def _blob(wrapped: str) -> bytes:
    try:
        return b64decode(wrapped, validate=True)
    except ValueError:
        raise KeyNotOpened("a key in the ring is no base64: restore it from its backup") from None
