"""Evidence: every record gets a receipt that strangers verify, and whoever edits a row is named."""

import asyncio
import importlib.util
import json
import subprocess
import sys
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from huiyuan.consent.v1 import receipts_pb2
from pyqwest.testing import ASGITransport
from sqlalchemy.engine import make_url

from infra.local import databases
from infra.local.databases import DatabaseUrls
from services.consent.app import application
from services.consent.jobs.sequencing import Sequencer
from services.consent.jobs.verification import Checked, Outcome, verify
from services.consent.rules import evidence, merkle
from services.consent.rules.evidence import Keys, ReceiptRefused
from services.consent.rules.records import canonical_of
from services.consent.storage import log as stored
from services.consent.storage.witness import witness_file
from services.kit import database
from services.kit.appended import AppendedFile
from services.kit.signing import key_id, shown
from tests.consent import factories
from tests.consent.senders import SMS, Senders, hours
from tests.consent.service import (
    INSTALLATION,
    OFFICER,
    Consent,
    SettableClock,
    fresh,
    hear_merge,
    member,
    reached_by,
    refused,
    settings,
)

SOMEONE = str(uuid4())
ORIGIN = f"huiyuan/consent/{INSTALLATION}"
VERIFIER = Path(__file__).parents[2] / "examples/verify-receipt/verify_receipt.py"


class Silent:
    """Watches a verification and says nothing."""

    def ended(self, _: Checked) -> None: ...


@dataclass
class Evidence:
    """A consent service that signs, with its log's sequencer at hand."""

    consent: Consent
    pool: database.Pool
    urls: DatabaseUrls
    key: Ed25519PrivateKey
    witness: AppendedFile
    sequencer: Sequencer

    @property
    def keys(self) -> Keys:
        public = self.key.public_key()
        return {key_id(public): public}

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    async def sequence(self) -> None:
        while await self.sequencer.append():
            pass
        await self.sequencer.publish(self.key)

    async def verify(self, keys: Keys | None = None) -> Outcome:
        return await verify(
            self.urls.app, ORIGIN, self.witness, self.keys if keys is None else keys, Silent()
        )

    async def decide(self, member_id: str, purpose: Any, notice: Any, times: int = 1) -> None:
        """Give and withdraw, again and again."""
        for _ in range(times):
            await self.consent.give(factories.grant(member_id, notice, purpose.key, key=fresh("key")))
            await self.consent.withdraw(factories.withdrawal(member_id, purpose.key, key=fresh("key")))

    async def records(self, member_id: str, **page: Any) -> receipts_pb2.ListRecordsResponse:
        request = receipts_pb2.ListRecordsRequest(member_id=member_id, **({"first": 100} | page))
        return await self.consent.receipts.list_records(request, headers=self.consent.by(member(member_id)))

    async def receipt(self, member_id: str, record_id: str) -> str:
        request = receipts_pb2.GetReceiptRequest(member_id=member_id, record_id=record_id)
        headers = self.consent.by(member(member_id))
        return (await self.consent.receipts.get_receipt(request, headers=headers)).receipt

    async def sql(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """As the database's owner, who may do anything."""
        owner = await asyncpg.connect(self.urls.owner)
        try:
            rows: list[asyncpg.Record] = await owner.fetch(query, *values)
            return rows
        finally:
            await owner.close()


@asynccontextmanager
async def signing(urls: DatabaseUrls, redis_url: str, directory: Path) -> AsyncIterator[Evidence]:
    key, pem = Ed25519PrivateKey.generate(), directory / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.chmod(0o600)
    told, clock = settings(urls, redis_url, CONSENT_SIGNING_KEY=str(pem)), SettableClock()
    pool, witness = await database.pool(urls.app), witness_file(directory / "witness.jsonl")
    async with ASGITransport(application(told, clock)) as transport:
        sequencer = Sequencer(pool, ORIGIN, key, witness)
        yield Evidence(reached_by(transport, clock), pool, urls, key, witness, sequencer)
    await pool.close()


@pytest.fixture
async def there(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, tmp_path: Path
) -> AsyncIterator[Evidence]:
    """An empty log of a test's own, to be spoilt."""
    async with signing(new_database("consent"), redis_url, tmp_path) as made:
        yield made


@pytest.fixture
async def decided(there: Evidence, member_id: str) -> Evidence:
    """The same with three members' decisions, and two checkpoints published."""
    await fill(there, member_id)
    return there


@pytest.fixture(scope="module")
async def shared(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Evidence]:
    """Such a log for tests that only read it."""
    async with signing(new_database("consent"), redis_url, tmp_path_factory.mktemp("evidence")) as made:
        await fill(made, SOMEONE)
        yield made


async def fill(there: Evidence, member_id: str) -> None:
    purpose = factories.purpose("marketing_sms")
    notice = await there.consent.ask(purpose)
    await there.decide(member_id, purpose, notice, 3)
    await there.sequence()
    for _ in range(2):
        await there.decide(str(uuid4()), purpose, notice, 2)
    await there.sequence()


@cache
def standalone() -> Any:
    """The verifier that strangers run."""
    spec = importlib.util.spec_from_file_location("verify_receipt", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(outcome: Outcome) -> set[str]:
    """Which checks found something, and in which rows."""
    return {f"{checked.name}: {found.row}" for checked in outcome.checks for found in checked.first}


# --- receipts --------------------------------------------------------------------------------------------


async def test_a_receipt_proves_its_record_to_us_and_to_strangers(shared: Evidence) -> None:
    page = await shared.records(SOMEONE)
    assert [record.event_state for record in page.records] == ["WITHDRAWN", "GIVEN"] * 3
    for record in page.records:
        receipt = await shared.receipt(SOMEONE, record.record_id)
        ours = evidence.verify(receipt, shared.keys)
        theirs = standalone().verified(receipt, shared.public_key)
        assert ours.record == theirs["record"]
        assert ours.record["record_id"] == record.record_id
        assert ours.record["event_state"] == record.event_state
        assert ours.record["notice_digest"] == (record.notice_digest or None)
        assert SOMEONE not in json.dumps(theirs), "a receipt names its member by pseudonym"


async def test_strangers_are_told_what_is_no_receipt_and_what_no_key(
    shared: Evidence, tmp_path: Path
) -> None:
    [record] = (await shared.records(SOMEONE)).records[:1]
    whole, bytes_of_nothing = tmp_path / "receipt", tmp_path / "bytes"
    whole.write_text(await shared.receipt(SOMEONE, record.record_id))
    bytes_of_nothing.write_bytes(b"\xff\xfe\x00")
    key = b64encode(shared.public_key).decode()
    for asked, why in (
        ((key, bytes_of_nothing), "NOT PROVED: this is not a whole receipt"),
        (("AAAA", whole), "NOT PROVED: the key is no Ed25519 public key, which is 32 bytes"),
        (("A", whole), "NOT PROVED: the key is not base64"),
        ((key, tmp_path), "NOT PROVED: the receipt cannot be read"),
    ):
        command = [sys.executable, VERIFIER, "--key", *asked]
        ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr.strip(), ran.stdout) == (1, why, "")


async def test_a_receipt_is_not_ready_before_the_checkpoint_that_covers_it(
    decided: Evidence, member_id: str
) -> None:
    newest = (await decided.records(member_id)).records[0]
    purpose = factories.purpose(fresh("later"))
    notice = await decided.consent.ask(purpose)
    await decided.decide(member_id, purpose, notice)
    young = (await decided.records(member_id)).records[0]
    assert young.record_id != newest.record_id
    with refused("RECEIPT_NOT_READY"):
        await decided.receipt(member_id, young.record_id)
    await decided.sequence()
    assert await decided.receipt(member_id, young.record_id)


async def test_receipts_are_for_their_member_and_the_officer(shared: Evidence) -> None:
    record = (await shared.records(SOMEONE)).records[0]
    with refused("RECORD_NOT_FOUND"):
        await shared.receipt(str(uuid4()), record.record_id)
    with refused("RECORD_NOT_FOUND"):
        await shared.receipt(SOMEONE, str(uuid4()))
    for_another = receipts_pb2.GetReceiptRequest(member_id=SOMEONE, record_id=record.record_id)
    with refused("NOT_ALLOWED"):
        await shared.consent.receipts.get_receipt(
            for_another, headers=shared.consent.by(member(str(uuid4())))
        )
    assert await shared.consent.receipts.get_receipt(for_another, headers=shared.consent.by(OFFICER))


async def test_history_comes_page_by_page(shared: Evidence) -> None:
    whole = [record.record_id for record in (await shared.records(SOMEONE)).records]
    found, after, more = [], "", True
    while more:
        page = await shared.records(SOMEONE, first=4, after=after)
        found += [record.record_id for record in page.records]
        after, more = page.records[-1].cursor, page.has_next_page
    assert found == whole
    for cursor in ("x", "1", "1.x", "9" * 30 + ".1", "-1.0"):
        with refused("MALFORMED"):
            await shared.records(SOMEONE, after=cursor)


async def test_history_and_receipts_are_the_persons_by_either_id_while_they_are_one(there: Evidence) -> None:
    old, new = str(uuid4()), str(uuid4())
    engine = database.engine(there.urls.app)
    for member_id in (old, new):
        await Senders(there.consent).marketing(member_id)
    await there.sequence()

    async def listed(member_id: str) -> list[receipts_pb2.ConsentRecord]:
        found: list[receipts_pb2.ConsentRecord] = []
        while True:
            request = receipts_pb2.ListRecordsRequest(
                member_id=member_id, first=1, after=found[-1].cursor if found else ""
            )
            page = await there.consent.receipts.list_records(
                request, headers=there.consent.by(member(member_id))
            )
            found += page.records
            if not page.has_next_page:
                return found

    try:
        [theirs], [ours] = await listed(old), await listed(new)
        await hear_merge(engine, old, new)
        for one in (old, new):
            assert {record.record_id for record in await listed(one)} == {theirs.record_id, ours.record_id}
            request = receipts_pb2.GetReceiptRequest(member_id=one, record_id=theirs.record_id)
            headers = there.consent.by(member(one))
            assert (await there.consent.receipts.get_receipt(request, headers=headers)).receipt
        await hear_merge(engine, old, new, undone=True)
        assert [one.record_id for one in await listed(new)] == [ours.record_id]
        with refused("RECORD_NOT_FOUND"):
            await there.consent.receipts.get_receipt(request, headers=headers)
    finally:
        await engine.dispose()


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_an_altered_receipt_proves_nothing(shared: Evidence, part: int) -> None:
    record = (await shared.records(SOMEONE)).records[0]
    parts = (await shared.receipt(SOMEONE, record.record_id)).split(".")
    for at in range(0, len(parts[part]) - 2, max(1, len(parts[part]) // 40)):
        spoilt = list(parts)
        other = "A" if parts[part][at] != "A" else "B"
        spoilt[part] = parts[part][:at] + other + parts[part][at + 1 :]
        with pytest.raises(ReceiptRefused):
            evidence.verify(".".join(spoilt), shared.keys)
        with pytest.raises(standalone().NotProved):
            standalone().verified(".".join(spoilt), shared.public_key)


async def test_what_we_sign_ourselves_proves_nothing_unless_it_is_in_the_log(shared: Evidence) -> None:
    """Whoever has the key may still not forge a record, move one, or name another tree."""
    record = (await shared.records(SOMEONE)).records[0]
    said = standalone().verified(await shared.receipt(SOMEONE, record.record_id), shared.public_key)

    def forged(**changes: Any) -> str:
        body = json.dumps(said | changes)
        head = json.dumps({"alg": "EdDSA", "kid": key_id(shared.key.public_key())})
        text = ".".join(urlsafe_b64encode(one.encode()).decode().rstrip("=") for one in (head, body))
        signature = shared.key.sign(text.encode())
        return f"{text}.{urlsafe_b64encode(signature).decode().rstrip('=')}"

    assert evidence.verify(forged(), shared.keys).record == said["record"]
    for changes in (
        {"record": said["record"] | {"event_state": "GIVEN"}},
        {"leaf_index": said["leaf_index"] + 1},
        {"leaf_index": said["leaf_index"] + 0.5},
        {"leaf_index": -1},
        {"inclusion": said["inclusion"][1:]},
        {"inclusion": [*said["inclusion"], said["inclusion"][0]]},
        {"salt": said["inclusion"][0]},
        {"checkpoint": said["checkpoint"].replace("huiyuan", "elsewhere")},
        {"checkpoint": "nothing"},
        {"record": None},
        {"type": "another"},
    ):
        with pytest.raises(ReceiptRefused):
            evidence.verify(forged(**changes), shared.keys)
        if "type" not in changes:
            with pytest.raises(standalone().NotProved):
                standalone().verified(forged(**changes), shared.public_key)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "....", "e30.e30.e30", "é.é.é", "\0"])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(ReceiptRefused):
        evidence.verify(text, {})


# --- the log ---------------------------------------------------------------------------------------------


async def test_the_log_is_public_and_shows_that_nothing_was_rewritten(shared: Evidence) -> None:
    service = shared.consent.receipts
    answer = await service.get_log(receipts_pb2.GetLogRequest())
    assert answer.public_keys == [shown(shared.key.public_key())]
    newest = evidence.read_checkpoint(answer.checkpoint, shared.keys)
    assert newest.size == answer.size == 14
    older = evidence.read_checkpoint(
        json.loads(next(iter(shared.witness.lines(shared.witness.size()))))["checkpoint"], shared.keys
    )
    assert older.size == 6
    proof = await service.get_consistency_proof(receipts_pb2.GetConsistencyProofRequest(older_size=6))
    assert merkle.is_consistent(6, 14, older.root, newest.root, list(proof.hashes))
    for sizes in ((0, 0), (15, 0), (7, 6), (-1, 3)):
        with refused("MALFORMED"):
            request = receipts_pb2.GetConsistencyProofRequest(older_size=sizes[0], newer_size=sizes[1])
            await service.get_consistency_proof(request)


async def test_a_checkpoint_is_the_note_that_others_read(shared: Evidence) -> None:
    note = (await shared.consent.receipts.get_log(receipts_pb2.GetLogRequest())).checkpoint
    origin, size, root, blank, signature = note.removesuffix("\n").split("\n")
    assert (origin, int(size), len(b64decode(root)), blank) == (ORIGIN, 14, 32, "")
    assert signature.startswith(f"\N{EM DASH} {key_id(shared.key.public_key())} ")


async def test_two_sequencers_give_every_record_one_leaf(there: Evidence) -> None:
    purpose = factories.purpose("marketing_sms")
    notice = await there.consent.ask(purpose)
    done = False

    async def sequence() -> None:
        while not done:
            await there.sequencer.append()
            await asyncio.sleep(0)

    working = [asyncio.ensure_future(sequence()) for _ in range(3)]
    await asyncio.gather(*(there.decide(str(uuid4()), purpose, notice, 4) for _ in range(8)))
    done = True
    await asyncio.gather(*working)
    await there.sequence()
    rows = await there.sql("SELECT leaf_index FROM log_leaves ORDER BY leaf_index")
    assert [row["leaf_index"] for row in rows] == list(range(64))
    assert (await there.verify()).agrees


async def test_a_log_of_many_runs_is_kept_and_proved(there: Evidence) -> None:
    """600 records written at once by SQL, as a restore would, behind which two runs of 256 stand."""
    purpose = factories.purpose("marketing_sms")
    notice = await there.consent.ask(purpose)
    someone = str(uuid4())
    await there.decide(someone, purpose, notice)
    await there.sql(
        """INSERT INTO consent_events SELECT (jsonb_populate_record(e, jsonb_build_object(
             'record_id', gen_random_uuid(), 'epoch', 1000 * epoch + n))).* FROM consent_events e, generate_series(1, 300) n"""
    )
    await there.sequence()
    assert await there.sql("SELECT nth FROM log_nodes WHERE level = 1") == [(0,), (1,)]
    assert await stored.tree_size(there.pool) == 602
    record_id = str((await there.sql("SELECT record_id FROM consent_events WHERE epoch = 1"))[0]["record_id"])
    receipt = await there.receipt(someone, record_id)
    assert standalone().verified(receipt, there.public_key)["record"]["record_id"] == record_id


async def test_the_log_takes_in_what_was_written_before_its_leaf(there: Evidence, member_id: str) -> None:
    """Whoever edits a record while it still waits, its digest along, cannot have the log commit to the edit."""
    purpose = factories.purpose("marketing_sms")
    notice = await there.consent.ask(purpose)
    await there.decide(member_id, purpose, notice)
    wrong = factories.purpose("marketing_push")
    await there.decide(str(uuid4()), wrong, await there.consent.ask(wrong))
    given, withdrawn, *others = await there.sql("SELECT * FROM consent_events ORDER BY purpose DESC, epoch")
    assert [given["purpose"], withdrawn["purpose"], len(others)] == ["marketing_sms", "marketing_sms", 2]
    edited = canonical_of({**given, "channel": "web"})
    await there.sql(
        "UPDATE consent_events SET channel = 'web', record_digest = sha256($1) WHERE record_id = $2",
        edited,
        given["record_id"],
    )
    await there.sql("DELETE FROM consent_events WHERE record_id = $1", withdrawn["record_id"])
    await there.sequence()
    assert await stored.tree_size(there.pool) == 4
    assert {f"records: record {given['record_id']}", "log: leaf 1"} <= named(await there.verify())


async def test_what_waits_while_the_queue_is_rebuilt_gets_its_leaves(decided: Evidence) -> None:
    """The version before queued each record by itself; a statement's 70 records wait in rows of 32 now."""
    write = """INSERT INTO consent_events SELECT (jsonb_populate_record(e, jsonb_build_object(
      'record_id', gen_random_uuid(), 'epoch', $1 + n))).* FROM consent_events e, generate_series(1, 70) n
      WHERE record_id = (SELECT min(record_id::text)::uuid FROM consent_events)"""
    await migrated(decided.urls, command.downgrade, "0011")
    await decided.sql(write, 1_000)
    [(before,)] = await decided.sql("SELECT count(*) FROM pending_leaves")
    await migrated(decided.urls, command.upgrade, "0012")
    await decided.sql(write, 2_000)
    assert (before, await decided.sql("SELECT count(*) FROM pending_leaves")) == (70, [(140,)])
    lengths = await decided.sql("SELECT cardinality(record_ids) FROM leaf_queue ORDER BY nth")
    assert [length for (length,) in lengths] == [32, 32, 6] * 2
    assert await stored.lag_s(decided.pool) > 0
    await decided.sequence()
    assert await stored.tree_size(decided.pool) == 14 + 140
    committed = """SELECT count(*) FROM log_leaves JOIN record_salts USING (record_id) JOIN consent_events USING (record_id)
      WHERE entry = sha256(convert_to(E'huiyuan consent leaf 1\\n', 'UTF8') || salt || record_digest)"""
    assert await decided.sql(committed) == [(14 + 140,)]
    await migrated(decided.urls, command.upgrade, "head")
    assert not {checked.name for checked in (await decided.verify()).checks if checked.wrong} & {
        "log",
        "tree",
    }


async def migrated(urls: DatabaseUrls, step: Callable[[Config, str], None], revision: str) -> None:
    told = Config()
    told.set_main_option("script_location", str(databases.MIGRATIONS["consent"]))
    told.attributes |= {"app_role": make_url(urls.app).username, "owner_url": urls.owner}
    await asyncio.to_thread(step, told, revision)


async def test_a_shredded_record_is_proved_no_more(decided: Evidence, member_id: str) -> None:
    record = (await decided.records(member_id)).records[0]
    await stored.shred(decided.pool, [UUID(record.record_id)])
    with refused("EVIDENCE_SHREDDED", "PIPL 19"):
        await decided.receipt(member_id, record.record_id)
    assert (await decided.verify()).agrees


async def test_the_services_role_can_neither_change_nor_delete_the_log(shared: Evidence) -> None:
    connection = await asyncpg.connect(shared.urls.app)
    try:
        for table in ("log_leaves", "log_nodes", "log_checkpoints", "consent_events"):
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE log_leaves SET entry = sha256('x')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("INSERT INTO record_salts VALUES (gen_random_uuid(), sha256('x'))")
    finally:
        await connection.close()


# --- verification ----------------------------------------------------------------------------------------

LAST = "(SELECT record_id FROM log_leaves ORDER BY leaf_index DESC LIMIT 1)"
TABLES = (
    "consent_events",
    "record_salts",
    "log_leaves",
    "log_nodes",
    "log_checkpoints",
    "consent_states",
    "members",
)
PLANTED = {
    "a record edited": (
        "UPDATE consent_events SET channel = 'web' WHERE record_id = {last}",
        "records: record",
    ),
    "a record edited with its digest": (
        "UPDATE consent_events SET record_digest = sha256('x') WHERE record_id = {last}",
        "records: record",
    ),
    "a record deleted": ("DELETE FROM consent_events WHERE record_id = {last}", "log: leaf 13"),
    "a leaf changed": ("UPDATE log_leaves SET entry = sha256('x') WHERE leaf_index = 3", "witness: line 1"),
    "a leaf deleted from the end": ("DELETE FROM log_leaves WHERE leaf_index = 13", "witness: line 2"),
    "a leaf deleted from the middle": ("DELETE FROM log_leaves WHERE leaf_index = 5", "log: leaf 6"),
    "a record past the log": (
        "ALTER TABLE consent_events DISABLE TRIGGER queue_leaves; INSERT INTO consent_events "
        "SELECT (jsonb_populate_record(e, jsonb_build_object('record_id', gen_random_uuid(), 'ord', 7))).* "
        "FROM consent_events e WHERE record_id = {last}",
        "records: record",
    ),
    "a salt changed": (
        "UPDATE record_salts SET salt = sha256('x') WHERE record_id = {last}",
        "records: record",
    ),
    "a checkpoint rewritten": (
        "UPDATE log_checkpoints SET note = replace(note, 'huiyuan', 'elsewhere') WHERE size = 14",
        "checkpoints: size 14",
    ),
    "a checkpoint in another's place": (
        "UPDATE log_checkpoints SET size = 13 WHERE size = 14",
        "checkpoints: size 13",
    ),
    "a standing decision changed": (
        "UPDATE consent_states SET event_state = 'GIVEN' WHERE record_id = {last}",
        "standing: member",
    ),
    "a standing decision deleted": (
        "DELETE FROM consent_states WHERE record_id = {last}",
        "standing: member",
    ),
    "an epoch set back": ("UPDATE members SET epoch = 1", "standing: member"),
    "a run made up": ("INSERT INTO log_nodes VALUES (1, 0, sha256('x'))", "tree: run 0 of level 1"),
}


async def test_what_was_written_agrees(shared: Evidence) -> None:
    outcome = await shared.verify()
    assert outcome.agrees
    assert outcome.published == 2
    assert {checked.name: checked.rows for checked in outcome.checks} == {
        "records": 14,
        "log": 14,
        "tree": 0,
        "checkpoints": 2,
        "standing": 3,
        "preferences": 0,
        "witness": 2,
    }


async def test_whatever_a_database_admin_changes_is_named(decided: Evidence) -> None:
    for planted, (statement, expected) in PLANTED.items():
        owner = await asyncpg.connect(decided.urls.owner)
        try:
            saved = [
                (table, [dict(row) for row in await owner.fetch(f"SELECT * FROM {table}")])
                for table in TABLES
            ]
            for one in statement.format(last=LAST).split("; "):
                await owner.execute(one)
            outcome = await decided.verify()
            assert not outcome.agrees, planted
            assert any(row.startswith(expected) for row in named(outcome)), (planted, named(outcome))
            await restore(owner, saved)
        finally:
            await owner.close()
    assert (await decided.verify()).agrees


async def test_whoever_edits_how_members_may_be_written_to_is_named(there: Evidence, member_id: str) -> None:
    senders = Senders(there.consent)
    about = await senders.marketing(member_id)
    await senders.switch(member_id, about, on=False)
    await senders.be_quiet(member_id, hours(22, 8))
    await senders.refuse_machines(member_id)
    await senders.suppress(member_id, "COMPLAINT", SMS, until=datetime(2100, 1, 1, tzinfo=UTC))
    await senders.suppress(member_id, "REGULATOR")
    await senders.unsuppress(member_id, "REGULATOR")
    await there.sequence()
    assert named(await there.verify()) == set()
    edits = (
        "UPDATE preferences SET content = jsonb_set(content, '{switched_off}', '[]')",
        "UPDATE members SET automated_refused_at = NULL",
        "DELETE FROM suppressions",
        "UPDATE suppressions SET until = now()",
        "DELETE FROM preference_changes WHERE kind = 'UNSUPPRESSED'",
    )
    tables = ("preferences", "suppressions", "preference_changes", "members")
    owner = await asyncpg.connect(there.urls.owner)
    try:
        saved = [
            (table, [dict(row) for row in await owner.fetch(f"SELECT * FROM {table}")]) for table in tables
        ]
        for edit in edits:
            await owner.execute(edit)
            assert f"preferences: member {member_id}" in named(await there.verify()), edit
            await restore(owner, saved)
    finally:
        await owner.close()
    assert named(await there.verify()) == set()


async def test_members_who_turned_out_to_be_one_agree_and_whoever_edits_what_they_brought_is_named(
    there: Evidence, member_id: str
) -> None:
    senders, old, engine = Senders(there.consent), str(uuid4()), database.engine(there.urls.app)
    about = await senders.marketing(member_id, old)
    await senders.switch(old, about, on=False)
    await senders.suppress(old, "COMPLAINT", SMS)
    await senders.refuse_machines(old)
    await there.consent.withdraw(
        factories.withdrawal(old, (await senders.may_send(old, about)).purpose, key=fresh("no"))
    )
    owner = await asyncpg.connect(there.urls.owner)
    try:
        await hear_merge(engine, old, member_id)
        await senders.be_quiet(old, hours(1, 2))
        await there.sequence()
        assert named(await there.verify()) == set()
        edits = {
            "UPDATE preferences SET content = jsonb_set(content, '{switched_off}', '[]')": "preferences",
            "UPDATE members SET automated_refused_at = NULL": "preferences",
            "DELETE FROM suppressions": "preferences",
            "UPDATE consent_states SET event_state = 'GIVEN'": "standing",
            "UPDATE members SET epoch = epoch + 1": "standing",
            # A decision that either really made, and that is not what both weigh to.
            f"""UPDATE consent_states SET (record_id, event_state, event_time) = (
                  SELECT record_id, event_state, event_time FROM consent_events
                  WHERE event_state = 'GIVEN' AND member_id = '{old}')""": "standing",
            "UPDATE consent_states SET epoch = epoch + 1": "standing",
            "DELETE FROM consent_states": "standing",
        }
        tables = ("preferences", "suppressions", "consent_states", "members")
        saved = [
            (table, [dict(row) for row in await owner.fetch(f"SELECT * FROM {table}")]) for table in tables
        ]
        for edit, check in edits.items():
            await owner.execute(f"{edit} WHERE member_id = $1", member_id)
            assert f"{check}: member {member_id}" in named(await there.verify()), edit
            await restore(owner, saved)
        await hear_merge(engine, old, member_id, undone=True)
        await there.sequence()
        assert named(await there.verify()) == set()
    finally:
        await owner.close()
        await engine.dispose()


@pytest.mark.parametrize("merged", [False, True])
async def test_whoever_lets_a_consent_last_longer_than_it_was_given_for_is_named(
    there: Evidence, member_id: str, merged: bool
) -> None:
    purpose = factories.purpose(fresh("sms"), validity_duration="P1Y")
    notice = await there.consent.ask(purpose)
    await there.consent.give(factories.grant(member_id, notice, purpose.key, key="a"))
    if merged:
        engine = database.engine(there.urls.app)
        await hear_merge(engine, str(uuid4()), member_id)
        await engine.dispose()
    await there.sequence()
    assert named(await there.verify()) == set()
    await there.sql("UPDATE consent_states SET valid_until = valid_until - interval '1 day'")
    assert named(await there.verify()) == set(), "as of a child that grew up"
    for until in ("NULL", "valid_until + interval '25 hours'"):
        await there.sql(f"UPDATE consent_states SET valid_until = {until}")
        assert named(await there.verify()) == {f"standing: member {member_id}"}
        await there.sql("UPDATE consent_states SET valid_until = event_time + interval '365 days'")


async def restore(owner: asyncpg.Connection, saved: list[tuple[str, list[dict[str, Any]]]]) -> None:
    await owner.execute("ALTER TABLE consent_events DISABLE TRIGGER queue_leaves")
    for table, rows in saved:
        await owner.execute(f"DELETE FROM {table}")
        for row in rows:
            places = ", ".join(f"${nth}" for nth in range(1, len(row) + 1))
            await owner.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())
    await owner.execute("ALTER TABLE consent_events ENABLE TRIGGER queue_leaves")


async def test_a_log_rewritten_as_a_whole_is_named_by_the_witness_and_published_over_by_nobody(
    decided: Evidence,
) -> None:
    last = (await decided.sql(f"SELECT record_id FROM consent_events WHERE record_id = {LAST}"))[0][0]
    for table in ("consent_events", "log_leaves"):
        await decided.sql(f"DELETE FROM {table} WHERE record_id = $1", last)
    await decided.sql("DELETE FROM log_checkpoints")
    await decided.sql("DELETE FROM consent_states WHERE record_id = $1", last)
    await decided.sql(
        "UPDATE members m SET epoch = (SELECT max(epoch) FROM consent_events e WHERE e.member_id = m.member_id)"
    )
    await decided.sql(
        """INSERT INTO consent_states SELECT DISTINCT ON (member_id, purpose, recipient_id) member_id, purpose,
             recipient_id, record_id, purpose_version, event_state, event_time, NULL, epoch FROM consent_events
           ORDER BY member_id, purpose, recipient_id, epoch DESC ON CONFLICT DO NOTHING"""
    )
    published = decided.witness.size()
    await decided.sequencer.publish(decided.key)
    assert decided.witness.size() == published
    assert named(await decided.verify()) == {"witness: line 2"}


async def test_checkpoints_of_another_key_are_not_ours(shared: Evidence) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    outcome = await shared.verify({key_id(other): other})
    assert {row.partition(":")[0] for row in named(outcome)} == {"checkpoints", "witness"}


async def test_half_a_line_of_a_writer_that_died_is_passed_over(decided: Evidence) -> None:
    with decided.witness.path.open("ab") as file:
        file.write(b'{"checkpoint":"half')
    purpose = factories.purpose(fresh("later"))
    await decided.decide(str(uuid4()), purpose, await decided.consent.ask(purpose))
    await decided.sequence()
    outcome = await decided.verify()
    assert outcome.agrees
    assert outcome.published == 3
