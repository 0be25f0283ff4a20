"""Tokens: whom the development issuer's tokens speak for."""

from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from infra.local.installation import Installation
from infra.local.seeds import SeededMember, Seeds
from infra.local.tokens import commands

FIRST, SECOND, OTHER = (f"5f0d6e0a-0000-4000-8000-00000000000{nth}" for nth in range(3))


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ((), FIRST),
        (("1",), FIRST),
        (("2",), SECOND),
        ((OTHER,), OTHER),
        (("3",), None),
        (("0",), None),
        (("x",), None),
    ],
)
def test_a_members_token_is_of_the_member_who_is_meant_or_of_nobody(
    tmp_path: Path, said: tuple[str, ...], who: str | None
) -> None:
    home = tmp_path / "home"
    Seeds([SeededMember(FIRST, "first"), SeededMember(SECOND, "second")]).keep(Installation.open(home))
    done = CliRunner().invoke(commands, ["member", *said, "--home", str(home)])
    assert (done.exit_code == 0) == (who is not None)
    if who is not None:
        assert jwt.decode(done.output.strip(), options={"verify_signature": False})["sub"] == who
