"""`huiyuan ledger report`: a month's movements, in a file whose numbers are those of the entries."""

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.end_to_end import books
from tests.end_to_end.callers import OrderSystem, order
from tests.end_to_end.house import House


async def test_a_months_report_sums_to_what_the_entries_say(
    running: House, shop: OrderSystem, tmp_path: Path
) -> None:
    shop.record(order(shop.register().member_id, 45_600))
    month = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}"
    file = tmp_path / "report.csv"
    code, said = running.say("ledger", "report", "--month", month, "--csv", str(file))
    assert code == 0, said
    assert "POINTS" in said
    with file.open(encoding="utf-8") as opened:
        rows = [row for row in csv.DictReader(opened) if row["currency"] == "POINTS"]
    opening, *days, total = rows
    assert [opening["row"], {day["row"] for day in days}, total["row"]] == ["opening", {"day"}, "total"]
    assert sum(int(day["issued"]) for day in days) == int(total["issued"]) > 0
    assert days[-1]["outstanding"] == total["outstanding"]
    (posted,) = await books.select(
        running,
        "loyalty",
        """SELECT coalesce(sum(CASE WHEN from_account = 'ISSUED' THEN points
                                 WHEN to_account = 'ISSUED' THEN -points END), 0)::bigint AS issued
           FROM entries e JOIN currencies c ON c.number = e.currency JOIN programmes p ON p.number = c.programme
           WHERE p.is_default AND code = 'POINTS'
             AND to_char(recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') = $1""",
        month,
    )
    assert int(total["issued"]) == posted["issued"]


def test_a_month_that_is_none_is_refused(running: House) -> None:
    for month, why in (("2026-13", "2026-11"), ("november", "2026-11"), ("9000-01", "in the past")):
        code, said = running.say("ledger", "report", "--month", month)
        assert code == 1
        assert why in said
