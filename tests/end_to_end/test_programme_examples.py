"""The example programmes: set up by what their pages say, and lived through for a year, against a reckoning by hand."""

import os
import subprocess
import sys

import pytest

from infra.local import layout
from tests.end_to_end.house import House

EXAMPLE = layout.ROOT / "examples" / "programmes"
_ROLES = ("order_importer", "member_registrar")


def run(house: House, *words: str) -> str:
    """What the example's command says; it must end well."""
    told = dict(os.environ) | {
        "ADMIN_URL": house.admin,
        "LOYALTY_URL": house.url("loyalty"),
        "MEMBERS_URL": house.url("members"),
        "ADMIN_TOKEN": house.issuer.admin("ops-9"),
        "SHOP_TOKEN": house.issuer.system("examples", _ROLES),
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, EXAMPLE, *words], env=told, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("programme", ["marketplace", "small-shop"])
def test_a_programme_set_up_by_its_page_keeps_what_the_page_promises(running: House, programme: str) -> None:
    assert "done: createProgramme" in run(running, "set-up", programme)
    lived = run(running, "year", programme, "--members", "24")
    assert "as promised" in lived
