"""Settings: production unless told otherwise, and development never reachable from outside."""

import pytest
from pydantic import Field, SecretStr, ValidationError

from services.kit.settings import ProcessSettings


class Settings(ProcessSettings):
    """As a service would have them."""

    host: str = Field("127.0.0.1", validation_alias="KIT_HOST")
    database_url: SecretStr = Field(validation_alias="DATABASE_URL_KIT")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUIYUAN_MODE", "KIT_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "REDIS_URL": "redis://:hidden@127.0.0.1:1/0",
        "AUTH_JWKS": "/nowhere",
        "AUTH_ISSUER": "https://id.example.com",
        "DATABASE_URL_KIT": "postgresql://kit:hidden@127.0.0.1/kit",
    }.items():
        monkeypatch.setenv(name, value)


def test_it_is_production_unless_told_otherwise() -> None:
    assert not Settings().is_development


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "shop.example.com"])
def test_production_may_listen_anywhere_and_development_may_not(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("KIT_HOST", host)
    assert Settings().host == host
    monkeypatch.setenv("HUIYUAN_MODE", "development")
    with pytest.raises(ValidationError, match="loopback alone"):
        Settings()


def test_no_secret_shows_in_what_is_printed_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hidden" not in f"{Settings()!r} {Settings()}"
    monkeypatch.setenv("HUIYUAN_MODE", "hidden-mode")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("jwks", ["http://id.example.com/jwks", "HTTP://id.example.com/jwks"])
def test_in_production_the_issuers_keys_do_not_come_over_an_open_line(
    monkeypatch: pytest.MonkeyPatch, jwks: str
) -> None:
    monkeypatch.setenv("AUTH_JWKS", jwks)
    with pytest.raises(ValidationError, match="https"):
        Settings()
    monkeypatch.setenv("HUIYUAN_MODE", "development")
    assert Settings().auth_jwks == jwks


@pytest.mark.parametrize("jwks", ["https://id.example.com/jwks", "/etc/huiyuan/jwks.json"])
def test_the_issuers_keys_come_over_https_or_from_a_file(monkeypatch: pytest.MonkeyPatch, jwks: str) -> None:
    monkeypatch.setenv("AUTH_JWKS", jwks)
    assert Settings().auth_jwks == jwks
