"""A member is erased over all real processes: nothing leads to the person any more, anywhere, and each store proves it."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

from redis import Redis

from infra.local import system
from tests.end_to_end import books
from tests.end_to_end.callers import PROGRAMME, Json, OrderSystem, Shopper, Staff, code_of, order
from tests.end_to_end.house import House
from tests.end_to_end.test_consent import PROFILE, UNMASK, give

PATIENCE_S = 60
REQUEST = """mutation($input: RequestErasureInput!) {
  requestErasure(input: $input) { erasure { id } userErrors { code } }
}"""
ERASURE = """query($id: UUID!) { erasure(id: $id) {
  memberId completedAt backupsCleanAt overdue stores { store provedAt proof { table action rows } }
} }"""
FREEZE = "mutation($input: ChangeStatusInput!) { %s(input: $input) { status userErrors { code } } }"
SEEDED = ("独孤惊鸿", "dugu.seeded@example.com", "1988-08-18", "13755667788")
ANYTHING = ("独孤惊鸿", "dugu.seeded", "1988-08-18", "13755667788", "5566778")


def register(shop: OrderSystem) -> Shopper:
    """A member whose data is found again wherever it lies."""
    name, email, born, phone = SEEDED
    member = {
        "identities": [
            {"identity": {"kind": kind, "value": value}, "verified": True}
            for kind, value in (("IDENTITY_KIND_PHONE", phone), ("IDENTITY_KIND_EMAIL", email))
        ],
        "profile": {"displayName": name, "fullName": name, "birthDate": born},
        "idempotencyKey": f"shop-{phone}",
    }
    member_id: str = shop.done("ProfilesService/RegisterMember", member)["memberId"]
    return Shopper(shop.house, member_id, phone)


async def proved(staff: Staff, erasure_id: str) -> Json:
    """The erasure once every store has proved it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            erasure: Json = staff.data(ERASURE, id=erasure_id)["erasure"]
            if erasure["completedAt"]:
                return erasure
            await asyncio.sleep(0.1)


def ask(staff: Staff, member_id: str) -> str:
    asked = {"memberId": member_id, "trigger": "MEMBER_REQUEST", "reason": "letter 12"}
    payload = staff.data(REQUEST, input=asked)["requestErasure"]
    assert payload["userErrors"] == []
    erasure_id: str = payload["erasure"]["id"]
    return erasure_id


async def test_an_erased_member_is_nowhere_and_every_store_proves_it(
    running: House, shop: OrderSystem, staff: Staff
) -> None:
    shopper = register(shop)
    member_id = shopper.member_id
    shop.record(order(member_id, 30_000))
    give(shopper, "marketing_sms")
    unmask = {
        "memberId": member_id,
        "fields": ["PHONE"],
        "purpose": "marketing_sms",
        "reason": "autumn letter",
    }
    shown = staff.data(UNMASK, input=unmask)["unmaskProfile"]
    assert shown["fields"] == [{"field": "PHONE", "value": f"+86{shopper.phone}"}]
    rename = {"displayName": SEEDED[0], "language": "en-GB", "idempotencyKey": "rename-1"}
    assert shopper.data(PROFILE, input=rename)["updateProfile"]["userErrors"] == []

    erasure = await proved(staff, ask(staff, member_id))
    proofs = {
        one["store"]: {p["table"]: p["rows"] for p in one["proof"] if p["rows"]} for one in erasure["stores"]
    }
    traits = proofs["member_keys"].pop("traits", 0)  # as far as the worker had indexed the member by then
    assert traits <= 2
    assert proofs["member_keys"] == {"identities": 2, "keys": 1, "registrations": 1}
    assert proofs["members"]["profile_updates"] == 1
    assert proofs["consent"] == {"consent_events": 1, "acts": 1, "consent_states": 1, "members": 1}
    assert proofs["loyalty"]["entries"] == 2
    assert not erasure["overdue"]
    assert erasure["backupsCleanAt"] > erasure["completedAt"]

    by_phone = staff.data("query($p: String!) { memberByPhone(phone: $p) { id } }", p=shopper.phone)
    assert by_phone["memberByPhone"] is None
    again = staff.data(UNMASK, input=unmask)["unmaskProfile"]
    assert ([e["code"] for e in again["userErrors"]], again["fields"]) == (["MEMBER_ERASED"], [])
    own = shopper.ask("{ me { displayName phoneMasked } }")
    assert own["data"] is None or own["data"]["me"] == {"displayName": None, "phoneMasked": None}
    masked = staff.member(member_id, "profile { displayName phone email status }")["profile"]
    assert masked == {"displayName": "", "phone": None, "email": None, "status": "ERASED"}
    balances = staff.member(member_id, f'balances(programmeId: "{PROGRAMME}") {{ available }}')["balances"]
    assert [one["available"] for one in balances] == [0, 0]
    late = shop.call("OrdersService/RecordOrder", order(member_id, 1_000))
    assert code_of(late) == "MEMBER_CLOSED"
    await no_key_is_left(running, member_id)

    anew = register(shop)
    assert anew.member_id != member_id
    assert anew.me("displayName") == {"displayName": SEEDED[0]}
    assert anew.points() == 0
    be_in_no_file(running)

    assert "0 of them were back" in replay(running)
    kept = (running.home / "members-tombstones.jsonl").read_text()
    assert member_id in kept
    assert anew.member_id not in kept


def replay(house: House) -> str:
    """What the command says that one runs after a restore."""
    command = [sys.executable, "-m", "infra.local", "members", "replay-tombstones", "--tell-all"]
    done = subprocess.run(command, env=house.environment(), capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def no_key_is_left(house: House, member_id: str) -> None:
    """No key, index or blob."""
    for table in ("keys", "identities", "registrations"):
        assert not await books.select(
            house, "member_keys", f"SELECT FROM {table} WHERE member_id = $1", member_id
        )
    (row,) = await books.select(
        house, "members", "SELECT blob, status FROM members WHERE member_id = $1", member_id
    )
    assert (row["blob"], row["status"]) == (None, 5)


def be_in_no_file(house: House) -> None:
    """Nothing of the person is in any file of the house, of the living and the erased: tables with their dead rows,
    write-ahead logs, Redis, the logs of all processes and of PostgreSQL."""
    with Redis.from_url(system.backing(house.installation, house.ports, house.also).redis_url) as redis:
        redis.config_set("rdbcompression", "no")
        redis.save()
    needles = [needle.encode() for needle in ANYTHING]
    searched = Counter[str]()
    for path in house.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = read(path)
            searched[path.relative_to(house.home).parts[0]] += len(content)
            assert not [needle for needle in needles if needle in content], path
    assert min(searched[place] for place in ("postgres", "redis", "logs")) > 1_000, searched


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a file that PostgreSQL just recycled
        return b""


async def test_a_frozen_member_spends_nothing_until_unfrozen(shop: OrderSystem, staff: Staff) -> None:
    shopper = shop.register()
    shop.record(order(shopper.member_id, 30_000))
    change = {"memberId": shopper.member_id, "reason": "chargeback 81"}
    frozen = staff.data(FREEZE % "freezeMember", input=change)["freezeMember"]
    assert frozen == {"status": "FROZEN", "userErrors": []}
    redeem = {"memberId": shopper.member_id, "programmeId": PROGRAMME, "points": 1}

    async def until(code: str, name: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            for nth in range(10_000):
                asked = redeem | {"redemptionId": f"{name}-{nth}"}
                if code_of(shop.call("RedemptionsService/RedeemPoints", asked)) == code:
                    return
                await asyncio.sleep(0.05)

    await until("MEMBER_FROZEN", "frozen")
    assert shopper.me("status") == {"status": "FROZEN"}
    staff.data(FREEZE % "unfreezeMember", input=change)
    await until("", "unfrozen")
