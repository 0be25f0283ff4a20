"""The consent processes: ``serve`` answers calls, ``work`` relays events and keeps the log, ``migrate`` brings the
schema up, ``verify`` goes through all evidence, ``keys`` prints the public keys that prove it, and ``evidence ARTICLE
UNTIL DIR`` writes a pack of it."""

import sys

from services.consent.app import NAME, application, migrate, pack, show_keys, verify, workers
from services.consent.settings import Settings
from services.kit import process


def main(command: str, *more: str) -> None:
    """Run one of this service's processes."""
    settings = Settings()
    process.be_seen(f"{NAME}-{command}", settings)
    match command:
        case "serve":
            served = application(settings)
            process.serve(
                served,
                host=settings.host,
                port=settings.port,
                notice_s=settings.notice_s,
                direct=served.direct,
            )
        case "work":
            process.work(
                lambda: workers(settings), host=settings.host, metrics_port=settings.work_metrics_port
            )
        case "migrate":
            migrate(settings)
        case "verify":
            sys.exit(0 if verify(settings) else 1)
        case "keys":
            show_keys(settings)
        case "evidence" if len(more) == 3:
            sys.exit(0 if pack(settings, *more) else 1)
        case _:
            sys.exit(
                "usage: python -m services.consent serve | work | migrate | verify | keys | evidence ARTICLE UNTIL DIR"
            )


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
