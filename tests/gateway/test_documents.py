"""Trusted documents: production's storefront runs these and no others."""

import hashlib
import json
import re
from pathlib import Path

import graphql
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType
from graphql.execution.values import VariableValues, get_variable_values

from gateway import limits
from gateway.admin.schema import schema as admin
from gateway.app.serving import storefront_schema
from gateway.documents import manifest
from gateway.documents.manifest import ManifestNotTrusted
from gateway.documents.prepared import Preparer
from gateway.documents.store import Documents
from gateway.storefront.schema import schema as storefront
from infra.local.layout import ROOT
from tests.gateway.gateway_client import Gateway, code

DOCUMENTS = manifest.texts(manifest.STOREFRONT_EXAMPLES)


def _id(name: str) -> str:
    return hashlib.sha256(DOCUMENTS[name].encode()).hexdigest()


@pytest.mark.parametrize("prefix", ["", "sha256:"])
async def test_a_trusted_document_runs_by_its_hash(production: Gateway, prefix: str) -> None:
    member_id, token = production.join(available=7)
    answer = await production.http.post(
        "/graphql",
        json={"documentId": prefix + _id("me"), "variables": {"first": 1}},
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.json()["data"]["me"]["id"] == member_id
    assert answer.json()["data"]["me"]["points"]["available"] == 7


async def test_the_storefront_in_production_refuses_free_documents(production: Gateway) -> None:
    _, token = production.join()
    assert code(await production.ask("{me{id}}", token)) == "DOCUMENT_NOT_TRUSTED"
    # Not even the text of a trusted one: what runs is named by its hash.
    assert code(await production.ask(DOCUMENTS["me"], token)) == "DOCUMENT_NOT_TRUSTED"


async def test_an_unknown_hash_runs_nothing(production: Gateway) -> None:
    answer = await production.http.post("/graphql", json={"documentId": "0" * 64})
    assert code(answer.json()) == "DOCUMENT_NOT_FOUND"


async def test_a_request_names_one_document(gateway: Gateway) -> None:
    answer = await gateway.http.post("/graphql", json={"documentId": _id("me"), "query": "{__typename}"})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")
    answer = await gateway.http.post("/graphql", json={})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_REQUEST")


async def test_every_committed_example_is_valid(gateway: Gateway) -> None:
    examples = {"/graphql": manifest.examples("storefront"), "/admin/graphql": manifest.examples("admin")}
    assert {"me", "app_home"} <= set(examples["/graphql"])
    token = {"/graphql": None, "/admin/graphql": gateway.issuer.staff()}
    for path, documents in examples.items():
        assert documents
        for name, text in documents.items():
            # Variables are left out on purpose: a valid document gets as far as missing them, or runs.
            answer = await gateway.ask(text, token[path], path=path)
            codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
            assert codes <= {"BAD_USER_INPUT", "UNAUTHENTICATED", "BAD_REQUEST"}, (name, answer)


def _documents(path: Path) -> Documents:
    preparer = Preparer(
        storefront_schema._schema, limits.CLOSED_RULES, tokens=limits.TOKENS, hide_suggestions=True
    )
    return Documents(preparer, manifest.load(path).items(), free=False)


def test_a_manifest_that_lies_about_a_hash_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"0" * 64: "{__typename}"}))
    with pytest.raises(ManifestNotTrusted, match="SHA-256"):
        _documents(path)


def test_a_trusted_document_that_the_schema_does_not_know_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(manifest.manifest(["{nothing}"]))
    with pytest.raises(ManifestNotTrusted, match="nothing"):
        _documents(path)


def test_the_example_storefront_asks_what_production_runs() -> None:
    source = ROOT / "examples" / "storefront-web" / "src"
    trusted = source / "gql" / "persisted-documents.json"
    documents = _documents(trusted)
    operations = {
        name for key in manifest.load(trusted) for name in documents.find(f"sha256:{key}", None).operations
    }
    written = "".join(path.read_text() for path in (source / "documents").glob("*.graphql"))
    assert operations == set(re.findall(r"^(?:query|mutation|subscription) (\w+)", written, re.MULTILINE))
    generated = (source / "gql" / "graphql.ts").read_text()
    assert all(f'"{key}"' in generated for key in manifest.load(trusted)), "run npm run codegen"


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "{"])
def test_a_manifest_that_is_none_does_not_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ManifestNotTrusted):
        _documents(path)


GENERATED = ROOT / "examples/storefront-web/src/gql/graphql.ts"


def test_the_page_s_types_are_what_the_schema_says() -> None:
    """As `npm run codegen` would leave them, as far as can be told without npm: values of enums, fields of inputs."""
    text = re.sub(r"/\*\*.*?\*/", "", GENERATED.read_text(), flags=re.DOTALL)
    said = {name: set(re.findall(r"'(\w+)'", body)) for name, body in _declared(text, r"\s*\|(.*?);")}
    said |= {name: set(re.findall(r"(\w+)\??:", body)) for name, body in _declared(text, r" \{(.*?)\n\};")}
    types = storefront_schema._schema.type_map
    ours = {name: kind for name, kind in types.items() if name in said}
    assert {"UserErrorCode", "RedeemPointsInput"} <= ours.keys()
    for name, kind in ours.items():
        if isinstance(kind, GraphQLEnumType):
            assert said[name] == set(kind.values), name
        elif isinstance(kind, GraphQLInputObjectType):
            assert said[name] == set(kind.fields), name


def _declared(text: str, written: str) -> list[tuple[str, str]]:
    """The exported types that are written so, each with what stands within."""
    return re.findall(rf"^export type (\w+) ={written}", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("surface", ["storefront", "admin"])
def test_every_example_of_the_explorer_comes_with_variables_that_its_document_takes(surface: str) -> None:
    schema = {"storefront": storefront, "admin": admin}[surface]._schema
    files = sorted((ROOT / "gateway" / "documents" / surface).glob("*.graphql"))
    assert len(files) > 40
    for file in files:
        text = file.read_text()
        given = json.loads(text.partition("\n")[0].removeprefix("# variables ")) if text[0] == "#" else {}
        for operation in graphql.parse(text).definitions:
            assert isinstance(operation, graphql.OperationDefinitionNode)
            taken = get_variable_values(schema, operation.variable_definitions or (), given)
            assert isinstance(taken, VariableValues), (file.name, taken)
