"""The worked examples of points: all eighteen are tests, where their table says."""

import re
from pathlib import Path

from tests.loyalty.rules import test_worked_examples as examples

TESTS = Path(__file__).resolve().parents[1]
EXAMPLES = 18


def test_every_worked_example_is_a_test_named_after_what_it_shows() -> None:
    table = re.findall(r"^ +(\d+) +(test_example_(\d+)_\w+)$", examples.__doc__ or "", re.MULTILINE)
    assert [int(number) for number, _, _ in table] == list(range(1, EXAMPLES + 1))
    assert all(int(number) == int(named) for number, _, named in table)
    written = {
        name
        for path in (TESTS / "loyalty").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert {name for _, name, _ in table} <= written
