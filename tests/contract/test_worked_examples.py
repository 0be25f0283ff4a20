"""The worked examples of points and of tiers: all of them are tests, where their tables say."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.loyalty.rules import test_tier_examples, test_worked_examples

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("examples", "kind", "count"), [(test_worked_examples, "", 18), (test_tier_examples, "tier_", 8)]
)
def test_every_worked_example_is_a_test_named_after_what_it_shows(
    examples: ModuleType, kind: str, count: int
) -> None:
    row = rf"^ *(\d+) +(test_{kind}example_(\d+)_\w+)$"
    table = re.findall(row, examples.__doc__ or "", re.MULTILINE)
    assert [int(number) for number, _, _ in table] == list(range(1, count + 1))
    assert all(int(number) == int(named) for number, _, named in table)
    written = {
        name
        for path in (TESTS / "loyalty").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert {name for _, name, _ in table} <= written
