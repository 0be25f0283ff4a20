"""``python -m gateway serve | work | migrate | schema [--check]``."""

import sys
from pathlib import Path

from gateway import app
from gateway.admin.schema import schema as admin_schema
from gateway.documents import manifest
from gateway.errors.catalogue import page
from gateway.settings import GatewaySettings, MigrationSettings
from gateway.storefront import subgraph
from gateway.storefront.schema import schema as storefront_schema
from services.kit import process

_HERE = Path(__file__).parent
_USAGE = "usage: python -m gateway serve | work | migrate | schema [--check]"


def main(command: str) -> None:
    """Run one of the gateway's processes, or write down what it serves."""
    if command == "migrate":
        app.migrate(MigrationSettings())
    elif command == "schema":
        for path, content in _committed().items():
            path.write_bytes(content)
    elif command == "schema --check":
        _check()
    elif command in ("serve", "work"):
        settings = GatewaySettings()
        process.be_seen(f"{app.NAME}-{command}", settings)
        if command == "serve":
            served = app.application(settings)
            process.serve(
                served,
                host=settings.host,
                port=settings.port,
                notice_s=settings.notice_s,
                turn_away=served.turn_away,
            )
        else:
            process.work(
                lambda: app.workers(settings), host=settings.host, metrics_port=settings.work_metrics_port
            )
    else:
        sys.exit(_USAGE)


def _committed() -> dict[Path, bytes]:
    """What is committed of what the schemas, documents and codes say."""
    return {
        _HERE / "storefront/schema.graphql": (storefront_schema.as_str() + "\n").encode(),
        _HERE / "storefront/subgraph.graphql": subgraph.SDL.encode(),
        _HERE / "admin/schema.graphql": (admin_schema.as_str() + "\n").encode(),
        _HERE.parent / "docs/errors.md": page.english().encode(),
        _HERE.parent / "docs/errors.zh.md": page.chinese().encode(),
        manifest.STOREFRONT: manifest.manifest(manifest.texts(manifest.STOREFRONT_EXAMPLES).values()),
    }


def _check() -> None:
    stale = [
        str(path.relative_to(_HERE.parent))
        for path, content in _committed().items()
        if not path.exists() or path.read_bytes() != content
    ]
    if stale:
        sys.exit(
            f"not what the code says: {', '.join(stale)}; run python -m gateway schema and look at the diff"
        )


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
