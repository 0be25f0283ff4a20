"""The report on the PIPL can be made: what each row names is there, so that a change of the code shows here at once."""

from pathlib import Path

import pytest

from tests.pipl.rows import ROWS, Row

ROOT = Path(__file__).parents[2]


def missing(row: Row) -> list[str]:
    """What a row names that is not there, or not once."""
    found = []
    if row.violation is None or (ROOT / row.violation.file).read_text().count(row.violation.text) != 1:
        found.append("violation")
    for test in row.tests:
        file, _, name = test.partition("::")
        if not (ROOT / file).is_file() or f"def {name}" not in (ROOT / file).read_text():
            found.append(test)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.article}: {row.demand}")
def test_every_row_names_tests_that_are_there_and_a_violation_that_can_be_planted(row: Row) -> None:
    assert row.tests
    assert not row.missing
    assert missing(row) == []


def test_a_row_whose_violation_is_gone_is_found() -> None:
    row = ROWS[0]
    assert row.violation is not None
    gone = row._replace(
        violation=row.violation._replace(text="what nobody wrote"), tests=("tests/nowhere.py",)
    )
    assert missing(gone) == ["violation", "tests/nowhere.py"]
