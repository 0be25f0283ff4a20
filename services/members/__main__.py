"""``python -m services.members serve | work | migrate | replay-tombstones | ring create | ring complete | ring describe |
ring rewrap | ring move | ring add-kek ID/EPOCH | ring add-index-key KIND/VERSION | ring destroy KEY``."""

import asyncio
import sys

from services.kit import process
from services.members import app
from services.members.settings import MigrationSettings, RingSettings, Settings
from services.members.storage.keyring_changes import KeyRingReadOnly
from services.members.storage.keyrings import KeyRingRefused

USAGE = (
    "usage: python -m services.members serve | work | migrate | replay-tombstones | ring create | ring complete | "
    "ring describe | ring rewrap | ring move | ring add-kek ID/EPOCH | ring add-index-key KIND/VERSION | "
    "ring destroy KEY"
)

_RING_VERBS = {
    "create": 0,
    "complete": 0,
    "describe": 0,
    "rewrap": 0,
    "move": 0,
    "add-kek": 1,
    "add-index-key": 1,
    "destroy": 1,
}
"""What can be done with a ring by hand, and how many names each takes."""


def main(command: str, *said: str) -> None:
    """Run one of this service's processes, or tend its key ring."""
    if command == "migrate":
        app.migrate(MigrationSettings())
        return
    if command == "ring":
        tend(*said)
        return
    settings = Settings()
    process.be_seen(f"{app.NAME}-{command}", settings)
    if command == "serve":
        served = app.application(settings)
        process.serve(
            served,
            host=settings.host,
            port=settings.port,
            notice_s=settings.notice_s,
            direct=served.direct,
        )
    elif command == "work":
        process.work(
            lambda: app.workers(settings), host=settings.host, metrics_port=settings.work_metrics_port
        )
    elif command == "replay-tombstones":
        found = asyncio.run(app.replay_tombstones(settings, tell_all="--tell-all" in said))
        sys.stdout.write(
            f"{found.known} erased members are known; {found.members_back} of them were back, "
            f"with {found.key_rows_back} rows of keys and indexes: all are gone again\n"
        )
    else:
        sys.exit(USAGE)


def tend(verb: str = "", *said: str) -> None:
    """Do something with the key ring, by hand and with the service's own settings."""
    names = _RING_VERBS.get(verb)
    if names is None or len(said) != names:
        sys.exit(USAGE)
    print(app.tend_ring(RingSettings(), verb, *said))  # noqa: T201  # it answers a person


if __name__ == "__main__":
    try:
        main(*(sys.argv[1:] or [""]))
    except (KeyRingRefused, KeyRingReadOnly) as refused:
        sys.exit(str(refused))
