"""The explorer: a page to try operations on, for development; it asks nothing of any other server."""

from collections.abc import Mapping
from pathlib import Path

import orjson

_PAGE = Path(__file__).with_name("explorer.html")


def page(surface: str, examples: Mapping[str, str]) -> bytes:
    """The page of one surface, with documents to begin with."""
    told = orjson.dumps({"surface": surface, "examples": examples}).replace(b"<", b"\\u003c")
    return _PAGE.read_bytes().replace(b"{/* the surface and its examples */}", told)
