"""How many codes go out: who proved an identity before asks apart from strangers, and strangers are slowed down."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from services.members.jobs import links as job
from services.members.rpc import senders
from services.members.rules import verifications as rules
from tests.members import linking
from tests.members.linking import (
    PHONE,
    ask,
    code_of,
    confirm,
    detach,
    identity,
    join,
    newest_code,
    pass_time,
)

REFUSED = "TOO_MANY_CODES"


@pytest.fixture(autouse=True)
def codes_follow_each_other(monkeypatch):
    monkeypatch.setattr(rules, "RESEND_AFTER", timedelta(0))


async def prove(members, one, **who) -> None:
    """Ask for a code as someone, and give it back."""
    asked = await ask(members, one, **who)
    await confirm(members, asked.verification_id, one, newest_code(members), who.get("member_id", ""))


async def known(members, member_id: str) -> int:
    """How many are known to have proved what a member is known by."""
    rows = await members.peek("SELECT FROM known_requesters WHERE member_id = $1", member_id, keys=True)
    return len(rows)


async def strangers_ask(members, one) -> int:
    """Until one is refused, each of them from another place; how many codes went out."""
    for sent in range(rules.A_DAY_PER_IDENTITY + 1):
        if refused := await code_of(ask(members, one, address=f"192.0.2.{sent}")):
            assert refused == REFUSED
            return sent
    raise AssertionError("strangers are never refused")


@pytest.mark.parametrize("limit", ["stranger", "member", "address"])
async def test_so_many_codes_a_day_and_no_more(members, monkeypatch, limit):
    monkeypatch.setattr(rules, f"A_DAY_PER_{limit.upper()}", 3)
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())

    async def once(number: int) -> str:
        who = await join(members, linking.unionid()) if limit == "address" else member_id
        where = one if limit == "stranger" else identity(PHONE, members.phone())
        return await code_of(
            ask(members, where, who, "198.51.100.7" if limit == "address" else f"10.0.0.{number}")
        )

    assert [await once(number) for number in range(4)] == ["", "", "", REFUSED]


async def test_strangers_are_cooled_down_and_never_shut_out_for_the_day(members):
    one = identity(PHONE, members.phone())
    assert await strangers_ask(members, one) == rules.A_DAY_PER_IDENTITY
    await pass_time(members, rules.COOL_DOWN - timedelta(minutes=1))
    assert await code_of(ask(members, one, address="198.51.100.1")) == REFUSED
    await pass_time(members, timedelta(minutes=1))
    asked = await ask(members, one, address="198.51.100.1")
    wait = asked.resend_at.ToDatetime() - asked.expires_at.ToDatetime() + rules.GOOD_FOR
    assert wait == rules.COOL_DOWN
    assert await code_of(ask(members, one, address="198.51.100.2")) == REFUSED


@pytest.mark.parametrize(
    ("limit", "one_line", "other"),
    [
        ("stranger", ("2001:db8:7:7::1", "2001:db8:7:7:1:2:3:4", "2001:DB8:0007:7::ffff"), "2001:db8:7:8::1"),
        ("address", ("2001:db8:8:7::1", "2001:db8:8:7:1:2:3:4", "2001:DB8:0008:7::ffff"), "2001:db8:8:8::1"),
        ("stranger", ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"), "::ffff:192.0.2.2"),
        ("stranger", ("fe80::1%eth0", "fe80::2%eth0", "fe80::3"), "fe80:0:0:1::1%eth0"),
        ("stranger", ("no address",) * 3, "no address either"),
    ],
)
async def test_whoever_has_many_addresses_of_one_line_is_one(members, monkeypatch, limit, one_line, other):
    monkeypatch.setattr(rules, f"A_DAY_PER_{limit.upper()}", 2)
    same = identity(PHONE, members.phone())

    async def once(address: str) -> str:
        one = same if limit == "stranger" else identity(PHONE, members.phone())
        return await code_of(ask(members, one, address=address))

    assert [await once(address) for address in (*one_line, other)] == ["", "", REFUSED, ""]


@pytest.mark.parametrize("by", ["member_id", "device", "address"])
async def test_strangers_do_not_use_up_the_turns_of_who_proved_it(members, by):
    one = identity(PHONE, members.phone())
    member_id = await join(members, one)
    who = {by: {"member_id": member_id, "device": "d-7f3a", "address": "203.0.113.9"}[by]}
    await prove(members, one, **who)
    # The first code was a stranger's too, since nobody had proved anything yet.
    assert await strangers_ask(members, one) == rules.A_DAY_PER_IDENTITY - 1
    for _ in range(rules.A_DAY_PER_KNOWN - 1):
        assert await code_of(ask(members, one, **who)) == ""
    await prove(members, one, **who)
    # Their own turns end too.
    assert await code_of(ask(members, one, **who)) == REFUSED


@pytest.fixture
def sender(monkeypatch):
    """How many codes still do not leave; with how many the sender was asked to send."""
    failing, asked = [0], [0]
    send = senders.DevelopmentSender.send

    async def fail_at_first(self, message) -> None:
        asked[0] += 1
        if failing[0] > 0:
            failing[0] -= 1
            raise rules.CodesNotSent("away")
        await send(self, message)

    monkeypatch.setattr(senders.DevelopmentSender, "send", fail_at_first)
    return failing, asked


async def test_codes_that_did_not_leave_shut_nobody_out_for_the_day(members, sender):
    one, (failing, _) = identity(PHONE, members.phone()), sender
    failing[0] = rules.A_DAY_PER_STRANGER + 1
    stranger = {"device": "d-7f3a", "address": "198.51.100.3"}
    for _ in range(failing[0]):
        assert await code_of(ask(members, one, **stranger)) == "CODES_NOT_SENT"
    left = rules.A_DAY_PER_IDENTITY - rules.A_DAY_PER_STRANGER - 1
    assert [await code_of(ask(members, one, **stranger)) for _ in range(left)] == [""] * left


async def test_a_sender_that_fails_is_asked_no_oftener_of_strangers_who_tell_nothing(members, sender):
    one, (failing, asked) = identity(PHONE, members.phone()), sender
    failing[0] = 100
    answers = [await code_of(ask(members, one)) for _ in range(rules.A_DAY_PER_IDENTITY + 2)]
    assert answers == ["CODES_NOT_SENT"] * rules.A_DAY_PER_IDENTITY + [REFUSED] * 2
    await pass_time(members, rules.COOL_DOWN)
    assert [await code_of(ask(members, one)) for _ in range(2)] == ["CODES_NOT_SENT", REFUSED]
    assert asked[0] == rules.A_DAY_PER_IDENTITY + 1


async def test_a_device_is_believed_of_the_login_system_alone(members):
    one = identity(PHONE, members.phone())
    await join(members, one)
    await prove(members, one, device="d-7f3a")
    other = await join(members, linking.unionid())
    await strangers_ask(members, one)
    assert await code_of(ask(members, one, other, device="d-7f3a")) == REFUSED
    assert await code_of(ask(members, one, device="d-7f3b")) == REFUSED
    assert await code_of(ask(members, one, device="d-7f3a")) == ""


async def test_a_code_that_was_asked_for_and_not_proven_makes_nobody_known(members):
    one = identity(PHONE, members.phone())
    member_id = await join(members, one)
    asked = await ask(members, one, address="198.51.100.1")
    wrong = f"{(int(newest_code(members)) + 1) % 1_000_000:06}"
    assert await code_of(confirm(members, asked.verification_id, one, wrong)) == "CODE_WRONG"
    assert await known(members, member_id) == 0


async def test_who_proved_a_number_is_a_stranger_once_it_is_detached(members):
    one = identity(PHONE, members.phone())
    member_id = await join(members, one)
    await prove(members, one, device="d-7f3a")
    assert await known(members, member_id) == 1
    await detach(members, one)
    assert await known(members, member_id) == 0
    await strangers_ask(members, one)
    assert await code_of(ask(members, one, device="d-7f3a")) == REFUSED


async def test_who_proved_a_number_is_a_stranger_after_90_days(members):
    one = identity(PHONE, members.phone())
    member_id = await join(members, one)
    await prove(members, one, device="d-7f3a")
    await pass_time(members, rules.KNOWN_FOR - timedelta(minutes=1))
    await strangers_ask(members, one)
    assert await code_of(ask(members, one, device="d-7f3a")) == ""
    await job.sweep(members.databases, members.ring)
    assert await known(members, member_id) == 1
    await pass_time(members, timedelta(minutes=1))
    assert await code_of(ask(members, one, device="d-7f3a")) == REFUSED
    await job.sweep(members.databases, members.ring)
    assert await known(members, member_id) == 0


async def test_of_those_who_proved_it_the_last_ten_are_known(members, monkeypatch):
    monkeypatch.setattr(rules, "A_DAY_PER_IDENTITY", 100)
    one = identity(PHONE, members.phone())
    member_id = await join(members, one)
    for number in range(rules.MOST_KNOWN + 2):
        await prove(members, one, device=f"d-{number}")
    assert await known(members, member_id) == rules.MOST_KNOWN
    monkeypatch.setattr(rules, "A_DAY_PER_IDENTITY", 1)
    assert [await code_of(ask(members, one, device=f"d-{n}")) for n in (0, 1, 2)] == [REFUSED, REFUSED, ""]


async def test_of_two_who_proved_it_and_ask_at_once_one_gets_a_code(members, monkeypatch):
    one = identity(PHONE, members.phone())
    await join(members, one)
    for device in ("device-1", "device-2"):
        await prove(members, one, device=device)
    await pass_time(members, timedelta(minutes=2))
    monkeypatch.setattr(rules, "RESEND_AFTER", timedelta(minutes=1))
    holding = await asyncpg.connect(members.keys.owner)
    try:
        async with holding.transaction():
            # Whoever may send is stopped before its code is there for others to see.
            await holding.execute("LOCK TABLE verifications IN SHARE MODE")
            asking = [asyncio.ensure_future(code_of(ask(members, one, device=f"device-{n}"))) for n in (1, 2)]
            while await holding.fetchval(WAITING) < 2:  # noqa: ASYNC110  # a lock sets no event
                await asyncio.sleep(0.01)
        assert sorted(await asyncio.gather(*asking)) == ["", REFUSED]
    finally:
        await holding.close()


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
