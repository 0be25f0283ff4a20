"""Key providers: the one shape of them all, the context that each key is bound to, and why a ring cannot be used."""

from typing import NamedTuple, Protocol
from uuid import UUID

KEY_BYTES = 32


class KeyRingRefused(Exception):
    """The key ring cannot be used; the message says why and what to do. The service does not start."""


class ProviderUnreachable(KeyRingRefused):
    """The provider did not answer in time, or not at all. Nothing is tried twice: whoever starts us does that."""


class ProviderDenied(KeyRingRefused):
    """The provider knows our credentials or does not, and lets us not use the key."""


class MasterKeyUnknown(KeyRingRefused):
    """The provider has no key of that name."""


class MasterKeyUnusable(KeyRingRefused):
    """The provider's key is disabled, about to be deleted, or of a kind that does not bind its context."""


class KeyNotOpened(KeyRingRefused):
    """A key of the ring was not wrapped by this provider's key for this installation and use."""


class KeyContext(NamedTuple):
    """What a wrapped key is bound to: it opens for this installation and this use, and for no other."""

    installation: UUID
    use: str
    """For instance ``kek 1.3`` (id and epoch) or ``index 2.1`` (kind and version)."""

    def pairs(self) -> dict[str, str]:
        """As key management services take it; it is in their logs, and tells nothing."""
        return {"huiyuan-installation": str(self.installation), "huiyuan-use": self.use}


class NewKey(NamedTuple):
    """A key that was just made, for use and as it rests."""

    key: bytes
    wrapped: str

    def __repr__(self) -> str:
        return "<new key>"


class Description(NamedTuple):
    """What a provider says of the key that wraps ours."""

    provider: str
    master_key: str
    protection: str
    """For instance ``Enabled``, or the file's mode."""


class KeyProvider(Protocol):
    """Wraps the 32 bytes of a ring's keys. Called at start, when the ring changed, and never for a record.

    Every call is one request, made once and bounded in time; it blocks, so a running service makes it in a thread.
    All of them raise a ``KeyRingRefused`` that says what to do.
    """

    name: str

    def generate(self, context: KeyContext) -> NewKey:
        """A new key, and how it rests."""

    def wrap(self, key: bytes, context: KeyContext) -> str:
        """How a key rests that came from elsewhere: when a ring moves from one provider to another."""

    def unwrap(self, wrapped: str, context: KeyContext) -> bytes:
        """The key. Raises ``KeyNotOpened`` under any other context than the one it was wrapped for."""

    def rewrap(self, wrapped: str, context: KeyContext) -> str:
        """The same key under the newest version of the provider's own; where it can, without our seeing it."""

    def destroy(self, master_key: str) -> str:
        """Destroy the provider's own key, and with it all that it ever wrapped, copies in backups too.

        ``master_key`` is the key's name once more, so that nobody does it by mistake. Says when it is gone.
        """

    def describe(self) -> Description:
        """What the provider says of its key; asks it, and so proves that it answers us."""


def of_key_size(key: bytes) -> bytes:
    """The key, when it has the size of one. Raises ``KeyNotOpened``."""
    if len(key) != KEY_BYTES:
        raise KeyNotOpened("a key in the ring has not the size of one: restore it from its backup")
    return key


def as_it_rests(wrapped: object) -> str:
    """What a provider wrapped. Raises ``KeyNotOpened`` when its answer has none: nothing would open it again."""
    if not isinstance(wrapped, str) or not wrapped:
        raise KeyNotOpened(
            "the provider answered without a wrapped key: see that MEMBERS_KEY_URL is its address"
        )
    return wrapped


def named_again(wanted: str, given: str) -> None:
    """Refuse to destroy a key that was not named. Raises ``KeyRingRefused``."""
    if wanted != given:
        raise KeyRingRefused(f"nothing was destroyed: name the key again, it is {wanted}")
