"""The wiring of the loyalty service: the only room that knows all the others."""

from services.loyalty.app.serving import application
from services.loyalty.app.tools import migrate, reopen, show_heads, verify
from services.loyalty.app.wiring import NAME
from services.loyalty.app.working import workers

__all__ = ["NAME", "application", "migrate", "reopen", "show_heads", "verify", "workers"]
