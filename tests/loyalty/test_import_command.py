"""``huiyuan import balances``: a CSV file comes in once, however often it is cut short, and says what did not."""

import asyncio
import csv
import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from huiyuan.kit.v1.kit_pb2 import IDENTITY_KIND_STOREFRONT_CUSTOMER, ExternalIdentity

from infra.local import balances, delivery, layout
from tests.loyalty.conftest import Loyalty

TODAY = datetime.now(UTC).date()
NEXT_YEAR, LAST_MONTH = str(TODAY + timedelta(days=365)), str(TODAY - timedelta(days=30))
MEANING = balances.Meaning("", "crm", ExternalIdentity(kind=IDENTITY_KIND_STOREFRONT_CUSTOMER, scope="shop"))


def written(folder: Path, *lines: str) -> Path:
    file = folder / "crm.csv"
    file.write_text("\n".join([",".join(balances.COLUMNS), *lines]) + "\n", encoding="utf-8-sig")
    return file


def no_progress(what: str, done: int, of: int) -> None:
    """Nobody watches."""


async def imported(loyalty: Loyalty, file: Path) -> balances.Outcome:
    token = loyalty.tokens("importer", *balances.ROLES)
    return await balances.run(loyalty.url, token, file, MEANING, no_progress)


async def test_members_bring_their_points_along_by_either_name(loyalty: Loyalty, tmp_path: Path) -> None:
    one, other, customer = loyalty.new_member(), loyalty.new_member(), str(uuid4())
    loyalty.members.customers[customer] = other
    file = written(
        tmp_path,
        f"{one},,POINTS,100,{NEXT_YEAR},",
        f"{one},,POINTS,50,,{LAST_MONTH}",
        f"{one},,GROWTH,700,,",
        f",{customer},POINTS,30,{NEXT_YEAR},",
    )
    outcome = await imported(loyalty, file)
    assert (outcome.members, outcome.balances, outcome.imported, outcome.replayed) == (2, 3, 3, 0)
    assert outcome.in_ledger == outcome.in_file == {"POINTS": 180, "GROWTH": 700}
    assert [(await loyalty.balance(member))["available"] for member in (one, other)] == [150, 30]
    assert await loyalty.tier(one) == "silver"
    again = await imported(loyalty, file)
    assert (again.imported, again.replayed, again.rejects) == (3, 3, [])
    assert (await loyalty.balance(one))["available"] == 150


async def test_what_does_not_come_in_is_named_line_by_line(loyalty: Loyalty, tmp_path: Path) -> None:
    member = loyalty.new_member()
    bad = [
        (f"{member},,POINTS,0,{NEXT_YEAR},", "'0' is not a number of points"),
        (f"{member},,POINTS,1.5,{NEXT_YEAR},", "'1.5' is not a number of points"),
        (f"{member},,POINTS,5,{NEXT_YEAR},{LAST_MONTH}", "not both"),
        (f"{member},,POINTS,5,31.12.2030,", "Invalid isoformat string"),
        (f"{member},c-1,POINTS,5,{NEXT_YEAR},", "by member_id or by external_id"),
        (f"{member},,,5,{NEXT_YEAR},", "name the currency"),
        (f"{member},,POINTS,5", "shorter"),
        (f"{member},,GOLD,5,{NEXT_YEAR},", "UNKNOWN_CURRENCY"),
        (f"{uuid4()},,POINTS,5,{NEXT_YEAR},", "UNKNOWN_MEMBER"),
        (f"{loyalty.new_member()},,POINTS,5,2020-01-01,", "POINTS_EXPIRED_ALREADY"),
    ]
    file = written(tmp_path, *(line for line, _ in bad), f"{member},,POINTS,7,{NEXT_YEAR},")
    outcome = await imported(loyalty, file)
    assert [(number, text) for number, _, text in outcome.rejects] == [
        (nth, line) for nth, (line, _) in enumerate(bad, 2)
    ]
    for (_, reason, _), (line, wanted) in zip(outcome.rejects, bad, strict=True):
        assert wanted in reason, line
    assert (await loyalty.balance(member))["available"] == 7


async def test_an_import_cut_short_is_taken_up_and_counts_once(
    loyalty: Loyalty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_LINES_AT_ONCE", 7)
    members = [loyalty.new_member() for _ in range(40)]
    file = written(
        tmp_path, *(f"{member},,POINTS,{10 + nth},{NEXT_YEAR}," for nth, member in enumerate(members))
    )
    token = loyalty.tokens("importer", *balances.ROLES)

    class Killed(Exception):
        """As by a signal between two batches."""

    def kill_half_way(what: str, done: int, of: int) -> None:
        if done * 2 > of:
            raise Killed

    with pytest.raises(Killed):
        await balances.run(loyalty.url, token, file, MEANING, kill_half_way)
    outcome = await imported(loyalty, file)
    assert (outcome.imported, outcome.replayed) == (40, 21)
    for nth, member in enumerate(members):
        assert (await loyalty.balance(member))["available"] == 10 + nth


async def test_a_line_that_changed_since_is_refused_and_not_counted_twice(
    loyalty: Loyalty, tmp_path: Path
) -> None:
    member = loyalty.new_member()
    await imported(loyalty, written(tmp_path, f"{member},,POINTS,100,{NEXT_YEAR},"))
    outcome = await imported(loyalty, written(tmp_path, f"{member},,POINTS,120,{NEXT_YEAR},"))
    assert [reason.split(":")[0] for _, reason, _ in outcome.rejects] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await loyalty.balance(member))["available"] == 100


async def test_the_command_says_what_it_did_and_keeps_what_it_did_not(
    loyalty: Loyalty, tmp_path: Path
) -> None:
    member = loyalty.new_member()
    file = written(tmp_path, f"{member},,POINTS,1100,{NEXT_YEAR},", f"{member},,POINTS,none,,")

    async def command(*options: str) -> tuple[int, str]:
        asked = ("-m", "infra.local", "import", "balances", str(file), *options)
        token = loyalty.tokens("importer", *balances.ROLES)
        where = ("--loyalty-url", loyalty.url, "--token", token)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *asked, *where, cwd=layout.ROOT, stdout=-1, stderr=-2
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    code, said = await command("--dry-run")
    assert (code, "1,100 POINTS would be imported; nothing was sent" in said) == (1, True), said
    assert (await loyalty.balance(member))["available"] == 0
    code, said = await command()
    assert (code, "1,100 POINTS in the file, 1,100 in the ledger: equal" in said) == (1, True), said
    assert (await loyalty.balance(member))["available"] == 1100
    with (tmp_path / "crm.csv.rejects.csv").open(newline="") as rejects:
        assert [row[0] for row in csv.reader(rejects)] == ["line", "3"]
        assert stat.S_IMODE(os.fstat(rejects.fileno()).st_mode) == 0o600, "lines name members, by phone too"
    file.write_text("member,points\n")
    code, said = await command()
    assert (code, "the first line names columns out of" in said) == (1, True), said
