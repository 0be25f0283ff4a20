"""HashiCorp Vault: the transit secrets engine, with a derived key, so that what it wraps is bound to its context.

Never run against a real Vault by this project: the tests replay the requests and answers of its documentation.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import quote

import orjson

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

_TOO_OLD = "disallowed by policy"


class VaultTransit:
    """Wraps by ``transit/encrypt``. The token is read from its file each time, since Vault's agent renews it there."""

    name = "vault"

    def __init__(self, url: str, key: str, token_file: Path, mount: str = "transit") -> None:
        self._vault = Endpoint("Vault", url)
        self._key = key
        self._mount = quote(mount)
        self._token_file = token_file

    def generate(self, context: KeyContext) -> NewKey:
        said = self._data("POST", "datakey/plaintext", {"context": _bound(context), "bits": 256})
        return NewKey(_key(said.get("plaintext")), as_it_rests(said.get("ciphertext")))

    def wrap(self, key: bytes, context: KeyContext) -> str:
        asked = {"context": _bound(context), "plaintext": b64encode(key).decode()}
        return as_it_rests(self._data("POST", "encrypt", asked).get("ciphertext"))

    def unwrap(self, wrapped: str, context: KeyContext) -> bytes:
        asked = {"context": _bound(context), "ciphertext": wrapped}
        return _key(self._data("POST", "decrypt", asked).get("plaintext"))

    def rewrap(self, wrapped: str, context: KeyContext) -> str:
        asked = {"context": _bound(context), "ciphertext": wrapped}
        return as_it_rests(self._data("POST", "rewrap", asked).get("ciphertext"))

    def destroy(self, master_key: str) -> str:
        named_again(self._key, master_key)
        self._data("DELETE", "keys")
        return "now"

    def describe(self) -> Description:
        said = self._data("GET", "keys")
        if said.get("derived") is not True:
            raise MasterKeyUnusable(
                f"the Vault key {self._key} is not derived, so nothing would bind a key to its use: create one by "
                f"vault write {self._mount}/keys/NAME derived=true"
            )
        if said.get("exportable") or said.get("allow_plaintext_backup"):
            raise MasterKeyUnusable(
                f"the Vault key {self._key} may be exported: create one without exportable and allow_plaintext_backup"
            )
        return Description(self.name, self._key, f"{said.get('type')}, version {said.get('latest_version')}")

    def _data(self, method: str, verb: str, asked: Mapping[str, object] | None = None) -> dict[str, object]:
        path = f"/v1/{self._mount}/{verb}/{quote(self._key, safe='')}"
        headers = {
            "x-vault-token": self._token(),
            "x-vault-request": "true",
            "content-type": "application/json",
        }
        answer = self._vault.call(method, path, headers, orjson.dumps(asked) if asked else b"")
        if answer.status >= 300:
            raise self._refusal(answer)
        data = answer.said.get("data")
        return cast("dict[str, object]", data) if isinstance(data, dict) else {}

    def _refusal(self, answer: Answer) -> KeyRingRefused:
        errors = " ".join(str(error) for error in cast("list[object]", answer.said.get("errors") or []))
        if answer.status == 403:
            return ProviderDenied(
                f"Vault does not let us use {self._mount}/{self._key}: renew the token in {self._token_file}, and give "
                "its policy read on keys and update on encrypt, decrypt, rewrap and datakey"
            )
        if answer.status == 404 or "key not found" in errors:
            return MasterKeyUnknown(
                f"Vault has no key {self._mount}/{self._key}: set MEMBERS_KEY_ID to one it has"
            )
        if _TOO_OLD in errors:
            return MasterKeyUnusable(
                f"min_decryption_version of the Vault key {self._key} is past the ring's: lower it, and rewrap the ring"
            )
        if answer.status == 400:
            return KeyNotOpened(
                f"a key in the ring was not wrapped by {self._mount}/{self._key} for this installation and use: put "
                "this installation's ring in its place, or restore it from its backup"
            )
        return ProviderUnreachable(
            f"Vault cannot answer now (HTTP {answer.status}): is it sealed? Start again later"
        )

    def _token(self) -> str:
        try:
            return self._token_file.read_text().strip()
        except OSError:
            raise ProviderDenied(
                f"there is no Vault token in {self._token_file}: let Vault's agent write it, or set VAULT_TOKEN_FILE"
            ) from None


def _bound(context: KeyContext) -> str:
    return b64encode(f"huiyuan\0{context.installation}\0{context.use}".encode()).decode()


def _key(plaintext: object) -> bytes:
    try:
        return of_key_size(b64decode(str(plaintext), validate=True))
    except ValueError:
        raise KeyNotOpened("Vault gave something that is no key of ours") from None
