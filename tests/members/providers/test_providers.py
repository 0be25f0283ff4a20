"""Providers: what every one of them promises, and what each says when it cannot."""

import json
import os
from base64 import b64encode
from uuid import UUID

import pytest
import structlog

from services.kit import clock
from services.members.jobs import keyrings as refreshing
from services.members.rules.blobs import Suite
from services.members.rules.identities import normalised
from services.members.rules.keyrings import INDEX_KINDS
from services.members.storage import keyring_moves
from services.members.storage.keyrings import LOCAL, KeyRingRefused, create_ring, open_ring
from services.members.storage.providers import http, patience
from services.members.storage.providers.alibaba import AlibabaKms, Credentials, signed
from services.members.storage.providers.aws import AwsKms
from services.members.storage.providers.choosing import Choice, ProviderName, provider_of
from services.members.storage.providers.provider import (
    KeyContext,
    KeyNotOpened,
    KeyProvider,
    MasterKeyUnknown,
    MasterKeyUnusable,
    ProviderDenied,
    ProviderUnreachable,
)
from services.members.storage.providers.vault import VaultTransit
from tests.members.providers.doubles import Alibaba, Double, Vault, served

OURS = UUID("11111111-2222-4333-8444-555555555555")
THEIRS = UUID("99999999-2222-4333-8444-555555555555")
KEK = KeyContext(OURS, "kek 1.1")
AES = Suite.AES_256_GCM
KEYS = 1 + len(INDEX_KINDS)
"""So many keys a new ring has."""


def test_what_a_provider_made_or_wrapped_it_unwraps_and_rewraps(kept):
    made = kept.provider.generate(KEK)
    assert len(made.key) == 32
    assert kept.provider.unwrap(made.wrapped, KEK) == made.key
    brought = os.urandom(32)
    wrapped = kept.provider.wrap(brought, KEK)
    assert kept.provider.unwrap(wrapped, KEK) == brought
    again = kept.provider.rewrap(wrapped, KEK)
    assert again != wrapped
    assert kept.provider.unwrap(again, KEK) == brought
    assert kept.provider.describe().master_key == kept.master_key


@pytest.mark.parametrize(
    "other", [KeyContext(OURS, "kek 1.2"), KeyContext(OURS, "index 1.1"), KeyContext(THEIRS, "kek 1.1")]
)
def test_key_opens_for_its_installation_and_use_alone(kept, other):
    wrapped = kept.provider.generate(KEK).wrapped
    for refused in (kept.provider.unwrap, kept.provider.rewrap):
        with pytest.raises(KeyNotOpened, match=r"this installation's ring|backup"):
            refused(wrapped, other)
    with pytest.raises(KeyRingRefused):
        kept.provider.unwrap("nonsense", KEK)


def test_disabled_master_key_is_refused_with_what_to_do(kept):
    wrapped = kept.provider.generate(KEK).wrapped
    kept.disable()
    with pytest.raises(MasterKeyUnusable, match=r"enable|lower it"):
        as_at_start(kept.provider, wrapped)


def test_master_key_is_destroyed_by_its_name_alone_and_with_it_what_it_wrapped(kept):
    wrapped = kept.provider.generate(KEK).wrapped
    with pytest.raises(KeyRingRefused, match="nothing was destroyed"):
        kept.provider.destroy("another")
    assert kept.provider.unwrap(wrapped, KEK)
    assert kept.provider.destroy(kept.master_key)
    with pytest.raises((MasterKeyUnknown, MasterKeyUnusable)):
        as_at_start(kept.provider, wrapped)


def as_at_start(provider: KeyProvider, wrapped: str) -> None:
    """What a service does before it uses a key; moto itself decrypts by keys that are disabled."""
    provider.describe()
    provider.unwrap(wrapped, KEK)


def test_ring_in_a_provider_s_keeping_opens_and_holds_no_key_in_clear(kept, tmp_path):
    path = tmp_path / "ring"
    create_ring(path, OURS, kept.provider, AES)
    ring = open_ring(path, OURS, create=False, provider=kept.provider)
    key = ring.generate(ring.where(THEIRS))
    again = open_ring(path, OURS, create=False, provider=kept.provider)
    assert again.unwrap(key.wrapped, again.where(THEIRS)) == key.dek
    assert path.stat().st_mode & 0o777 == 0o600
    document = json.loads(path.read_text())
    entries = document["keks"] + document["index_keys"]
    assert len({entry["key"] for entry in entries}) == KEYS
    for entry in entries:
        with pytest.raises(KeyRingRefused):
            LOCAL.unwrap(entry["key"], KEK)


def test_keys_of_a_ring_that_changed_places_do_not_open(kept, tmp_path):
    path = tmp_path / "ring"
    create_ring(path, OURS, kept.provider, AES)
    document = json.loads(path.read_text())
    first, second = document["index_keys"][:2]
    first["key"], second["key"] = second["key"], first["key"]
    path.write_text(json.dumps(document))
    with pytest.raises(KeyNotOpened):
        open_ring(path, OURS, create=False, provider=kept.provider)


def test_local_ring_moves_into_a_provider_s_keeping_and_is_wrapped_anew_there(kept, tmp_path):
    path = tmp_path / "ring"
    before = open_ring(path, OURS, create=True)
    key, phone = before.generate(before.where(THEIRS)), normalised(1, "", "13900001234")
    clear = path.read_text()
    assert keyring_moves.move(path, OURS, kept.provider) == KEYS
    moved = json.loads(path.read_text())
    assert not any(entry["key"] in clear for entry in moved["keks"] + moved["index_keys"])
    assert keyring_moves.rewrap(path, OURS, kept.provider) == KEYS
    assert json.loads(path.read_text())["keks"] != moved["keks"]
    after = open_ring(path, OURS, create=False, provider=kept.provider)
    assert after.unwrap(key.wrapped, after.where(THEIRS)) == key.dek
    assert after.find(phone) == before.find(phone)
    with pytest.raises(KeyRingRefused, match="only a local ring is moved"):
        keyring_moves.move(path, OURS, kept.provider)
    with pytest.raises(
        KeyRingRefused, match=f"is kept by {kept.provider.name}, and this service is set to local"
    ):
        open_ring(path, OURS, create=False)


def test_ring_that_would_not_open_afterwards_is_never_put_in_place(kept, tmp_path, monkeypatch):
    path = tmp_path / "ring"
    open_ring(path, OURS, create=True)
    before = path.read_bytes()
    monkeypatch.setattr(type(kept.provider), "wrap", lambda *_: "nonsense")
    with pytest.raises(KeyRingRefused):
        keyring_moves.move(path, OURS, kept.provider)
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", ["move", "rewrap"])
def test_ring_that_would_open_to_other_keys_is_never_put_in_place(kept, tmp_path, monkeypatch, how):
    path = tmp_path / "ring"
    open_ring(path, OURS, create=True)
    if how == "rewrap":
        keyring_moves.move(path, OURS, kept.provider)
    before = path.read_bytes()
    honest = kept.provider.generate
    wraps = "wrap" if how == "move" else "rewrap"
    monkeypatch.setattr(type(kept.provider), wraps, lambda _, __, context: honest(context).wrapped)
    with pytest.raises(KeyNotOpened, match="to another one: nothing changed"):
        getattr(keyring_moves, how)(path, OURS, kept.provider)
    assert path.read_bytes() == before


@pytest.fixture
def alibaba():
    service = Alibaba()
    with served(Double(service.answer)) as double:
        yield service, double


@pytest.fixture
def vault(tmp_path):
    service = Vault()
    (tmp_path / "token").write_text(service.TOKEN)
    with served(Double(service.answer)) as double:
        yield service, double, VaultTransit(double.url, "members", tmp_path / "token")


def clients(url: str, token_file) -> list:
    credentials = Credentials(Alibaba.ID, Alibaba.SECRET)
    return [
        VaultTransit(url, "members", token_file),
        AlibabaKms(url, Alibaba.KEY, credentials),
        AwsKms("alias/members", "cn-north-1", url),
    ]


@pytest.fixture
def credentials(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOUBLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "double-secret")
    (tmp_path / "token").write_text(Vault.TOKEN)
    return tmp_path / "token"


SECRETS = (Vault.TOKEN, Alibaba.SECRET, "double-secret")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((503, {"errors": ["Vault is sealed"]}), ProviderUnreachable),
        (
            (
                400,
                {
                    "errors": ["disallowed by policy"],
                    "Code": "Rejected.Disabled",
                    "__type": "DisabledException",
                },
            ),
            MasterKeyUnusable,
        ),
        ((500, None), ProviderUnreachable),
        (
            (403, {"errors": [], "Code": "Forbidden.NoPermission", "__type": "AccessDeniedException"}),
            ProviderDenied,
        ),
        (
            (404, {"errors": [], "Code": "Forbidden.KeyNotFound", "__type": "NotFoundException"}),
            MasterKeyUnknown,
        ),
    ],
)
def test_refusals_are_typed_asked_for_once_and_show_no_credentials(credentials, answer, kind):
    with served(Double(lambda _: answer)) as double:
        for client in clients(double.url, credentials):
            double.asked.clear()
            with pytest.raises(kind) as refused:
                client.unwrap("YWJj", KEK)
            assert len(double.asked) == 1, client
            assert not any(secret in str(refused.value) for secret in SECRETS)
            for asked in double.asked:
                assert asked.path.count("?") == 0
                assert not any(secret in asked.path for secret in SECRETS)


def test_provider_that_answers_byte_by_byte_is_left_and_asked_nothing_more_meanwhile(
    credentials, monkeypatch
):
    monkeypatch.setattr(patience, "TOTAL_TIMEOUT_S", 0.3)
    said = {"errors": [], "said": "x" * 40}
    with served(Double(lambda _: (200, said), drips_s=0.03)) as double:
        for client in clients(double.url, credentials):
            double.asked.clear()
            for _ in range(2):
                with pytest.raises(ProviderUnreachable, match="did not end its answer within"):
                    client.unwrap("YWJj", KEK)
            assert len(double.asked) == 1, client


def test_provider_that_is_slow_or_away_is_not_waited_for(credentials, monkeypatch):
    monkeypatch.setitem(http._TIMEOUTS, "read", 0.2)
    monkeypatch.setattr("services.members.storage.providers.aws.READ_TIMEOUT_S", 0.2)
    with served(Double(lambda _: (200, {}), waits_s=1.0)) as double:
        for client in clients(double.url, credentials):
            double.asked.clear()
            with pytest.raises(ProviderUnreachable):
                client.unwrap("YWJj", KEK)
            assert len(double.asked) == 1, client
        url = double.url
    for client in clients(url, credentials):
        with pytest.raises(ProviderUnreachable):
            client.describe()


@pytest.mark.parametrize("code", ["Rejected.Throttling", "Throttling.User", "ServiceUnavailableTemporary"])
def test_a_service_of_alibaba_s_that_is_busy_is_no_key_that_is_disabled(alibaba, code):
    _, double = alibaba
    double.always = (429, {"Code": code})
    with pytest.raises(ProviderUnreachable, match="start again later"):
        AlibabaKms(double.url, Alibaba.KEY, Credentials(Alibaba.ID, Alibaba.SECRET)).unwrap("YWJj", KEK)


@pytest.mark.parametrize("code", ["SignatureNonceUsed", "InvalidTimeStamp.Expired", "NoPermission"])
def test_what_is_ours_to_mend_is_no_ring_of_another(alibaba, code):
    _, double = alibaba
    double.always = (400, {"Code": code})
    with pytest.raises(ProviderDenied):
        AlibabaKms(double.url, Alibaba.KEY, Credentials(Alibaba.ID, Alibaba.SECRET)).unwrap("YWJj", KEK)


@pytest.mark.parametrize("name", [Alibaba.KEY, "alias/members"])
def test_what_another_key_of_the_account_wrapped_neither_opens_nor_becomes_ours(alibaba, tmp_path, name):
    service, double = alibaba
    provider = AlibabaKms(double.url, name, Credentials(Alibaba.ID, Alibaba.SECRET))
    path = tmp_path / "ring"
    create_ring(path, OURS, provider, AES)
    assert keyring_moves.rewrap(path, OURS, provider) == KEYS
    before, service.opened_by = path.read_bytes(), "key-of-somebody-else"
    with pytest.raises(KeyNotOpened, match="key-of-somebody-else"):
        open_ring(path, OURS, create=False, provider=provider)
    double.asked.clear()
    with pytest.raises(KeyNotOpened):
        keyring_moves.rewrap(path, OURS, provider)
    assert path.read_bytes() == before
    assert "ReEncrypt" not in {asked.headers["x-acs-action"] for asked in double.asked}


def test_asymmetric_master_keys_are_refused(alibaba, credentials):
    service, double = alibaba
    service.spec = "RSA_2048"
    with pytest.raises(MasterKeyUnusable, match="asymmetric"):
        AlibabaKms(double.url, Alibaba.KEY, Credentials(Alibaba.ID, Alibaba.SECRET)).describe()
    metadata = {"KeyId": "1", "KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "RSA_2048"}
    with served(Double(lambda _: (200, {"KeyMetadata": metadata}))) as aws, pytest.raises(MasterKeyUnusable):
        AwsKms("1", "cn-north-1", aws.url).describe()


def test_an_answer_without_a_key_is_refused_and_never_kept(credentials):
    with served(Double(lambda _: (200, {}))) as double:
        for client in clients(double.url, credentials):
            for asked in (client.generate, lambda c, by=client: by.wrap(bytes(32), c)):
                with pytest.raises(KeyRingRefused):
                    asked(KEK)
            for refused in (client.unwrap, client.rewrap):
                with pytest.raises(KeyRingRefused):
                    refused("YWJj", KEK)


def test_aws_is_told_which_key_wrapped_what_it_wraps_anew(credentials):
    with served(Double(lambda _: (200, {"CiphertextBlob": "YWJj"}))) as double:
        AwsKms("alias/members", "cn-north-1", double.url).rewrap("YWJj", KEK)
    asked = json.loads(double.asked[0].body)
    assert asked["SourceKeyId"] == asked["DestinationKeyId"] == "alias/members"
    assert asked["SourceEncryptionContext"] == asked["DestinationEncryptionContext"] == KEK.pairs()


def test_keys_are_in_no_log_of_the_aws_library_and_no_variable_leads_it_elsewhere(
    credentials, caplog, monkeypatch
):
    key = b64encode(bytes(range(32))).decode()
    with served(Double(lambda _: (200, {"Plaintext": key, "CiphertextBlob": "YWJj"}))) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", double.url)
        assert AwsKms("k", "cn-north-1")._kms.meta.endpoint_url == "https://kms.cn-north-1.amazonaws.com.cn"
        caplog.set_level("DEBUG")
        assert AwsKms("k", "cn-north-1", double.url).generate(KEK).key == bytes(range(32))
    assert key not in caplog.text


def test_signature_is_the_one_that_alibaba_publishes():
    # "V3 request structure and signature" in Alibaba Cloud's SDK documentation: the fixed example of RunInstances.
    headers = signed(
        "POST",
        "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        {
            "host": "ecs.cn-shanghai.aliyuncs.com",
            "x-acs-action": "RunInstances",
            "x-acs-date": "2023-10-26T10:22:32Z",
            "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
            "x-acs-version": "2014-05-26",
        },
        b"",
        Credentials("YourAccessKeyId", "YourAccessKeySecret"),
    )
    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_session_token_is_signed_along(alibaba):
    _, double = alibaba
    client = AlibabaKms(double.url, Alibaba.KEY, Credentials(Alibaba.ID, Alibaba.SECRET, "session"))
    client.describe()
    [asked] = double.asked
    assert asked.headers["x-acs-security-token"] == "session"
    assert "x-acs-security-token" in asked.headers["authorization"]
    with pytest.raises(ProviderDenied, match="SignatureDoesNotMatch"):
        AlibabaKms(double.url, Alibaba.KEY, Credentials(Alibaba.ID, "wrong")).describe()


@pytest.mark.parametrize(("change", "says"), [("derived", "derived=true"), ("exportable", "may be exported")])
def test_vault_key_that_binds_nothing_or_may_leave_is_refused(vault, change, says):
    service, _, provider = vault
    service.key[change] = not service.key[change]
    with pytest.raises(MasterKeyUnusable, match=says):
        provider.describe()


def test_vault_token_is_read_again_each_time(vault, tmp_path):
    _, _, provider = vault
    (tmp_path / "token").write_text("hvs.expired")
    with pytest.raises(ProviderDenied, match="renew the token"):
        provider.describe()
    (tmp_path / "token").write_text(Vault.TOKEN)
    assert provider.describe().protection == "aes256-gcm96, version 1"
    (tmp_path / "token").unlink()
    with pytest.raises(ProviderDenied, match="VAULT_TOKEN_FILE"):
        provider.describe()


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (Choice(ProviderName.VAULT), "set MEMBERS_KEY_ID"),
        (Choice(ProviderName.VAULT, "k"), "set VAULT_TOKEN_FILE"),
        (Choice(ProviderName.ALIBABA_KMS, "k"), "set ALIBABA_CLOUD_ACCESS_KEY_ID"),
        (Choice(ProviderName.ALIBABA_KMS, "k", alibaba=Credentials("a", "b")), "set MEMBERS_KEY_URL"),
        (Choice(ProviderName.AWS_KMS, "k"), "set MEMBERS_KEY_REGION"),
        (Choice(ProviderName.AWS_KMS, "k", "http://kms.example"), "must be an https address"),
        (Choice(ProviderName.AWS_KMS, "k", "https://me:secret@kms.example"), "address alone"),
    ],
)
def test_what_is_missing_to_reach_a_provider_is_named(choice, says, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(KeyRingRefused, match=says):
        provider_of(choice)


def test_aws_without_its_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "services.members.storage.providers.aws", None)
    with pytest.raises(KeyRingRefused, match=r"pip install \"huiyuan\[aws\]\""):
        provider_of(Choice(ProviderName.AWS_KMS, "k", region="cn-north-1"))


async def test_running_service_goes_on_with_its_keys_when_the_provider_is_away(vault, tmp_path):
    _, double, provider = vault
    path = tmp_path / "ring"
    create_ring(path, OURS, provider, AES)

    def read():
        return open_ring(path, OURS, create=False, provider=provider)

    ring = read()
    refresh = reader_of(ring, path, read)
    key = ring.generate(ring.where(THEIRS))
    asked = len(double.asked)
    await refresh.look()
    assert len(double.asked) == asked
    path.write_text(path.read_text() + "\n")
    double.always = (503, {"errors": ["sealed"]})
    failed = _counted("ProviderUnreachable")
    with structlog.testing.capture_logs() as logs:
        await refresh.look()
        await refresh.look()
    assert len(double.asked) == asked + 1
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("key ring not refreshed, going on with the keys at hand", "warning")
    ]
    assert _counted("ProviderUnreachable") == failed + 1
    assert ring.unwrap(key.wrapped, ring.where(THEIRS)) == key.dek


async def test_running_service_takes_up_a_new_epoch(tmp_path):
    path = tmp_path / "ring"
    ring = open_ring(path, OURS, create=True)
    refresh = reader_of(ring, path, lambda: open_ring(path, OURS, create=False))
    old = ring.generate(ring.where(THEIRS))
    document = json.loads(path.read_text())
    document["keks"].append({"kek_id": 1, "epoch": 2, "key": LOCAL.generate(KEK).wrapped})
    path.write_text(json.dumps(document))
    await refresh.look()
    new = ring.generate(ring.where(THEIRS))
    assert (old.wrapped[4:8], new.wrapped[4:8]) == (b"\0\0\0\1", b"\0\0\0\2")
    for key in (old, new):
        assert ring.unwrap(key.wrapped, ring.where(THEIRS)) == key.dek


async def test_right_that_was_taken_away_is_noticed_within_the_hour(vault, tmp_path, monkeypatch):
    _, double, provider = vault
    path = tmp_path / "ring"
    create_ring(path, OURS, provider, AES)
    refresh = reader_of(
        open_ring(path, OURS, create=False, provider=provider),
        path,
        lambda: open_ring(path, OURS, create=False, provider=provider),
    )
    double.always = (403, {"errors": ["permission denied"]})
    denied = _counted("ProviderDenied")
    monkeypatch.setattr(refreshing, "ASK_AGAIN_S", (clock.now() - refresh._asked_at).total_seconds())
    await refresh.look()
    assert _counted("ProviderDenied") == denied + 1


def reader_of(ring, path, load) -> refreshing.RingReader:
    """A reader that only looks: what it tells the other processes is tried with the rotations."""
    return refreshing.RingReader(ring, load, path, None)


def _counted(outcome: str) -> float:
    return refreshing.refreshes_total.labels(outcome)._value.get()
