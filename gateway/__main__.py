"""``python -m gateway serve | work | migrate | schema [--check]``.

Each command loads what it needs and no more: the schemas alone are most of a start.
"""

import sys

from gateway.app import NAME
from gateway.settings import GatewaySettings, MigrationSettings
from services.kit import process

_USAGE = "usage: python -m gateway serve | work | migrate | schema [--check]"


def main(command: str) -> None:
    """Run one of the gateway's processes, or write down what it serves."""
    if command == "serve":
        _serve(_seen(command))
    elif command == "work":
        _work(_seen(command))
    elif command == "migrate":
        from gateway.app.migrating import migrate

        migrate(MigrationSettings())
    elif command in ("schema", "schema --check"):
        from gateway.app import committed

        committed.write() if command == "schema" else committed.check()
    else:
        sys.exit(_USAGE)


def _seen(command: str) -> GatewaySettings:
    settings = GatewaySettings()
    process.be_seen(f"{NAME}-{command}", settings)
    return settings


def _serve(settings: GatewaySettings) -> None:
    from gateway.app.serving import application

    served = application(settings)
    process.serve(
        served,
        host=settings.host,
        port=settings.port,
        notice_s=settings.notice_s,
        turn_away=served.turn_away,
        direct=served.direct,
    )


def _work(settings: GatewaySettings) -> None:
    from gateway.app.working import workers

    process.work(lambda: workers(settings), host=settings.host, metrics_port=settings.work_metrics_port)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
