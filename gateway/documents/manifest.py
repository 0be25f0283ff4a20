"""Trusted documents: the manifest of SHA-256 → document, made from the ``.graphql`` files beside it."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

FOLDER = Path(__file__).parent
STOREFRONT = FOLDER / "storefront.json"
"""The storefront's trusted documents, as committed."""

STOREFRONT_EXAMPLES = FOLDER / "storefront"
"""The documents of the manifest, which are examples too."""

APP_EXAMPLES = FOLDER / "app"
"""How a phone's app asks the storefront, a screen at a time; an app brings a manifest of its own."""

ADMIN_EXAMPLES = FOLDER / "admin"


class ManifestNotTrusted(Exception):
    """A manifest is not what it claims to be; the message says where."""


def texts(folder: Path) -> dict[str, str]:
    """The documents of a folder by file name, in their order."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.graphql"))}


def examples(surface: str) -> dict[str, str]:
    """What the explorer of a surface begins with."""
    if surface == "admin":
        return texts(ADMIN_EXAMPLES)
    of_apps = {f"app_{name}": text for name, text in texts(APP_EXAMPLES).items()}
    return texts(STOREFRONT_EXAMPLES) | of_apps


def key(text: str) -> str:
    """By what a trusted document is asked for: the SHA-256 of its text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(documents: Iterable[str]) -> bytes:
    """The manifest of documents, as it is committed."""
    keyed = {key(text): text for text in documents}
    return orjson.dumps(keyed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def load(path: Path) -> Mapping[str, str]:
    """The documents of a manifest by key. Raises ``ManifestNotTrusted``."""
    try:
        keyed = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ManifestNotTrusted(f"{path} is not a readable JSON file: {error}") from None
    if not isinstance(keyed, dict) or not all(isinstance(text, str) for text in keyed.values()):
        raise ManifestNotTrusted(f"{path} must be an object of SHA-256 in hex to document")
    for claimed, text in keyed.items():
        if key(text) != claimed:
            raise ManifestNotTrusted(f"{path} says {claimed}, but that document's SHA-256 is {key(text)}")
    return keyed
