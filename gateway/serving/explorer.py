"""The explorer: a page to try operations on, for development; it asks nothing of any other server.

It is GraphiQL where ``make explorer`` has built it, and otherwise a page of ours that needs nothing built.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import orjson
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

PLAIN = Path(__file__).with_name("explorer.html")
BUILT = Path(__file__).with_name("graphiql")
"""Where ``make explorer`` puts GraphiQL; not committed."""

FILES_PATH = "/graphiql"
"""Where the built page finds its files."""

_TOLD = b"{/* the surface and its examples */}"
_LOCAL = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
)


class Page(NamedTuple):
    """A page, and the policy that keeps it to this server."""

    content: bytes
    policy: bytes


def page(surface: str, examples: Mapping[str, str]) -> Page:
    """The page of one surface, with documents to begin with."""
    return _built(surface, examples) if is_built() else plain(surface, examples)


def plain(surface: str, examples: Mapping[str, str]) -> Page:
    """Our own page: one file, whose only script is the one we know."""
    content = _told(PLAIN, surface, examples)
    script = content.partition(b"<script>")[2].partition(b"</script>")[0]
    digest = b64encode(hashlib.sha256(script).digest()).decode()
    policy = f"{_LOCAL}script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"
    return Page(content, policy.encode())


def _built(surface: str, examples: Mapping[str, str]) -> Page:
    # Monaco, GraphiQL's editor, writes its styles into the page.
    policy = f"{_LOCAL}script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    policy += "font-src 'self' data:; img-src 'self' data:"
    return Page(_told(BUILT / "index.html", surface, examples), policy.encode())


def is_built() -> bool:
    """Whether GraphiQL is here."""
    return (BUILT / "index.html").exists()


def files() -> StaticFiles:
    """GraphiQL's scripts, styles and fonts. Its workers may reach nobody."""
    return _Files(directory=BUILT)


class _Files(StaticFiles):
    def file_response(self, *args: object, **named: object) -> Response:
        response = super().file_response(*args, **named)  # type: ignore[arg-type]
        response.headers["content-security-policy"] = "default-src 'none'"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _told(template: Path, surface: str, examples: Mapping[str, str]) -> bytes:
    told = orjson.dumps({"surface": surface, "examples": examples}).replace(b"<", b"\\u003c")
    return template.read_bytes().replace(_TOLD, told)
