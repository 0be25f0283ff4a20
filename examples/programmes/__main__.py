"""``python examples/programmes set-up | year PROGRAMME``: programmes of real shops, set up by GraphQL alone."""

import argparse
import os
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import marketplace
import small_shop
import year
from huiyuan import Admin, Refused, Services
from page import mutations

HERE = Path(__file__).parent
PROMISES = {"marketplace": marketplace, "small-shop": small_shop}
_FOUND = """query($id: UUID!, $programme: String!) {
  member(id: $id) { standing(programmeId: $programme) { key } balances(programmeId: $programme) { currency available } }
  grants(first: 100, memberId: $id, programmeId: $programme) { nodes { template reason } }
}"""


def main() -> int:
    """Run one command; 1 when something was refused or is not as promised."""
    given = _arguments()
    try:
        if given.command == "set-up":
            set_up(given.programme)
            return 0
        return live_through(given.programme, given.members, given.seed)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    except httpx.TransportError as error:
        print(f"{error}: is it running? ADMIN_URL, LOYALTY_URL and MEMBERS_URL say where", file=sys.stderr)
        return 1


def set_up(programme: str) -> None:
    """Send each mutation of the programme's page, in its order."""
    admin = _admin()
    for mutation in mutations(HERE / programme / "README.md"):
        admin.ask(mutation.document)
        print("done:", mutation.field)


def live_through(programme: str, members: int, seed: int) -> int:
    """Record a year of orders, and hold what came of it against the page's promises."""
    today = datetime.now(year.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    lived = year.made(seed, members, today)
    services = _services()
    year.register(lived, services, members, today - timedelta(days=365))
    earned = year.record(lived, services, programme, f"{programme}-{seed}")
    print(f"{len(lived.orders)} orders of {members} members earned", _listed(earned))
    admin, wrong, tiers = _admin(), 0, Counter[str]()
    for number, member_id in enumerate(lived.ids):
        found = held, _, _ = _found(admin, member_id, programme)
        tiers[held or "none"] += 1
        promised = PROMISES[programme]
        bought, day = lived.of(number), today.date()
        wanted = promised.tier(bought, day), promised.points(bought, day), promised.coupons(bought)
        if found != wanted:
            wrong += 1
            print(f"member {number} has {found} and should have {wanted}", file=sys.stderr)
    print("tiers:", _listed(tiers))
    print("as promised" if not wrong else f"{wrong} members are not as promised")
    return int(wrong > 0)


def _found(admin: Admin, member_id: str, programme: str) -> tuple[str | None, int, list[str]]:
    """A member's tier, points, and the coupons that orders brought, by their templates."""
    told = admin.ask(_FOUND, id=member_id, programme=programme)
    points = {one["currency"]: int(one["available"]) for one in told["member"]["balances"]}
    coupons = [one["template"] for one in told["grants"]["nodes"] if one["reason"] == "EARN_RULE"]
    return told["member"]["standing"]["key"], points["POINTS"], coupons


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counted.items())) or "nothing"


def _admin() -> Admin:
    url = os.environ.get("ADMIN_URL", "http://127.0.0.1:8100/admin/graphql")
    return Admin(url, _token("ADMIN_TOKEN"))


def _services() -> Services:
    urls = {
        "loyalty": os.environ.get("LOYALTY_URL", "http://127.0.0.1:8101"),
        "members": os.environ.get("MEMBERS_URL", "http://127.0.0.1:8102"),
    }
    return Services(urls, _token("SHOP_TOKEN"))


def _token(name: str) -> str:
    return os.environ.get(name) or sys.exit(f"set {name} first: the page says how")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="programmes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    setting_up = commands.add_parser("set-up", help="send the mutations of a programme's page")
    living = commands.add_parser("year", help="record a year of orders, and hold it against the page")
    for command in (setting_up, living):
        command.add_argument("programme", choices=sorted(PROMISES))
    living.add_argument("--members", type=int, default=40)
    today = int(f"{datetime.now(year.SHANGHAI):%y%m%d}")
    living.add_argument(
        "--seed", type=int, default=today, help="another seed, other members; without it, today"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
