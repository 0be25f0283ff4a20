"""A file of two gigabytes is read row by row: memory stays what it is for a small one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import layout

WHOLE_BYTES = int(os.environ.get("HUIYUAN_LARGE_FILE_BYTES", str(2 * 1024**3)))
MOST_GROWTH_KB = 64 * 1024
READ = """
import resource, sys
from pathlib import Path
from infra.local.member_files import tables
with tables.opened(Path(sys.argv[1])) as table:
    count = sum(1 for _ in table.rows)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def read(file: Path) -> tuple[int, int]:
    """How many rows a process of its own reads, and its largest resident size in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(file)], cwd=layout.ROOT, capture_output=True, text=True, check=True
    )
    rows, peak = map(int, done.stdout.split())
    return rows, peak


def written(file: Path, size_bytes: int) -> int:
    """A file of about so many bytes; how many rows it has."""
    line = f"张三,13900001234,{'某省某市某区某路一号' * 40}\n".encode()
    portion, rows = line * 1_000, 0
    with file.open("wb") as out:
        out.write("姓名,手机,地址\n".encode())
        while out.tell() < size_bytes:
            out.write(portion)
            rows += 1_000
    return rows


@pytest.mark.torture
def test_two_gigabytes_take_the_memory_of_ten_megabytes(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    few = written(small, 10 * 1024**2)
    assert read(small)[0] == few
    many = written(large, WHOLE_BYTES)
    rows, peak = read(large)
    assert rows == many
    assert peak < read(small)[1] + MOST_GROWTH_KB
