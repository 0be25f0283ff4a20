"""Officers: a start remembers the contact that notices say, and says of a contact that is none that it is none."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.local import officers, seeding
from infra.local.installation import Installation
from infra.local.layout import Ports
from infra.local.running import commands
from infra.local.seeds import OFFICER, Seeds
from services.kit.refusal import Unavailable


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (officers.Told(["sms/zh"], [], []), "b@tea.example"),
        (officers.Told([], ["sms/zh"], []), "b@tea.example"),
        (officers.Told(["sms/en"], [], ["sms/zh (INVALID: too long)"]), OFFICER),
        (Unavailable("away"), OFFICER),
    ],
)
def test_the_contact_before_is_remembered_until_nothing_was_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: officers.Told | Unavailable, kept: str
) -> None:
    installation = Installation.open(tmp_path / "home")
    Seeds([]).keep(installation)

    async def tell(*_: object) -> officers.Told:
        if isinstance(told, Unavailable):
            raise told
        return told

    monkeypatch.setattr(officers, "tell", tell)
    said: list[str] = []
    if isinstance(told, Unavailable):
        with pytest.raises(seeding.SeedRefused, match="UNAVAILABLE"):
            seeding.seed(installation, Ports(), "b@tea.example", said.append)
    else:
        seeding.seed(installation, Ports(), "b@tea.example", said.append)
    found = Seeds.kept(installation)
    assert found is not None
    assert found.officer == kept
    assert ("next start" in " ".join(said)) == (kept == OFFICER and not isinstance(told, Unavailable))


def test_nothing_is_started_with_a_contact_that_is_none(tmp_path: Path) -> None:
    asked = ["up", "--home", str(tmp_path / "home")]
    done = CliRunner().invoke(commands, asked, env={"CONSENT_OFFICER_CONTACT": "1"})
    assert done.exit_code == 1
    assert "CONSENT_OFFICER_CONTACT must say an e-mail address" in " ".join(done.output.split())
