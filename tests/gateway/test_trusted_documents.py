"""Trusted documents as staff keep them: uploaded, followed by every process, counted, retired."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from gateway import limits
from gateway.app.serving import storefront_schema
from gateway.documents import manifest, uses
from gateway.documents.prepared import Preparer
from gateway.documents.store import Documents
from gateway.documents.trusted import NotLooked, Trusted
from gateway.errors import RequestError
from gateway.serving.asking import Ask, Asks
from gateway.storage.documents import UploadedDocuments
from infra.local.databases import DatabaseUrls
from services.kit import database as databases
from tests.gateway.gateway_client import Gateway, code

UPLOAD = """
mutation ($documents: [String!]!) {
  uploadDocuments(input: {documents: $documents, reason: "release 7"}) {
    documents { documentId running uploadedAt uploadedBy source }
    problems { place message line column }
    userErrors { field code facts { name value } }
  }
}
"""
RETIRE = """
mutation ($id: ID!) {
  retireDocument(input: {documentId: $id, reason: "release 8"}) {
    document { running retiredBy } userErrors { field code }
  }
}
"""


def some_text() -> str:
    """A document that nobody has uploaded yet."""
    return f"query Mine{uuid4().hex} {{ me {{ id }} }}"


async def upload(gateway: Gateway, *texts: str) -> dict[str, Any]:
    answer = await gateway.admin(UPLOAD, "program_admin", variables={"documents": list(texts)})
    payload: dict[str, Any] = answer["data"]["uploadDocuments"]
    return payload


async def retire(gateway: Gateway, document_id: str) -> dict[str, Any]:
    answer = await gateway.admin(RETIRE, "program_admin", variables={"id": document_id})
    payload: dict[str, Any] = answer["data"]["retireDocument"]
    return payload


async def run(gateway: Gateway, text: str) -> dict[str, Any]:
    member_id, token = gateway.join()
    asked = {"documentId": manifest.key(text)}
    answer = await gateway.http.post("/graphql", json=asked, headers={"authorization": f"Bearer {token}"})
    body: dict[str, Any] = answer.json()
    assert "errors" in body or body["data"]["me"]["id"] == member_id
    return body


async def test_an_uploaded_document_runs_at_once_and_soon_in_every_process(
    production: Gateway, development: Gateway
) -> None:
    text = some_text()
    assert code(await run(production, text)) == "DOCUMENT_NOT_FOUND"
    (uploaded,) = (await upload(production, text))["documents"]
    assert uploaded["documentId"] == manifest.key(text)
    assert (uploaded["running"], uploaded["uploadedBy"], uploaded["source"]) == (
        True,
        "staff:ops-1",
        "UPLOADED",
    )
    assert "errors" not in await run(production, text)
    deadline = time.monotonic() + 60
    while "errors" in await run(development, text):
        assert time.monotonic() < deadline, "the other process has not followed"
        await asyncio.sleep(0.2)


async def test_who_uploads_and_retires_is_in_the_audit(production: Gateway) -> None:
    text = some_text()
    await upload(production, text)
    await retire(production, manifest.key(text))
    query = "{adminActions(first:4){nodes{operation phase actor subject}}}"
    rows = (await production.admin(query))["data"]["adminActions"]["nodes"]
    assert [(row["operation"], row["phase"]) for row in rows] == [
        ("retireDocument", "SUCCEEDED"),
        ("retireDocument", "STARTED"),
        ("uploadDocuments", "SUCCEEDED"),
        ("uploadDocuments", "STARTED"),
    ]
    assert rows[0]["subject"] == {"documentId": manifest.key(text)}
    assert rows[2]["subject"] == {"documentIds": [manifest.key(text)]}


async def test_documents_that_do_not_fit_the_schema_are_refused_with_the_place(production: Gateway) -> None:
    good = some_text()
    refused = await upload(production, good, "{\n  me { nothing }\n}", "{ me {")
    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("DOCUMENT_NOT_VALID", ["input", "documents", "1"])
    assert {fact["name"]: fact["value"] for fact in error["facts"]} == {"line": "2", "column": "8"}
    assert [(one["place"], one["line"]) for one in refused["problems"]] == [(1, 2), (2, 1)]
    assert "nothing" in refused["problems"][0]["message"]
    assert code(await run(production, good)) == "DOCUMENT_NOT_FOUND", "all of them or none"
    literal = await upload(production, '{ me { entries(first: "13900000001") { nodes { id } } } }')
    assert literal["problems"][0]["message"].startswith("Int cannot represent")
    assert "13900000001" not in str(literal)


async def test_uploads_are_of_one_to_a_hundred_documents(production: Gateway) -> None:
    for texts in ([], [some_text()] * 101):
        assert (await upload(production, *texts))["userErrors"][0]["code"] == "DOCUMENT_NOT_VALID"


async def test_a_retired_document_runs_no_more_until_it_is_uploaded_again(production: Gateway) -> None:
    text = some_text()
    await upload(production, text)
    for _ in range(2):  # the second time, what its bytes ask for is known already
        assert "errors" not in await run(production, text)
    retired = await retire(production, manifest.key(text))
    assert retired["document"] == {"running": False, "retiredBy": "staff:ops-1"}
    assert code(await run(production, text)) == "DOCUMENT_NOT_FOUND"
    await upload(production, text)
    assert "errors" not in await run(production, text)


def test_bytes_are_known_that_ask_for_what_nobody_can_change() -> None:
    asks = Asks()
    lasting = {"a": 1, "b": "x", "c": None, "d": True, "e": 0.5}
    for variables, is_known in ((lasting, True), (None, True), ({"a": [1]}, False), ({"a": {"b": 1}}, False)):
        asked = orjson.dumps({"documentId": "d", "variables": variables})
        asks.remember(asked, Ask.of(orjson.loads(asked)))
        known = asks.known(asked)
        assert known == (Ask("d", None, variables, None, is_known=True) if is_known else None)
    free = b'{"query": "{me{id}}"}'
    asks.remember(free, Ask.of(orjson.loads(free)))
    long = orjson.dumps({"documentId": "d", "variables": {"a": "x" * 600}})
    asks.remember(long, Ask.of(orjson.loads(long)))
    assert asks.known(free) is asks.known(long) is None


async def test_what_was_turned_down_is_judged_again_each_time(production: Gateway) -> None:
    text = f"query Mine{uuid4().hex}($id: ID!) {{ node(id: $id) {{ id }} }}"
    await upload(production, text)
    _, token = production.join()
    asked = {"documentId": manifest.key(text), "variables": {"id": "a\x00b"}}
    for _ in range(3):
        answer = await production.http.post(
            "/graphql", json=asked, headers={"authorization": f"Bearer {token}"}
        )
        assert code(answer.json()) == "BAD_USER_INPUT"


async def test_only_what_was_uploaded_is_retired(production: Gateway) -> None:
    built_in = next(iter(manifest.load(manifest.STOREFRONT)))
    assert (await retire(production, built_in))["userErrors"][0]["code"] == "DOCUMENT_BUILT_IN"
    (error,) = (await retire(production, "0" * 64))["userErrors"]
    assert (error["code"], error["field"]) == ("UNKNOWN_DOCUMENT", ["input", "documentId"])


async def test_the_report_pages_through_built_in_and_uploaded_documents(production: Gateway) -> None:
    text = some_text()
    await upload(production, text)
    query = (
        "query($after:String){trustedDocuments(first:7,after:$after)"
        "{nodes{documentId source running uses}pageInfo{hasNextPage endCursor}}}"
    )
    seen, after = [], None
    while True:
        page = (await production.admin(query, "auditor", variables={"after": after}))["data"][
            "trustedDocuments"
        ]
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    ids = [one["documentId"] for one in seen]
    assert ids == sorted(set(ids))
    assert {manifest.key(text), *manifest.load(manifest.STOREFRONT)} <= set(ids)
    assert {one["source"] for one in seen} == {"BUILT_IN", "UPLOADED"}


# --- in one process ---------------------------------------------------------------------------------

BUILT_IN = "{ me { id } }"


@pytest.fixture
async def uploads(database: DatabaseUrls) -> AsyncIterator[UploadedDocuments]:
    engine = databases.engine(database.app, size=2)
    yield UploadedDocuments(engine)
    await engine.dispose()


@pytest.fixture
async def owner(database: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner)
    await connection.execute("TRUNCATE trusted_documents, document_uses")
    yield connection
    await connection.execute("TRUNCATE trusted_documents, document_uses")
    await connection.close()


def trusted(uploads: UploadedDocuments) -> Trusted:
    """A process."""
    preparer = Preparer(
        storefront_schema._schema, limits.CLOSED_RULES, tokens=limits.TOKENS, hide_suggestions=True
    )
    built_in = {manifest.key(BUILT_IN): BUILT_IN}
    return Trusted(Documents(preparer, built_in.items(), free=False), built_in, uploads)


def use(process: Trusted, document_id: str, client: str | None, times: int = 1) -> None:
    before = uses.client.set(uses.named(client))
    for _ in range(times):
        process.documents.find(document_id, None)
    uses.client.reset(before)


async def test_uses_are_counted_by_document_and_client_and_written_by_batches(
    uploads: UploadedDocuments, owner: asyncpg.Connection
) -> None:
    first, second, key = trusted(uploads), trusted(uploads), manifest.key(BUILT_IN)
    use(first, key, "web@1.4", 3)
    use(first, key, None)
    use(second, key, "web@1.4", 2)
    assert await uploads.uses([key]) == [], "nothing is written for a request"
    await first.flush()
    await second.flush()
    await second.flush()
    counted = await uploads.uses([key])
    assert [(one.client, one.uses) for one in counted] == [("web@1.4", 5), ("", 1)]


async def test_uses_that_cannot_be_written_down_are_kept_for_the_next_time(
    uploads: UploadedDocuments, owner: asyncpg.Connection, database: DatabaseUrls
) -> None:
    process, key = trusted(uploads), manifest.key(BUILT_IN)
    role = database.app.split("//")[1].split(":")[0]
    use(process, key, "app")
    await owner.execute(f'REVOKE INSERT ON document_uses FROM "{role}"')
    try:
        with pytest.raises(Exception, match="permission denied"):
            await process.flush()
    finally:
        await owner.execute(f'GRANT INSERT ON document_uses TO "{role}"')
    use(process, key, "app")
    await process.flush()
    assert [one.uses for one in await uploads.uses([key])] == [2]


async def test_a_clients_name_is_a_name_and_there_are_not_too_many(
    uploads: UploadedDocuments, owner: asyncpg.Connection
) -> None:
    process, key = trusted(uploads), manifest.key(BUILT_IN)
    for name in ("+86 139 0000 0001", "小满", "x" * 65, "a\nb"):
        use(process, key, name)
    for number in range(300):
        use(process, key, f"client-{number}")
    await process.flush()
    names = [one.client for one in await uploads.uses([key])]
    assert len(names) == 201
    assert names[0] == uses.OTHERS
    assert {name for name in names if not name.startswith("client-")} == {"", uses.OTHERS}


async def test_an_uploaded_document_that_fits_no_more_is_left_out_alone(
    uploads: UploadedDocuments, owner: asyncpg.Connection
) -> None:
    good, stale = some_text(), "{ me { wasOnceHere } }"
    await uploads.keep({manifest.key(text): text for text in (good, stale)}, "staff:ops-1")
    process = trusted(uploads)
    await process.look()
    assert process.documents.runs(manifest.key(good))
    with pytest.raises(RequestError):
        process.documents.find(manifest.key(stale), None)


async def test_a_process_is_not_ready_before_it_knows_what_was_uploaded(
    uploads: UploadedDocuments, owner: asyncpg.Connection
) -> None:
    process = trusted(uploads)
    with pytest.raises(NotLooked):
        await process.looked()
    await process.look()
    await process.looked()


async def test_the_gateway_itself_can_change_no_document_and_delete_none(
    uploads: UploadedDocuments, owner: asyncpg.Connection, database: DatabaseUrls
) -> None:
    await uploads.keep({manifest.key(BUILT_IN): BUILT_IN}, "staff:ops-1")
    as_gateway = await asyncpg.connect(database.app)
    try:
        for statement in (
            "UPDATE trusted_documents SET body = '{__typename}'",
            "UPDATE trusted_documents SET document_id = repeat('0', 64)",
            "DELETE FROM trusted_documents",
            "DELETE FROM document_uses",
            "TRUNCATE document_uses",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await as_gateway.execute(statement)
    finally:
        await as_gateway.close()
