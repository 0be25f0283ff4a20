"""The witness: checkpoints of the log in a file outside the database, which whoever rewrites the log cannot rewrite too."""

from pathlib import Path

import orjson

from services.kit.appended import AppendedFile


def witness_file(path: Path) -> AppendedFile:
    """The file in which checkpoints are published, a JSON object with a note a line."""
    return AppendedFile(path, lambda line: note_of(line) is not None)


def line_of(note: str) -> bytes:
    """A checkpoint's note as a line."""
    return orjson.dumps({"checkpoint": note})


def note_of(line: bytes) -> str | None:
    """The note that a line says; None for half a line."""
    try:
        note = orjson.loads(line)["checkpoint"]
    except (ValueError, KeyError, TypeError):
        return None
    return note if isinstance(note, str) else None
