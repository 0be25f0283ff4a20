"""``huiyuan import members``: a file comes in once, whatever it holds and however often the import is cut short."""

import asyncio
import csv
import stat
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from huiyuan.kit.v1.kit_pb2 import ExternalIdentity
from huiyuan.members.v1.identities_pb2 import MemberReference, ResolveMembersRequest

from infra.local.member_files import imports, tables
from infra.local.member_files.columns import planned
from infra.local.member_files.imports import Importer, Outcome
from infra.local.member_files.rejects import Rejects
from infra.local.member_files.rows import Meaning
from tests.members.service import IMPORTER, Members, by, registration


class Brought:
    """An import of one file, ready to run as often as a test likes."""

    def __init__(self, members: Members, file: Path) -> None:
        self.members, self.file = members, file
        self.rejects = file.with_name("rejects.csv")

    async def __call__(self, *, dry_run: bool = False, stop_after: int | None = None) -> Outcome:
        scopes = {"external_id": self.file.stem}
        meaning = Meaning(self.file.stem, ZoneInfo("Asia/Shanghai"), scopes, frozenset({"phone"}))
        doors = imports.Members(self.members.profiles, self.members.identities, by(IMPORTER))

        def progress(_: str, done: int, __: int) -> None:
            if stop_after is not None and done >= stop_after:
                raise KeyboardInterrupt

        importer = Importer(doors, meaning, progress, dry_run=dry_run)
        with (
            tables.opened(self.file) as table,
            Rejects(self.rejects, table.heading) as rejects,
        ):
            return await importer.run(table, planned(table.heading, {}, scopes), rejects)

    def rejected(self) -> list[tuple[str, str, str]]:
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return [tuple(row.values())[:3] for row in csv.DictReader(file)]


@pytest.fixture
def brought(members, tmp_path, request):
    def bring(*lines: str, encoding: str = "utf-8") -> Brought:
        file = tmp_path / f"{request.node.name[:40]}.csv"
        file.write_text("\n".join(lines) + "\n", encoding=encoding)
        return Brought(members, file)

    return bring


async def registered(members: Members) -> int:
    return (await members.peek("SELECT count(*) FROM members WHERE status > 0"))[0][0]


async def settled(members: Members) -> int:
    """How many are registered, once nobody comes any more who was under way."""
    last = -1
    while last != (last := await registered(members)):  # noqa: ASYNC110
        await asyncio.sleep(0.3)
    return last


async def test_one_phone_in_three_spellings_is_one_member(members, brought):
    phone = members.phone().removeprefix("+86")
    before = await registered(members)
    run = brought(
        "姓名,手机",
        f"张三,{phone}",
        f"张三三,+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}",
        f"张,{phone.translate(str.maketrans('0123456789', '０１２３４５６７８９'))}",
        encoding="gb18030",
    )
    outcome = await run()
    assert (outcome.rows, outcome.imported, outcome.duplicates) == (3, 1, 2)
    assert await registered(members) == before + 1
    assert run.rejected() == [("3", "phone", "DUPLICATE_IN_FILE"), ("4", "phone", "DUPLICATE_IN_FILE")]
    assert "row 2 has the same phone" in run.rejects.read_text("utf-8-sig")


async def test_a_phone_of_another_member_is_told_by_a_dry_run_and_by_the_import(members, brought):
    taken, free = members.phone(), members.phone()
    await members.register(registration(taken))
    before = await registered(members)
    run = brought("昵称,手机", f"小,{taken}", f"大,{free}", "无,12")
    expected = [("2", "phone", "IDENTITY_ALREADY_TAKEN"), ("4", "phone", "IDENTITY_NOT_VALID")]
    looked = await run(dry_run=True)
    assert (looked.imported, run.rejected()) == (1, expected)
    assert await registered(members) == before
    outcome = await run()
    assert (outcome.imported, run.rejected()) == (1, expected)
    assert await registered(members) == before + 1


async def test_rejects_are_for_their_owner_alone_and_can_be_imported_after_correction(members, brought):
    phone = members.phone()
    run = brought("昵称,手机,备注", "小,12,要联系")
    await run()
    assert stat.S_IMODE(run.rejects.stat().st_mode) == 0o600
    corrected = run.rejects.read_text("utf-8-sig").replace(",12,", f",{phone},")
    again = run.file.with_name("corrected.csv")
    again.write_text(corrected)
    second = Brought(members, again)
    second.rejects = run.rejects
    assert (await second()).imported == 1
    assert not run.rejects.exists()


async def test_no_cell_of_the_rejects_begins_a_formula_and_all_come_in_as_they_were(members, brought):
    phones = [members.phone() for _ in range(3)]
    run = brought("会员号,姓名,手机,生日,=备注", f"=c1,=1+1,{phones[0]},x,-2")
    with run.file.open("a") as file:
        file.write(f"'@c2,'+86,+86{phones[1][3:]},y,\"\t=3\"\n'c3,''-,{phones[2]},z,'\n")
    assert (await run()).rejects == {"BIRTH_DATE_NOT_VALID": 3}
    with run.rejects.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    again = Brought(members, run.file)
    again.file = run.rejects.with_name(f"{run.file.stem}.rejects.csv")
    text = run.rejects.read_text("utf-8-sig")
    for day in "xyz":
        text = text.replace(f",{day},", ",1992-02-29,")
    again.file.write_text(text)
    with tables.opened(again.file) as table:
        assert table.heading[4:] == ["会员号", "姓名", "手机", "生日", "=备注"]
        came = [[row.cells[at] for at in (4, 5, 8)] for row in table.rows]
    assert came == [["=c1", "=1+1", "-2"], ["'@c2", "'+86", "\t=3"], ["'c3", "''-", "'"]]
    assert (await again()).imported == 3


async def test_an_import_that_was_cut_short_is_taken_up_and_counts_nobody_twice(
    members, brought, monkeypatch
):
    monkeypatch.setattr(imports, "_AT_ONCE", 10)
    lines = [f"c{number},小{number},{members.phone()}" for number in range(100)]
    before = await registered(members)
    run = brought("会员号,昵称,手机", *lines)
    with pytest.raises(KeyboardInterrupt):
        await run(stop_after=50)
    came = await settled(members) - before
    assert 0 < came < 100
    outcome = await run()
    assert (outcome.imported, outcome.replayed, outcome.rejects) == (100, came, {})
    assert await registered(members) == before + 100
    again = await run()
    assert (again.imported, again.replayed) == (100, 100)


async def test_a_row_that_was_changed_since_is_not_imported_twice(members, brought):
    phone = members.phone()
    run = brought("会员号,昵称,手机", f"c1,小,{phone}")
    await run()
    run.file.write_text(f"会员号,昵称,手机\nc1,大,{phone}\n")
    outcome = await run()
    assert (outcome.imported, outcome.rejects) == (0, {"IDEMPOTENCY_KEY_REUSED": 1})


async def test_what_was_imported_is_found_by_each_identity(members, brought):
    phone = members.phone()
    run = brought("会员号,姓名,手机,邮箱,生日", f"c9,欧阳娜娜,{phone},Nana.C9@Example.com,1992-02-29")
    await run()
    asked = [(1, "", phone), (2, "", "nana.c9@example.com"), (8, run.file.stem, "c9")]
    references = [
        MemberReference(identity=ExternalIdentity(kind=kind, scope=where, value=value))
        for kind, where, value in asked
    ]
    answer = await members.identities.resolve_members(
        ResolveMembersRequest(references=references), headers=by(IMPORTER)
    )
    assert len({member.member_id for member in answer.members}) == 1
    assert answer.members[0].member_id
