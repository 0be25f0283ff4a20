"""Load: how much a process takes on at once; what comes beyond that is turned away at once, not queued."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import prometheus_client
from prometheus_client import Gauge

from services.kit.refusal import Unavailable

in_flight = Gauge("huiyuan_graphql_in_flight", "Operations that are being answered.")
streams_open = Gauge("huiyuan_graphql_streams_open", "WebSockets and event streams that are open.")
turned_away_total = prometheus_client.Counter(
    "huiyuan_graphql_turned_away_total", "What came beyond a bound.", ["bound"]
)

NEWCOMERS = 200
"""How many sockets of one address may be open that have not said yet who they are."""


class Overloaded(Unavailable):
    """More is asked of this process than it can answer in good time."""


class Bound:
    """So many at once, and no more. As a context it counts what happens within it."""

    def __init__(self, name: str, most: int, shown: Gauge) -> None:
        self._most = most
        self._now = 0
        self._coming = 0
        self._turned_away = turned_away_total.labels(name)
        shown.set_function(lambda: self._now)

    @property
    def is_full(self) -> bool:
        """Whether one more would be too many."""
        return self._now + self._coming >= self._most

    def note_coming(self) -> None:
        """Count one whose turn is the loop's next: of hundreds that arrive in one, only so many begin that have a place.

        Whoever is let in beyond that is read, decoded and given a task, only to be turned away at the price of an answer.
        """
        self._coming += 1

    def note_came(self) -> None:
        """Its turn has come: from here on it takes a place, or is turned away."""
        self._coming -= 1

    def note_turned_away(self) -> None:
        """Count what there was no place for."""
        self._turned_away.inc()

    def turns_away(self) -> bool:
        """Whether one more would be too many, and is counted as turned away."""
        if self.is_full:
            self.note_turned_away()
        return self.is_full

    def __enter__(self) -> None:
        self._now += 1

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._now -= 1


class Shares:
    """So many at once of each caller, so that none takes the places of all."""

    def __init__(self, name: str, most: int) -> None:
        self._most = most
        self._now: Counter[str] = Counter()
        self._turned_away = turned_away_total.labels(name)

    @contextmanager
    def of(self, caller: str) -> Iterator[None]:
        """A place among the caller's. Raises ``Overloaded`` when all are taken."""
        if self._now[caller] >= self._most:
            self._turned_away.inc()
            raise Overloaded(f"at most {self._most} connections may be open at once")
        self._now[caller] += 1
        try:
            yield
        finally:
            self._now[caller] -= 1
            if not self._now[caller]:
                del self._now[caller]


class Load:
    """What one process has taken on, on all its surfaces together."""

    def __init__(self, *, operations: int, streams: int, streams_a_caller: int) -> None:
        self.operations = Bound("operations", operations, in_flight)
        self.streams = Bound("streams", streams, streams_open)
        self.streams_of = Shares("streams of a caller", streams_a_caller)
        self.newcomers_of = Shares("newcomers of an address", NEWCOMERS)
