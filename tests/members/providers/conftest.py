"""Each provider with its double, so that one set of sentences holds for all of them."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from services.members.storage.providers.alibaba import AlibabaKms, Credentials
from services.members.storage.providers.aws import AwsKms
from services.members.storage.providers.provider import KeyProvider
from services.members.storage.providers.vault import VaultTransit
from tests.members.providers.doubles import Alibaba, Double, Vault, served


@dataclass
class Kept:
    """A provider, and what a test does on the other side of it."""

    provider: KeyProvider
    master_key: str
    double: Double | None
    disable: Callable[[], object]


@pytest.fixture(params=["vault", "alibaba-kms", "aws-kms"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    if request.param == "vault":
        vault = Vault()
        with served(Double(vault.answer)) as double:
            yield vault_kept(vault, double, tmp_path)
    elif request.param == "alibaba-kms":
        alibaba = Alibaba()
        with served(Double(alibaba.answer)) as double:
            yield alibaba_kept(alibaba, double)
    else:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        with mock_aws():
            client = boto3.client("kms", region_name="cn-north-1")
            key = client.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
            provider = AwsKms(key, "cn-north-1")
            yield Kept(provider, key, None, lambda: client.disable_key(KeyId=key))


def vault_kept(vault: Vault, double: Double, home: Path) -> Kept:
    token = home / "token"
    token.write_text(vault.TOKEN + os.linesep)

    def disable() -> None:
        vault.rotate()
        vault.key["min_decryption_version"] = 2

    return Kept(VaultTransit(double.url, "members", token), "members", double, disable)


def alibaba_kept(alibaba: Alibaba, double: Double) -> Kept:
    def disable() -> None:
        alibaba.state = "Disabled"

    provider = AlibabaKms(double.url, alibaba.KEY, Credentials(alibaba.ID, alibaba.SECRET))
    return Kept(provider, alibaba.KEY, double, disable)
