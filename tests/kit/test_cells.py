"""Cells: no text is a formula to a spreadsheet once it is written, and each is read again as it was."""

from hypothesis import given
from hypothesis import strategies as st

from services.kit.cells import as_meant, inert
from services.members.rules import analyses
from services.members.rules.anonymity import Table

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@given(st.text("'=+-@\t＝a1 ", max_size=6) | st.text(max_size=20))
def test_no_cell_begins_a_formula_and_each_is_read_as_it_was_written(text: str) -> None:
    assert not inert(text).startswith(_BEGINNINGS)
    assert as_meant(inert(text)) == text


def test_what_is_harmless_is_left_as_it_is() -> None:
    assert [inert(text) for text in ("", "'", "O'Neil", " =1", "1-2", "张三")] == [
        "",
        "'",
        "O'Neil",
        " =1",
        "1-2",
        "张三",
    ]
    assert as_meant("'tis") == "'tis"


def test_an_export_for_analysis_holds_no_formulas() -> None:
    table = Table(("tier", "members"), [("=1+1", "10"), ("gold", "12")], 0, {})
    assert analyses.written(table) == b"tier,members\n'=1+1,10\ngold,12\n"
