"""Cells: texts in CSV files that a spreadsheet will open, and must not take for formulas."""

import re
from typing import Final

# As OWASP lists them ("CSV Injection"), the full-width ones included, which some spreadsheets fold.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def inert(text: str) -> str:
    """The text behind one apostrophe, where it or what stands behind its apostrophes would begin a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_meant(cell: str) -> str:
    """What ``inert`` was given: exact for whatever it wrote; a cell that somebody typed anew without one stays."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
