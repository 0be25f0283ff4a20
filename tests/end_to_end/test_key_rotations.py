"""`huiyuan members rotate` on the system as `make up` runs it: all processes follow, and members notice nothing."""

import json

from tests.end_to_end.callers import OrderSystem
from tests.end_to_end.house import House


def test_kek_is_rotated_by_the_worker_under_the_command_that_watches_it(
    running: House, shop: OrderSystem
) -> None:
    before = json.loads((running.home / "members-key-ring").read_text())["keks"]
    shop.register()
    code, said = running.say("members", "rotate", "kek", "--destroy-old", "--reason", "yearly")
    assert code == 0, said
    assert "done" in said
    assert said.rstrip().count(" = 0") == 1
    after = json.loads((running.home / "members-key-ring").read_text())["keks"]
    assert [kek["epoch"] for kek in after] == [before[-1]["epoch"] + 1]
    shop.register()
    code, said = running.say("members", "rotate", "status")
    assert code == 0, said
    assert "by system:key-rotation: yearly" in said
