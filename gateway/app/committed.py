"""Committed: what is written down of what the schemas, documents and codes say, so that a change shows in review."""

import sys
from pathlib import Path

from gateway.admin.schema import schema as admin_schema
from gateway.documents import manifest
from gateway.errors.catalogue import page
from gateway.storefront import subgraph
from gateway.storefront.schema import schema as storefront_schema

_GATEWAY = Path(__file__).parents[1]


def contents() -> dict[Path, bytes]:
    """What each file should hold."""
    return {
        _GATEWAY / "storefront/schema.graphql": (storefront_schema.as_str() + "\n").encode(),
        _GATEWAY / "storefront/subgraph.graphql": subgraph.SDL.encode(),
        _GATEWAY / "admin/schema.graphql": (admin_schema.as_str() + "\n").encode(),
        _GATEWAY.parent / "docs/errors.md": page.english().encode(),
        _GATEWAY.parent / "docs/errors.zh.md": page.chinese().encode(),
        manifest.STOREFRONT: manifest.manifest(manifest.texts(manifest.STOREFRONT_EXAMPLES).values()),
    }


def write() -> None:
    """Write all of it down."""
    for path, content in contents().items():
        path.write_bytes(content)


def check() -> None:
    """Exit with an error that names every file which holds something else."""
    stale = [
        str(path.relative_to(_GATEWAY.parent))
        for path, content in contents().items()
        if not path.exists() or path.read_bytes() != content
    ]
    if stale:
        sys.exit(
            f"not what the code says: {', '.join(stale)}; run python -m gateway schema and look at the diff"
        )
