"""``python -m services.members serve | work | migrate``."""

import sys

from services.kit import process
from services.members import app
from services.members.settings import MigrationSettings, Settings
from services.members.storage.keyrings import KeyRingRefused


def main(command: str) -> None:
    """Run one of this service's processes."""
    if command == "migrate":
        app.migrate(MigrationSettings())
        return
    settings = Settings()
    process.be_seen(f"{app.NAME}-{command}", settings)
    if command == "serve":
        process.serve(
            app.application(settings), host=settings.host, port=settings.port, notice_s=settings.notice_s
        )
    elif command == "work":
        process.work(
            lambda: app.workers(settings), host=settings.host, metrics_port=settings.work_metrics_port
        )
    else:
        sys.exit("usage: python -m services.members serve | work | migrate")


if __name__ == "__main__":
    try:
        main(" ".join(sys.argv[1:]))
    except KeyRingRefused as refused:
        sys.exit(str(refused))
