"""Evolution: what breaks clients is named, and what was announced in time may go."""

from datetime import date

import pytest

from tests.contract.evolution import SURFACES, committed, faults, released

OLD = """
type Query { tier(at: String): Tier old: Int @deprecated(reason: "Use tier until 2026-06-30.") way: Way }
type Tier { key: String! name: String legacy: Legacy @deprecated(reason: "Use key until 2026-06-30.") }
type Legacy { id: ID }
enum Way { UP DOWN }
input Find { key: String }
type Mutation { find(input: Find): Tier }
"""
BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_committed_schemas_break_nobody_who_relies_on_the_released_ones(surface: str) -> None:
    assert list(faults(released(surface).read_text(), committed(surface).read_text(), AFTER)) == []


@pytest.mark.parametrize(
    ("was", "comes", "said"),
    [
        ("name: String", "", "Tier.name was removed"),
        ("key: String!", "key: String", "Tier.key changed type"),
        ("tier(at: String)", "tier(at: String!)", "argument 'at'"),
        ("tier(at: String)", "tier(at: String, of: ID!)", "of"),
        ("UP DOWN", "UP", "DOWN was removed"),
        ("key: String }", "key: String why: String! }", "why"),
        ("type Mutation { find(input: Find): Tier }", "", "Mutation was removed"),
    ],
)
def test_what_breaks_clients_is_named(was: str, comes: str, said: str) -> None:
    assert OLD.count(was) >= 1
    (fault, *_) = faults(OLD, OLD.replace(was, comes, 1), AFTER)
    assert said.split()[-1].strip("'") in fault
    assert "Deprecate it first" in fault


@pytest.mark.parametrize(
    ("was", "comes"),
    [
        ("name: String", "name: String new: Int"),
        ("UP DOWN", "UP DOWN ASIDE"),
        ("name: String", "name: String!"),
    ],
)
def test_what_only_adds_breaks_nobody(was: str, comes: str) -> None:
    assert list(faults(OLD, OLD.replace(was, comes, 1), AFTER)) == []


def test_what_was_deprecated_goes_once_its_day_is_over_and_its_types_with_it() -> None:
    without = OLD.replace('old: Int @deprecated(reason: "Use tier until 2026-06-30.") ', "")
    without = without.replace('legacy: Legacy @deprecated(reason: "Use key until 2026-06-30.") ', "")
    without = without.replace("type Legacy { id: ID }", "")
    assert len(list(faults(OLD, without, BEFORE))) == 3
    assert list(faults(OLD, without, AFTER)) == []


@pytest.mark.parametrize("reason", ["Use key.", "Use key until 2026-13-45.", ""])
def test_a_deprecation_says_until_when(reason: str) -> None:
    new = OLD.replace("name: String", f'name: String @deprecated(reason: "{reason}")')
    (fault,) = faults(OLD, new, AFTER)
    assert "Tier.name is deprecated without a date" in fault
