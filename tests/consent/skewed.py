"""A consent process whose wall clock is wrong: ``python -m tests.consent.skewed SECONDS``."""

import sys
from datetime import timedelta

from services.consent.app import application
from services.consent.settings import Settings
from services.kit import clock, process


def main() -> None:
    """Serve until told to stop, as ``python -m services.consent serve`` does."""
    settings, shift = Settings(), timedelta(seconds=float(sys.argv[1]))
    served = application(settings, lambda: clock.now() + shift)
    process.serve(served, host=settings.host, port=settings.port, direct=served.direct)


if __name__ == "__main__":
    main()
