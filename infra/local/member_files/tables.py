"""Tables: the rows of a CSV or xlsx file, one at a time, so that a file of any size takes the same memory.

xlsx by openpyxl. python-calamine reads fifteen times as fast (192,000 rows/s against 12,000), but holds the sheet in
memory, and a formula without a kept value is nothing to it: a row of such cells was missing without a word.
"""

import csv
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from infra.local.member_files import encodings
from infra.local.member_files.columns import REJECT_HEADINGS
from infra.local.member_files.encodings import FileNotUnderstood
from services.kit.cells import as_meant

_DELIMITERS = ",\t;"
_SHARED_TEXTS = "xl/sharedStrings.xml"
_LARGEST_SHARED_BYTES = 512 * 1024 * 1024
"""The texts that cells share are the one part of an xlsx file that is held in memory."""


class Row(NamedTuple):
    """One row: the line or row that it begins in, counted from 1, its cells, and which of them are formulas."""

    number: int
    cells: list[str]
    formulas: tuple[int, ...] = ()


class Table(NamedTuple):
    """A table: its heading, its other rows, how many there may be, and how it is written."""

    heading: list[str]
    rows: Iterator[Row]
    about: int
    written: str


@contextmanager
def opened(file: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Iterator[Table]:
    """The table in a file. Raises ``FileNotUnderstood``, also while rows are read."""
    suffix = file.suffix.lower()
    if suffix == ".xls":
        raise FileNotUnderstood("this is Excel's old format: save it as .xlsx or as CSV in UTF-8")
    if suffix == ".xlsx":
        with _workbook(file) as workbook:
            yield _as_meant(_sheet(workbook, sheet))
        return
    text = encodings.found(file, encoding)
    with file.open(newline="", encoding=text.encoding) as source:
        yield _as_meant(_csv(source, text, delimiter))


def _as_meant(table: Table) -> Table:
    """Our own rejects without the apostrophes that we put before formulas; other files as they are."""
    if not set(REJECT_HEADINGS) <= set(table.heading):
        return table
    rows = (row._replace(cells=list(map(as_meant, row.cells))) for row in table.rows)
    return table._replace(heading=list(map(as_meant, table.heading)), rows=rows)


# --- CSV ---------------------------------------------------------------------------------------------


def _csv(source: Any, text: encodings.Text, delimiter: str) -> Table:
    first = source.readline()
    source.seek(0)
    separator = delimiter or next((mark for mark in _DELIMITERS if mark in first), ",")
    if len(separator) != 1:
        raise FileNotUnderstood("a delimiter is one character")
    rows = _csv_rows(csv.reader(source, delimiter=separator, strict=True))
    heading = next(rows, Row(1, []))
    return Table(
        [name.removeprefix("\ufeff") for name in heading.cells],
        rows,
        max(text.lines - 1, 0),
        f"CSV in {text.encoding.upper()}",
    )


def _csv_rows(table: Any) -> Iterator[Row]:
    while True:
        number = table.line_num + 1
        try:
            cells = next(table, None)
        except (csv.Error, UnicodeDecodeError) as wrong:
            raise FileNotUnderstood(f"from line {number} on the file is no CSV table: {wrong}") from None
        if cells is None:
            return
        if any(cells):
            yield Row(number, cells)


# --- xlsx --------------------------------------------------------------------------------------------


@contextmanager
def _workbook(file: Path) -> Iterator[Any]:
    # Loaded only here: most files are CSV.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(file) as parts:
            texts = next((part for part in parts.infolist() if part.filename == _SHARED_TEXTS), None)
            if texts is not None and texts.file_size > _LARGEST_SHARED_BYTES:
                raise FileNotUnderstood("the workbook's texts are too large: save the sheet as CSV in UTF-8")
        # Formulas as such, not what they came to when someone last looked: see _text.
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as wrong:
        raise FileNotUnderstood(f"the file is no xlsx workbook ({type(wrong).__name__})") from None
    with closing(workbook):
        yield workbook


def _sheet(workbook: Any, name: str) -> Table:
    names = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if name not in names and (name or len(names) != 1):
        raise FileNotUnderstood(f"say by --sheet which of the workbook's sheets to read: {', '.join(names)}")
    sheet = workbook[name or names[0]]
    # Programs often write a size that is not true, by which rows would be cut off.
    about = max((sheet.max_row or 0) - 1, 0)
    sheet.reset_dimensions()
    rows = _sheet_rows(sheet)
    first = next(rows, None)
    return Table(first.cells if first else [], rows, about, "xlsx")


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    try:
        for number, cells in enumerate(sheet.iter_rows(), 1):
            texts = [_text(cell.value) for cell in cells]
            if any(texts):
                yield Row(number, texts, tuple(at for at, cell in enumerate(cells) if cell.data_type == "f"))
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as wrong:
        raise FileNotUnderstood(f"the workbook is damaged ({type(wrong).__name__})") from None


def _text(value: object) -> str:
    """A cell as someone would have typed it: a phone number kept as a number has no point and no exponent."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
