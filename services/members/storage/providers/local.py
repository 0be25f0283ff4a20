"""The local provider: nothing but the mode of the ring's file protects the keys in it."""

import secrets
from base64 import b64decode, b64encode

from services.members.storage.providers.provider import (
    KEY_BYTES,
    Description,
    KeyContext,
    KeyNotOpened,
    KeyRingRefused,
    NewKey,
    of_key_size,
)


class Local:
    """Keys in base64. The file's place in the ring says what a key is for, so the context adds nothing here."""

    name = "local"

    def generate(self, context: KeyContext) -> NewKey:
        key = secrets.token_bytes(KEY_BYTES)
        return NewKey(key, self.wrap(key, context))

    def wrap(self, key: bytes, context: KeyContext) -> str:
        return b64encode(key).decode()

    def unwrap(self, wrapped: str, context: KeyContext) -> bytes:
        try:
            return of_key_size(b64decode(wrapped, validate=True))
        except (ValueError, TypeError):
            raise KeyNotOpened("a key in the ring is no base64: restore it from its backup") from None

    def rewrap(self, wrapped: str, context: KeyContext) -> str:
        return wrapped

    def destroy(self, master_key: str) -> str:
        raise KeyRingRefused(
            "a local ring has no key above its own: destroy the file and all its backups, or rotate its keys"
        )

    def describe(self) -> Description:
        return Description(self.name, "", "the file's mode")
