"""Schemas: what is committed is what is served."""

import pytest

from gateway import __main__ as command
from gateway.app import committed
from infra.local.layout import ROOT


def test_the_committed_schemas_and_manifest_are_what_the_code_says() -> None:
    command.main("schema --check")


def test_a_stale_schema_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stale = ROOT / "gateway/storefront/schema.graphql"
    monkeypatch.setattr(committed, "contents", lambda: {stale: b"type Query { nothing: Int }\n"})
    with pytest.raises(SystemExit, match=r"storefront/schema\.graphql"):
        command.main("schema --check")


def test_an_unknown_command_says_which_there_are() -> None:
    with pytest.raises(SystemExit, match=r"python -m gateway"):
        command.main("dance")
