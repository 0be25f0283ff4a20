"""``python -m services.loyalty serve | work | migrate | verify | heads | reopen ACTOR REASON [SINCE]``."""

import sys

from redis.exceptions import RedisError

from services.kit import process
from services.loyalty import app
from services.loyalty.rules.ledger.reopening import NotReopened
from services.loyalty.settings import Settings

USAGE = (
    "usage: python -m services.loyalty serve | work | migrate | verify | heads | reopen ACTOR REASON [SINCE]"
)


def main(command: str = "", *said: str) -> None:
    """Run one of this service's processes."""
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
    elif command == "migrate":
        app.migrate(settings)
    elif command == "verify":
        sys.exit(0 if app.verify(settings) else 1)
    elif command == "heads":
        app.show_heads(settings)
    elif command == "reopen" and len(said) in (2, 3):
        try:
            app.reopen(settings, *said)
        except NotReopened as because:
            sys.exit(str(because))
        except RedisError:
            sys.exit("Redis is away: start it first, empty if need be, since its streams show what was seen")
    else:
        sys.exit(USAGE)


if __name__ == "__main__":
    main(*sys.argv[1:])
