"""Hosts: by which names the gateway is asked; whoever asks for another is refused."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from starlette.responses import JSONResponse, Response

from gateway.errors import BAD_REQUEST

_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.IGNORECASE)
_REMEMBERED = 256


class Hosts:
    """Names without ports; ``*.shop.example`` is all names below, ``*`` any."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = tuple(name.lower() for name in names)
        self._below = tuple(name[1:] for name in self._names if name.startswith("*."))
        # By its bytes: nearly all requests come by few names.
        self.knows = lru_cache(maxsize=_REMEMBERED)(self._look)

    def refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> Response | None:
        """What a request is answered that asks for another name, for none or for several; None for ours."""
        asked = [value for name, value in headers if name == b"host"]
        if len(asked) == 1 and self.knows(asked[0]):
            return None
        said = f"no such host is served here: ask for {' or '.join(self._names)}, or have it added to GATEWAY_HOSTS"
        told = {"message": said, "extensions": {"code": BAD_REQUEST}}
        return JSONResponse({"errors": [told]}, status_code=400)

    def _look(self, host: bytes) -> bool:
        """Whether a ``Host`` header's value names us, on whatever port."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].decode().lower()
        return "*" in self._names or name in self._names or name.endswith(self._below)
