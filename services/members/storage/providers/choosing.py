"""Choosing: the provider that the settings name, and the clear word when it cannot be had."""

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from services.members.storage.providers.alibaba import AlibabaKms, Credentials
from services.members.storage.providers.local import Local
from services.members.storage.providers.provider import KeyProvider, KeyRingRefused
from services.members.storage.providers.vault import VaultTransit

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ProviderName(StrEnum):
    """What may protect the ring's keys at rest."""

    LOCAL = "local"
    VAULT = "vault"
    AWS_KMS = "aws-kms"
    ALIBABA_KMS = "alibaba-kms"


class Choice(NamedTuple):
    """A provider, and what it takes to reach its key. What is not said is empty."""

    provider: ProviderName = ProviderName.LOCAL
    master_key: str = ""
    url: str = ""
    region: str = ""
    vault_mount: str = "transit"
    vault_token_file: Path | None = None
    alibaba: Credentials = Credentials("", "")


def provider_of(choice: Choice) -> KeyProvider:
    """The provider that was chosen. Raises ``KeyRingRefused`` when something is missing to reach it."""
    if choice.provider is ProviderName.LOCAL:
        return Local()
    if not choice.master_key:
        raise _missing(choice, "MEMBERS_KEY_ID to the name of the key that wraps this installation's")
    if choice.provider is ProviderName.VAULT:
        if choice.vault_token_file is None:
            raise _missing(choice, "VAULT_TOKEN_FILE to the file in which Vault's agent keeps our token")
        return VaultTransit(_safe(choice), choice.master_key, choice.vault_token_file, choice.vault_mount)
    if choice.provider is ProviderName.ALIBABA_KMS:
        if not choice.alibaba.access_key_id or not choice.alibaba.access_key_secret:
            raise _missing(choice, "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        return AlibabaKms(_safe(choice), choice.master_key, choice.alibaba)
    return _aws(choice)


def _aws(choice: Choice) -> KeyProvider:
    try:
        # Here, since it imports an extra that only those who chose AWS have.
        from services.members.storage.providers.aws import AwsKms
    except ImportError:
        raise KeyRingRefused(
            'AWS KMS needs boto3, which is not installed: pip install "huiyuan[aws]"'
        ) from None
    return AwsKms(choice.master_key, choice.region, _safe(choice) if choice.url else "")


def _safe(choice: Choice) -> str:
    if not choice.url:
        raise _missing(choice, "MEMBERS_KEY_URL to its address")
    address = urlsplit(choice.url)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise KeyRingRefused("MEMBERS_KEY_URL must be an https address: keys travel in the answers")
    if address.username or address.password or address.query:
        raise KeyRingRefused(
            "MEMBERS_KEY_URL must be an address alone: credentials have settings of their own"
        )
    return choice.url


def _missing(choice: Choice, what: str) -> KeyRingRefused:
    return KeyRingRefused(f"MEMBERS_KEY_PROVIDER is {choice.provider.value}: set {what}")
