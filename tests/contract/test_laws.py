"""The laws of the house are really checked: each is broken in a copy of the tree, and the checker names it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COPIED = (
    "services",
    "gateway",
    "infra",
    "proto",
    "tests/contract",
    ".importlinter",
    "pyproject.toml",
    "Makefile",
)
LONG = '"""Long."""\n\n\ndef long() -> None:\n    """Do much."""\n' + "    print()\n" * 49

IMPORTS = {
    "services.members.actions.planted_a": ("import services.loyalty", "Law 1"),
    "services.kit.planted": ("import services.consent", "Law 1"),
    "services.loyalty.actions.planted_a": ("import gateway", "Law 1"),
    "services.loyalty.storage.planted_b": ("import services.loyalty.rpc", "Law 2"),
    "services.members.rules.planted_b": ("import services.members.storage", "Law 2"),
    "services.consent.planted_room": ("", "Law 2"),
    "services.loyalty.rules.planted_c": ("from services.kit import clock", "Law 3"),
    "services.consent.rules.planted_c": ("import time", "Law 3"),
    "services.members.rules.planted_c": ("import sqlalchemy", "Law 3"),
    "services.consent.rpc.planted_d": ("from sqlalchemy import text", "Law 4"),
    "services.loyalty.actions.planted_d": ("import asyncpg", "Law 4"),
    "gateway.loaders.planted_d": ("import asyncpg", "Law 4"),
    "services.members.actions.planted_e": ("from huiyuan.members.v1 import profiles_pb2", "Law 5"),
    "services.loyalty.storage.planted_e": ("import huiyuan.loyalty.v1.points_pb2", "Law 5"),
    "gateway.storage.planted_f": ("import gateway.loaders", "Law 6"),
    "gateway.planted_room": ("", "Law 6"),
}
"""Modules that break a law by an import or by being there, and the law."""

SOURCES = {
    "services/loyalty/rules/planted_now.py": (
        '"""Now."""\n\nfrom datetime import datetime\n\nNOW = datetime.now()\n',
        "Law 3",
    ),
    "services/consent/actions/planted_commit.py": (
        '"""Commit."""\n\n\nasync def give(connection):\n    await connection.commit()\n',
        "Law 2",
    ),
    "services/members/rpc/planted_mode.py": (
        '"""Mode."""\n\nTOLD = {"HUIYUAN_MODE": "development"}\n',
        "Law 8",
    ),
    "gateway/planted_environ.py": ('"""Environ."""\n\nimport os\n\nKEY = os.environ["KEY"]\n', "House"),
    "services/members/utils.py": ('"""Utils."""\n', "House"),
    "services/members/planted_mute.py": ("X = 1\n", "House"),
    "services/members/planted_long.py": (LONG, "House"),
    "services/members/planted_file.py": ('"""Many."""\n' + "\n" * 300, "House"),
}
"""Files that break a law by what they say, and the law."""


def copy(to: Path) -> Path:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, to / name)
    return to


def run(tree: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which every law is broken."""
    tree = copy(tmp_path_factory.mktemp("planted"))
    for module, (line, _) in IMPORTS.items():
        (tree / module.replace(".", "/")).with_suffix(".py").write_text(f'"""Planted."""\n\n{line}\n')
    for path, (text, _) in SOURCES.items():
        (tree / path).write_text(text)
    events = tree / "proto/huiyuan/members/v1/events.proto"
    events.write_text(
        events.read_text().replace(
            "message MemberRegistered {", "message MemberRegistered {\n  string phone = 9;"
        )
    )
    return tree


@pytest.fixture(scope="module")
def layers(planted: Path) -> dict[str, str]:
    """What import-linter says of the planted tree, by law."""
    said = run(planted, BIN / "lint-imports", "--no-cache")
    assert said.returncode != 0
    broken = said.stdout.partition("Broken contracts\n")[2]
    parts = re.split(r"^(Law \d).*\n-+\n", broken, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def sources(planted: Path) -> str:
    said = run(planted, sys.executable, "tests/contract/laws.py", planted)
    assert said.returncode != 0
    return said.stdout


@pytest.mark.parametrize("module", IMPORTS)
def test_an_import_against_a_law_is_named(layers: dict[str, str], module: str) -> None:
    _, law = IMPORTS[module]
    assert module in layers[law]


@pytest.mark.parametrize("path", SOURCES)
def test_a_line_against_a_law_is_named(sources: str, path: str) -> None:
    _, law = SOURCES[path]
    assert any(line.startswith(f"{path}:") and law in line for line in sources.splitlines())


def test_personal_data_in_an_event_is_named(sources: str) -> None:
    assert re.search(r"members/v1/events\.proto:\d+: Law 7: .* phone is", sources)


def test_make_check_runs_every_checker() -> None:
    said = run(ROOT, "make", "--dry-run", "check").stdout
    for checker in (
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "laws.py",
        "buf lint",
        "protoc",
    ):
        assert checker in said
