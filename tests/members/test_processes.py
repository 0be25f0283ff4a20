"""The real processes: they start, tell their events, survive what is away, and let no personal data out."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
from huiyuan.consent.v1 import decisions_pb2
from redis.asyncio import Redis

from infra.local.databases import DatabaseUrls
from services.kit import rpc
from services.members import app
from services.members.rules.blobs import Suite
from services.members.rules.keyrings import INDEX_KINDS
from services.members.settings import RingSettings, Settings
from services.members.storage import keyrings
from tests.conftest import Servers, free_port
from tests.members.service import INSTALLATION, KEYS, OPERATIONS, SUPPORT, as_member, signer

STRANGER = UUID("99999999-2222-4333-8444-555555555555")
SEEDS = {
    "display_name": "慕容晓晓",
    "full_name": "慕容晓晓晓",
    "birth_date": "1987-06-05",
    "phone": "+8613988776655",
    "email": "seeded.person@example.com",
    "customer": "seeded-customer-77",
    "changed_name": "独孤晓晓",
    "idempotency_key": "13988776655-from-a-careless-shop",
}
NEEDLES = [
    "慕容晓晓",
    "独孤晓晓",
    "1987-06-05",
    "19870605",
    "13988776655",
    "9887766",
    "古墩路",
    "三只小白狗",
    "wine_lovers",
    "seeded.person",
    "seeded-customer-77",
]


@dataclass
class Running:
    """Both processes of a members service of its own."""

    http: httpx.AsyncClient
    members: DatabaseUrls
    keys: DatabaseUrls
    output: list[bytes]

    async def call(self, method: str, body: dict[str, object], caller: rpc.Caller) -> httpx.Response:
        return await self.http.post(
            f"/huiyuan.members.v1.{method}",
            json=body,
            headers={rpc.CALLER_HEADER: signer.sign("members", caller)},
        )


def environment(
    members: DatabaseUrls, keys: DatabaseUrls, redis_url: str, ring: Path, port: int, consent: str = ""
) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HUIYUAN_MODE": "development",
        "HUIYUAN_LOG_LEVEL": "DEBUG",
        "REDIS_URL": redis_url,
        "AUTH_JWKS": "/nonexistent/jwks.json",
        "AUTH_ISSUER": "https://issuer.example",
        "MEMBERS_PORT": str(port),
        "DATABASE_URL_MEMBERS": members.app,
        "DATABASE_OWNER_URL_MEMBERS": members.owner,
        "DATABASE_URL_MEMBER_KEYS": keys.app,
        "DATABASE_OWNER_URL_MEMBER_KEYS": keys.owner,
        "MEMBERS_KEY_RING": str(ring),
        "INSTALLATION_ID": str(INSTALLATION),
        "CONSENT_URL": consent or "http://127.0.0.1:1",
        "CALLER_KEY_GATEWAY_MEMBERS": b64encode(KEYS["gateway"]).decode(),
        "CALLER_KEY_LOYALTY_MEMBERS": b64encode(KEYS["loyalty"]).decode(),
        "CALLER_KEY_MEMBERS_CONSENT": b64encode(KEYS["consent"]).decode(),
        "CALLER_KEY_MEMBERS_LOYALTY": b64encode(KEYS["loyalty"]).decode(),
    }


async def run(command: str, environment: dict[str, str], *said: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.members",
        command,
        *said,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def finished(command: str, environment: dict[str, str], *said: str) -> tuple[int, str]:
    process = await run(command, environment, *said)
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@asynccontextmanager
async def running(
    environment: dict[str, str], members: DatabaseUrls, keys: DatabaseUrls
) -> AsyncIterator[Running]:
    processes = [await run(command, environment) for command in ("serve", "work")]
    address = f"http://127.0.0.1:{environment['MEMBERS_PORT']}"
    output: list[bytes] = []
    async with httpx.AsyncClient(base_url=address, timeout=10) as http:
        try:
            await until(lambda: healthy(http))
            yield Running(http, members, keys, output)
        finally:
            for process in processes:
                process.terminate()
            output += [(await process.communicate())[0] for process in processes]
    assert {process.returncode for process in processes} <= {0, -signal.SIGTERM}, output


async def healthy(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110  # another process's state has no event
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def urls(new_database: Callable[[str], DatabaseUrls]) -> tuple[DatabaseUrls, DatabaseUrls]:
    return new_database("members"), new_database("member_keys")


async def everything(url: str) -> bytes:
    """Every row of every table, as text and with its bytes."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
        )
        rows = [row for table in tables for row in await connection.fetch(f"SELECT * FROM {table['name']}")]
    finally:
        await connection.close()
    assert rows
    values = [value for row in rows for value in row.values()]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def registration() -> dict[str, object]:
    return {
        "identities": [
            {"identity": {"kind": "IDENTITY_KIND_PHONE", "value": SEEDS["phone"]}, "verified": True},
            {"identity": {"kind": "IDENTITY_KIND_EMAIL", "value": SEEDS["email"]}},
            {
                "identity": {
                    "kind": "IDENTITY_KIND_STOREFRONT_CUSTOMER",
                    "scope": "demo-shop",
                    "value": SEEDS["customer"],
                }
            },
        ],
        "profile": {name: SEEDS[name] for name in ("display_name", "full_name", "birth_date")},
        "idempotency_key": SEEDS["idempotency_key"],
    }


async def live_a_little(service: Running, owner_url: str) -> str:
    """Register, read, change, find, be refused in every way, and fault: all that could let something out."""
    registered = await service.call("ProfilesService/RegisterMember", registration(), OPERATIONS)
    assert registered.status_code == 200, registered.text
    member_id = registered.json()["memberId"]
    me = as_member(member_id)
    changed = {"memberId": member_id, "displayName": SEEDS["changed_name"], "idempotencyKey": SEEDS["phone"]}
    assert (await service.call("ProfilesService/UpdateProfile", changed, me)).json()["profile"][
        "displayName"
    ] == SEEDS["changed_name"]
    found = {"identity": {"kind": "IDENTITY_KIND_PHONE", "value": "139-8877-6655"}}
    assert (await service.call("IdentitiesService/FindMember", found, SUPPORT)).json() == {
        "memberId": member_id
    }
    await keep_house(service, member_id)
    unmask = {
        "memberId": member_id,
        "fields": ["PERSONAL_FIELD_PHONE"],
        "purpose": "marketing_sms",
        "reason": "autumn campaign",
    }
    refusals = [
        await service.call("ProfilesService/UnmaskProfile", unmask, SUPPORT),
        await service.call(
            "ProfilesService/RegisterMember", {**registration(), "idempotency_key": "other"}, OPERATIONS
        ),
        await service.call(
            "ProfilesService/RegisterMember",
            {**registration(), "profile": {"display_name": SEEDS["phone"] * 9}},
            OPERATIONS,
        ),
        await service.call("ProfilesService/UnmaskProfile", {**unmask, "reason": SEEDS["phone"]}, SUPPORT),
        await service.call("ProfilesService/RegisterMember", {"profile": SEEDS["phone"]}, OPERATIONS),
        await service.call("NotesService/AddNote", {"memberId": member_id, "text": SEEDS["email"]}, SUPPORT),
        await service.call("SearchesService/SearchMembers", {"fullName": SEEDS["full_name"] * 99}, SUPPORT),
        await service.call(
            "AddressesService/SaveAddress",
            {"memberId": member_id, "address": {"recipient": SEEDS["full_name"] * 9}, "idempotencyKey": "x"},
            me,
        ),
        await service.call(
            "IdentitiesService/FindMember",
            {"identity": {"kind": "IDENTITY_KIND_EMAIL", "value": SEEDS["email"] + "@@"}},
            SUPPORT,
        ),
    ]
    refusals.append(await fault(service, owner_url))
    for refused in refusals:
        assert refused.status_code >= 400, refused.request.url.path
        assert not [needle for needle in NEEDLES if needle in refused.text], refused.text
    return member_id


async def keep_house(service: Running, member_id: str) -> None:
    """An address, a note, a tag, a message and a search, each of which knows something of the person."""
    me = as_member(member_id)
    address = {
        "recipient": SEEDS["full_name"],
        "phone": SEEDS["phone"],
        "province": "浙江省",
        "city": "杭州市",
        "lines": ["古墩路 701 号"],
    }
    sent = {
        "memberId": member_id,
        "channel": "CHANNEL_SMS",
        "template": "order.shipped",
        "outcome": "OUTCOME_SENT",
        "messageId": SEEDS["phone"],
    }
    for method, body, caller in (
        (
            "AddressesService/SaveAddress",
            {"memberId": member_id, "address": address, "idempotencyKey": "a"},
            me,
        ),
        (
            "NotesService/AddNote",
            {"memberId": member_id, "text": "三只小白狗", "idempotencyKey": "n"},
            SUPPORT,
        ),
        ("CommunicationsService/RecordCommunications", {"communications": [sent]}, SUPPORT),
        ("SearchesService/SearchMembers", {"fullName": SEEDS["full_name"], "first": 5}, SUPPORT),
        ("SearchesService/SearchMembers", {"tags": ["wine_lovers"], "first": 5}, SUPPORT),
    ):
        answer = await service.call(method, body, caller)
        assert answer.status_code == 200, answer.text


async def fault(service: Running, owner_url: str) -> httpx.Response:
    """A registration that the database refuses for a reason we did not foresee."""
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute("ALTER TABLE members ADD CONSTRAINT unforeseen CHECK (revision <> 1) NOT VALID")
        body = {
            "profile": {"display_name": SEEDS["display_name"], "full_name": SEEDS["full_name"]},
            "idempotency_key": "fault-" + SEEDS["phone"],
        }
        return await service.call("ProfilesService/RegisterMember", body, OPERATIONS)
    finally:
        await owner.execute("ALTER TABLE members DROP CONSTRAINT unforeseen")
        await owner.close()


async def streams(redis: Redis) -> bytes:
    """All that the members' streams hold."""
    entries = [await redis.xrange(key) for key in await redis.keys("huiyuan:*members*")]
    return b"\n".join(
        part for stream in entries for _, fields in stream for pair in fields.items() for part in pair
    )


async def test_seeded_personal_data_is_found_nowhere(urls, servers: Servers, redis_url, tmp_path, consents):
    members, keys = urls
    redis = Redis.from_url(redis_url)
    ring = tmp_path / "members.keyring"
    consent, address = consents
    consent.answer = decisions_pb2.CheckResponse(allow=False)
    env = environment(members, keys, redis_url, ring, free_port(), address)
    async with running(env, members, keys) as service:
        member_id = await live_a_little(service, members.owner)

        async def relayed() -> bool:
            held = await streams(redis)
            return (
                all(kind in held for kind in (b"MemberRegistered", b"ProfileUpdated"))
                and member_id.encode() in held
            )

        await until(relayed)
        searched = {
            "members database": await everything(members.owner),
            "keys database": await everything(keys.owner),
            "redis": await streams(redis),
            "metrics": (await service.http.get("/metrics")).content,
        }
    await redis.aclose()
    searched["output"] = b"\n".join(service.output)
    searched["postgres log"] = await postgres_log(servers)
    assert b"rpc fault" in searched["output"]
    assert b"unforeseen" in searched["postgres log"]
    for place, content in searched.items():
        assert len(content) > 100, place
        for needle in NEEDLES:
            for spelling in (needle.encode(), needle.encode().hex().encode(), needle.encode("utf-16-le")):
                assert spelling not in content, f"{needle} is in the {place}"


async def postgres_log(servers: Servers) -> bytes:
    superuser = await asyncpg.connect(servers.postgres_url)
    try:
        data = Path(await superuser.fetchval("SHOW data_directory"))
    finally:
        await superuser.close()
    logs = [parent / "postgres.log" for parent in data.parents]
    return next(log for log in logs if log.exists()).read_bytes()


class Proxy:
    """Stands between a service and its database, and can go away with all its connections."""

    def __init__(self, url: str) -> None:
        self._there = urlsplit(url)
        self.port = free_port()
        self.url = url.replace(f":{self._there.port}/", f":{self.port}/")
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(self._there.hostname, self._there.port)
        self._open |= {writer, forth}
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()


@pytest.mark.parametrize("away", ["members", "member_keys"])
async def test_database_away_means_try_again_and_recovery_needs_no_restart(
    urls, redis_url, tmp_path, away, consents
):
    members, keys = urls
    proxy = Proxy(members.app if away == "members" else keys.app)
    env = environment(members, keys, redis_url, tmp_path / "members.keyring", free_port(), consents[1])
    env["DATABASE_URL_MEMBERS" if away == "members" else "DATABASE_URL_MEMBER_KEYS"] = proxy.url

    async def attempt(key: str) -> httpx.Response:
        body = {"profile": {"display_name": "小明"}, "idempotency_key": f"{away}-{key}"}
        return await service.call("ProfilesService/RegisterMember", body, OPERATIONS)

    async with running(env, members, keys) as service:
        for key in ("away at start", "away later"):
            refused = await attempt(key)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text
            ready = await service.http.get("/readyz")
            assert ready.json() == {"status": "waiting", "failing": [away]}
            await proxy.start()
            answer = await attempt(key)
            assert answer.status_code == 200, answer.text
            assert not answer.json().get("replayed")
            assert (await attempt(key)).json()["replayed"]
            assert (await service.http.get("/readyz")).json()["status"] == "ready"
            await proxy.stop()


async def test_migrating_twice_changes_nothing(urls, redis_url, tmp_path):
    env = environment(*urls, redis_url, tmp_path / "members.keyring", 0)
    assert await finished("migrate", env) == (0, "")


async def test_production_refuses_to_start_without_its_key_ring_and_says_what_to_do(
    urls, redis_url, tmp_path
):
    env = environment(*urls, redis_url, tmp_path / "members.keyring", free_port())
    code, output = await finished("serve", {**env, "HUIYUAN_MODE": "production"})
    assert code == 1
    assert "is missing: put this installation's key ring there" in output
    assert "Traceback" not in output


async def test_ring_that_cannot_be_used_keeps_the_service_from_starting_and_it_says_what_to_do(
    urls, redis_url, tmp_path, monkeypatch
):
    def doubled(text: str) -> str:
        document = json.loads(text)
        return json.dumps({**document, "keks": document["keks"] * 2})

    told = {
        "cut": (lambda text: text[: len(text) // 2], 0o600, "restore it from its backup"),
        "doubled": (doubled, 0o600, "has the epoch 1 twice"),
        "open": (lambda text: text, 0o640, "run chmod 0600 on it"),
        "strange": (
            lambda text: text.replace(str(INSTALLATION), str(STRANGER)),
            0o600,
            "belongs to installation",
        ),
        "vault": (lambda text: text.replace('"local"', '"vault"'), 0o600, "set MEMBERS_KEY_PROVIDER=vault"),
    }
    keyrings.create_ring(tmp_path / "whole", INSTALLATION, keyrings.LOCAL, Suite.AES_256_GCM)
    whole = (tmp_path / "whole").read_text()
    for name, (change, mode, _) in told.items():
        (tmp_path / name).write_text(change(whole))
        (tmp_path / name).chmod(mode)
    env = environment(*urls, redis_url, tmp_path / "whole", free_port())

    # Two by the process itself; the others as it would, since a start takes a second.
    async def start(name: str) -> tuple[int, str]:
        return await finished("serve", {**env, "MEMBERS_KEY_RING": str(tmp_path / name)})

    for name, (code, output) in zip(told, await asyncio.gather(start("cut"), start("doubled")), strict=False):
        assert code == 1, (name, output)
        assert told[name][2] in output
        assert "Traceback" not in output
        assert json.loads(whole)["keks"][0]["key"] not in output
    for name in ("open", "strange", "vault"):
        for variable, value in {**env, "MEMBERS_KEY_RING": str(tmp_path / name)}.items():
            monkeypatch.setenv(variable, value)
        with pytest.raises(keyrings.KeyRingRefused, match=told[name][2]):
            app.application(Settings())


async def test_ring_is_tended_by_hand(urls, redis_url, tmp_path):
    ring = tmp_path / "ring"
    env = environment(*urls, redis_url, ring, free_port())
    code, output = await finished("ring", env, "create")
    assert (code, ring.stat().st_mode & 0o777) == (0, 0o600), output
    told = f"{ring}: installation {INSTALLATION}, kept by local, epochs 1\n"
    assert await finished("ring", env, "describe") == (0, told)
    settings = RingSettings(MEMBERS_KEY_RING=str(ring), INSTALLATION_ID=str(INSTALLATION))
    assert app.tend_ring(settings, "rewrap") == f"wrapped {1 + len(INDEX_KINDS)} keys anew"
    only_reads = f"key-encryption key 1/2 is in {ring}, which is of generation 1: it only reads"
    assert app.tend_ring(settings, "add-kek", "1/2") == only_reads
    not_used = f"index key 1/2 is in {ring}, which is of generation 2: it is not used yet"
    assert app.tend_ring(settings, "add-index-key", "1/2") == not_used
    for verb, said, why in (
        ("create", (), "is there already: nothing was changed"),
        ("move", (), "only a local ring is moved"),
        ("destroy", ("KEY",), "a local ring has no key above its own"),
        ("add-kek", ("1.3",), "1.3 names no key, write it as 1/2"),
        ("add-index-key", ("99/2",), "would not be a whole key ring any more"),
    ):
        with pytest.raises(keyrings.KeyRingRefused, match=why):
            app.tend_ring(settings, verb, *said)
    document = json.loads(ring.read_text())
    assert [(kek["epoch"], kek["writes"]) for kek in document["keks"]] == [(1, True), (2, False)]


async def test_unknown_command_says_what_there_is(urls, redis_url, tmp_path):
    env = environment(*urls, redis_url, tmp_path / "members.keyring", free_port())
    code, output = await finished("dance", env)
    assert code == 1
    assert output.startswith(
        "usage: python -m services.members serve | work | migrate | replay-tombstones | ring"
    )
