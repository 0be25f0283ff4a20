"""Wiring: what the consent service's processes are made of, by its settings."""

from services.consent.settings import Settings
from services.consent.storage.witness import witness_file
from services.kit.appended import AppendedFile

NAME = "consent"


def origin(settings: Settings) -> str:
    """The log's name in its checkpoints."""
    return f"huiyuan/consent/{settings.installation_id}"


def witness(settings: Settings) -> AppendedFile | None:
    """Where checkpoints are published outside the database, if anywhere."""
    return witness_file(settings.witness_file) if settings.witness_file is not None else None
