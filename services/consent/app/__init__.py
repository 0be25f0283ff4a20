"""The wiring of the consent service: the only room that knows all the others."""

from services.consent.app.serving import application
from services.consent.app.tools import migrate, pack, show_keys, verify
from services.consent.app.wiring import NAME
from services.consent.app.working import workers

__all__ = ["NAME", "application", "migrate", "pack", "show_keys", "verify", "workers"]
