"""Repeated documents: free ones that come again are compiled, beside the requests; the oldest are forgotten first."""

import asyncio
from collections.abc import Callable

from gateway.documents.prepared import Prepared

_REMEMBERED = 200
_LONGEST_REMEMBERED = 20_000


class Repeated:
    """What free documents have been seen."""

    def __init__(self, compile: Callable[[Prepared], Prepared]) -> None:
        self._compile = compile
        self._seen: dict[str, asyncio.Future[Prepared] | None] = {}

    def of(self, text: str, prepared: Prepared) -> Prepared:
        """The document of a text, compiled some time after its second use."""
        if len(text) > _LONGEST_REMEMBERED:
            return prepared
        if text not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[text] = None
            return prepared
        compiling = self._seen[text]
        if compiling is None:
            loop = asyncio.get_running_loop()
            self._seen[text] = loop.run_in_executor(None, self._compile, prepared)
        elif compiling.done():
            return compiling.result()
        return prepared
