"""How long a key management service is waited for in all, however slowly it answers."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from services.members.storage.providers.provider import ProviderUnreachable

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 10.0
"""Between two bytes; a service that sends one now and then would never be late by it."""

TOTAL_TIMEOUT_S = 20.0

_T = TypeVar("_T")


class Patience:
    """Makes requests in a thread and leaves one that takes too long, since no library bounds a whole answer.

    What was left ends with its connection or the process. Until it did, nothing more is asked, so that a service that
    drips holds one thread of ours and not one for each attempt.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._left: Thread | None = None

    def call(self, request: Callable[[], _T]) -> _T:
        """What the request gives, or its own exception. Raises ``ProviderUnreachable`` when it takes too long."""
        if self._left is not None and self._left.is_alive():
            raise self._too_slow()
        answer: Future[_T] = Future()

        def make() -> None:
            try:
                answer.set_result(request())
            except BaseException as failure:  # raised again by whoever waits
                answer.set_exception(failure)

        thread = Thread(target=make, name=f"asks {self._service}", daemon=True)
        thread.start()
        # Not result(timeout): a timeout that the request itself raised is told as what it is.
        thread.join(TOTAL_TIMEOUT_S)
        if thread.is_alive():
            self._left = thread
            raise self._too_slow()
        return answer.result()

    def _too_slow(self) -> ProviderUnreachable:
        return ProviderUnreachable(
            f"{self._service} did not end its answer within {TOTAL_TIMEOUT_S:g} s: see what slows it down, and start "
            "again"
        )
