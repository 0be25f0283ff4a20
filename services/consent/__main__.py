"""The consent processes: ``serve`` answers calls, ``work`` relays events, ``migrate`` brings the schema up."""

import sys

from services.consent.app import SERVICE, application, migrate, workers
from services.consent.settings import Settings
from services.kit import process


def main(command: str) -> None:
    """Run one of this service's processes."""
    settings = Settings()
    process.be_seen(f"{SERVICE}-{command}", settings)
    match command:
        case "serve":
            process.serve(
                application(settings), host=settings.host, port=settings.port, notice_s=settings.notice_s
            )
        case "work":
            process.work(
                lambda: workers(settings), host=settings.host, metrics_port=settings.work_metrics_port
            )
        case "migrate":
            migrate(settings)
        case _:
            sys.exit("usage: python -m services.consent serve | work | migrate")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
