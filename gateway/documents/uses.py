"""Uses: how often which client asks for a trusted document, counted in memory until it is written down."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache

HEADER = "graphql-client-name"
_NAME = re.compile(r"[\w.@/-]{1,64}", re.ASCII)
_CLIENTS = 200
OTHERS = "others"
"""What clients are counted under that come after so many others."""

client: ContextVar[str] = ContextVar("client", default="")
"""What the request's client calls itself; empty when it does not, or not by a name that is one."""


@lru_cache(maxsize=1024)
def named(header: str | None) -> str:
    """The client's name in a header; nothing else is kept of it."""
    return header if header and _NAME.fullmatch(header) else ""


class Uses:
    """Counts, by document and client."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], int] = {}
        self._clients: set[str] = set()

    def count(self, document_id: str) -> None:
        """One more use by the client of this request."""
        name = client.get()
        if name not in self._clients:
            if len(self._clients) >= _CLIENTS:
                name = OTHERS
            else:
                self._clients.add(name)
        key = document_id, name
        self._counted[key] = self._counted.get(key, 0) + 1

    def take(self) -> Mapping[tuple[str, str], int]:
        """What was counted since it was last taken."""
        counted, self._counted = self._counted, {}
        return counted

    def give_back(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Count again what could not be written down."""
        for key, uses in counted.items():
            self._counted[key] = self._counted.get(key, 0) + uses
