"""``huiyuan issue coupons``: everyone in a CSV file gets one, however often it is cut short, and it says who did not."""

import asyncio
import csv
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from huiyuan.kit.v1.kit_pb2 import IDENTITY_KIND_STOREFRONT_CUSTOMER, ExternalIdentity

from infra.local import coupon_lists, delivery, layout
from tests.loyalty.conftest import Loyalty
from tests.loyalty.coupons import amount_off, be_counted, listed, published

CUSTOMER = ExternalIdentity(kind=IDENTITY_KIND_STOREFRONT_CUSTOMER, scope="shop")


def written(folder: Path, *lines: str) -> Path:
    file = folder / "spring.csv"
    file.write_text("\n".join(["member_id,external_id", *lines]) + "\n", encoding="utf-8-sig")
    return file


def no_progress(what: str, done: int, of: int) -> None:
    """Nobody watches."""


async def issued(loyalty: Loyalty, file: Path, template: str, name: str) -> coupon_lists.Outcome:
    token = loyalty.tokens("crm", *coupon_lists.ROLES)
    meaning = coupon_lists.Meaning("", template, name, "LIST", CUSTOMER)
    return await coupon_lists.run(loyalty.url, token, file, meaning, no_progress)


async def test_a_list_cut_short_is_taken_up_and_everyone_has_one(
    loyalty: Loyalty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_LINES_AT_ONCE", 4)
    template = await published(loyalty, amount_off(1_000))
    members = [loyalty.new_member() for _ in range(12)]
    customer = str(uuid4())
    loyalty.members.customers[customer] = members[0]
    file = written(tmp_path, *(f"{member}," for member in members), f",{customer}", f"{members[1]},")
    meaning = coupon_lists.Meaning("", template, "cut", "LIST", CUSTOMER)

    class Killed(Exception):
        """As by a signal between two batches."""

    def kill_half_way(what: str, done: int, of: int) -> None:
        if done * 2 > of:
            raise Killed

    with pytest.raises(Killed):
        await coupon_lists.run(
            loyalty.url, loyalty.tokens("crm", *coupon_lists.ROLES), file, meaning, kill_half_way
        )
    for replayed in (8 + 2, 14):
        outcome = await issued(loyalty, file, template, "cut")
        assert (outcome.members, outcome.issued, outcome.replayed, outcome.rejects) == (14, 14, replayed, [])
    assert {len(await listed(loyalty, member)) for member in members} == {1}
    other = await issued(loyalty, file, template, "another list")
    assert (other.issued, other.replayed) == (14, 2)
    await be_counted(loyalty)


async def test_the_command_says_what_it_did_and_keeps_who_got_none(loyalty: Loyalty, tmp_path: Path) -> None:
    template = await published(loyalty, amount_off(1_000, mostCoupons=1))
    members = [loyalty.new_member() for _ in range(2)]
    file = written(tmp_path, f"{members[0]},", f"{uuid4()},", f"{members[1]},", ",", f"{members[0]},x")

    async def command(*options: str) -> tuple[int, str]:
        asked = ("-m", "infra.local", "issue", "coupons", str(file), "--template", template, *options)
        where = ("--loyalty-url", loyalty.url, "--token", loyalty.tokens("crm", *coupon_lists.ROLES))
        process = await asyncio.create_subprocess_exec(
            sys.executable, *asked, *where, cwd=layout.ROOT, stdout=-1, stderr=-2
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    code, said = await command("--dry-run")
    assert (code, "3 coupons would be issued at most; nothing was sent" in said) == (1, True), said
    assert await listed(loyalty, members[0]) == []
    code, said = await command("--scope", "shop")
    assert (code, "1 issued (0 were there already)" in said) == (1, True), said
    with (tmp_path / "spring.csv.rejects.csv").open(newline="") as rejects:
        assert [(row[0], row[1].split(":")[0]) for row in csv.reader(rejects)][1:] == [
            ("3", "UNKNOWN_MEMBER"),
            ("4", "COUPON_BUDGET_SPENT"),
            ("5", "name the member by member_id or by external_id"),
            ("6", "name the member by member_id or by external_id"),
        ]
    file.write_text("member,template\n")
    code, said = await command()
    assert (code, "the first line names columns out of member_id, external_id" in said) == (1, True), said
