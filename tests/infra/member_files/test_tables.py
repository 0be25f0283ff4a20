"""Tables: what a file holds is read as it was meant, or refused with what would be right."""

import tracemalloc
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from infra.local.member_files import tables
from infra.local.member_files.encodings import FileNotUnderstood

TEXT = "姓名,手机\n张三,13900001234\n😀𠮷,13900001235\n"


def written(tmp_path: Path, content: bytes, name: str = "members.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(content)
    return file


def workbook(tmp_path: Path, *rows: list[object], sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"第{number}页")
    book.save(tmp_path / "members.xlsx")
    return tmp_path / "members.xlsx"


def read(file: Path, **how: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    with tables.opened(file, **how) as table:
        return table.heading, [(row.number, row.cells) for row in table.rows]


def refusal(file: Path, **how: str) -> str:
    with pytest.raises(FileNotUnderstood) as refused:
        read(file, **how)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_each_encoding_is_found_and_read(tmp_path, encoding):
    file = written(tmp_path, TEXT.encode(encoding))
    assert read(file) == (
        ["姓名", "手机"],
        [(2, ["张三", "13900001234"]), (3, ["😀𠮷", "13900001235"])],
    )


def test_a_file_that_may_be_either_encoding_is_not_guessed(tmp_path):
    file = written(tmp_path, "name,phone\n模,13900001234\n".encode("gb18030"))
    assert file.read_bytes().decode("utf-8")
    assert "--encoding" in refusal(file)
    assert read(file, encoding="gb18030")[1] == [(2, ["模", "13900001234"])]


def test_a_file_in_no_encoding_we_know_says_from_which_line_on(tmp_path):
    file = written(tmp_path, b"name,phone\nok,1\n\xff\xfe\xff,2\n")
    assert "not utf-8 from line 3 on, not gb18030 from line 3 on" in refusal(file)
    assert "no encoding that we know" in refusal(file, encoding="klingon")


def test_a_late_byte_decides_too(tmp_path):
    text = "name,phone\n" + "x,1\n" * 600_000 + "张,2\n"
    assert read(written(tmp_path, text.encode("gb18030")))[1][-1] == (600_002, ["张", "2"])


def test_rows_are_numbered_as_an_editor_shows_them(tmp_path):
    file = written(tmp_path, b'a,b\n"one\nand a half",1\n\ntwo,2\n')
    assert read(file)[1] == [(2, ["one\nand a half", "1"]), (5, ["two", "2"])]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_delimiters_are_seen_in_the_heading(tmp_path, mark):
    file = written(tmp_path, f"姓名{mark}手机\n张{mark}1\n".encode())
    assert read(file) == (["姓名", "手机"], [(2, ["张", "1"])])


def test_an_unclosed_quote_is_told_with_its_line(tmp_path):
    file = written(tmp_path, b'a,b\nx,1\n"y,2\nz,3\n')
    assert refusal(file).startswith("from line 3 on")


def test_a_workbook_gives_what_was_typed_and_names_its_formulas(tmp_path):
    file = workbook(
        tmp_path,
        ["姓名", "手机", "生日", "备注"],
        ["张三", 13900001234, date(1990, 2, 3), None],
        ["李四", 13900001235.0, "1990-02-04", "=1+1"],
        [None, None, None, None],
        ["𠮷😀", "139 0000 1236", datetime.fromisoformat("2020-01-01 09:30"), ""],
    )
    with tables.opened(file) as table:
        assert table.heading == ["姓名", "手机", "生日", "备注"]
        rows = list(table.rows)
    assert [(row.number, row.cells[:3], row.formulas) for row in rows] == [
        (2, ["张三", "13900001234", "1990-02-03"], ()),
        (3, ["李四", "13900001235", "1990-02-04"], (3,)),
        (5, ["𠮷😀", "139 0000 1236", "2020-01-01 09:30:00"], ()),
    ]


def test_a_workbook_with_several_sheets_asks_which(tmp_path):
    file = workbook(tmp_path, ["a"], ["1"], sheets=2)
    assert "--sheet" in refusal(file)
    assert read(file, sheet="Sheet")[1] == [(2, ["1"])]


def test_what_is_no_workbook_is_refused(tmp_path):
    assert "no xlsx" in refusal(written(tmp_path, b"PK\x03\x04 not really", "members.xlsx"))
    assert "old format" in refusal(written(tmp_path, b"", "members.xls"))


def peak_bytes(file: Path) -> int:
    tracemalloc.start()
    try:
        with tables.opened(file) as table:
            assert sum(1 for _ in table.rows) > 1_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path):
    line = f"张三,13900001234,{'某省某市某区' * 50}\n".encode()
    small = peak_bytes(written(tmp_path, b"a,b,c\n" + line * 5_000, "small.csv"))
    large = peak_bytes(written(tmp_path, b"a,b,c\n" + line * 15_000, "large.csv"))
    assert large < small + 200_000
