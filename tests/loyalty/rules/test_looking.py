"""Looking changes nothing: a member whom the due run brings up to now every few hours has what a quiet one has."""

from collections.abc import Callable
from itertools import count

from hypothesis import settings

from services.loyalty.rules.ledger.points import Answer
from tests.loyalty.rules.histories import HOUR, Histories
from tests.loyalty.rules.memory import Ledger, at


class Twins(Histories):
    """What is asked of the quiet ledger is asked of another at the same instant, which is touched in between."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger.now = at("2026-02-16 20:00")  # just before the second version
        self.busy = Ledger(self.ledger.versions, now=self.ledger.now)
        self.next_look = self.busy.now

    def do(self, operation: Callable[[], Answer]) -> Answer | None:
        now, names = self.ledger.now, 1_000 * (len(self.posted) + 1)
        self.ledger.ids, self.busy.ids = count(names), count(names)
        answer = super().do(operation)
        while self.next_look < now - HOUR:
            self.busy.now = self.next_look
            self.busy.touch()
            self.next_look += 29 * HOUR
        self.busy.now, self.ledger, self.busy = now, self.busy, self.ledger
        again = super().do(operation)
        self.ledger, self.busy = self.busy, self.ledger
        assert (answer is None) is (again is None)
        assert self.read[-1][1] == self.read[-2][1]
        return answer


TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
