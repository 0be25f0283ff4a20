"""Every document that is written down somewhere here is answered as graphql-core answers it."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator

import graphql
import pytest

from gateway.context import Context
from gateway.documents import manifest
from gateway.storefront.schema import schema as storefront
from infra.local.layout import ROOT
from tests.gateway.compiled.documents import variables
from tests.gateway.compiled.judging import GIVEN_UP, Case

SCHEMA = storefront._schema
PLACES = (
    "README.md",
    "docs/**/*.md",
    "tests/**/*.py",
    "examples/*/*.*",
    "examples/*/src/**/*.*",
    "gateway/documents/**/*.graphql",
)
_BEGINNING = re.compile(r"[\s,]*(\{|query\b|fragment\b|#)")
MANIFESTS = (manifest.STOREFRONT, *ROOT.glob("examples/*/src/gql/persisted-documents.json"))


def _texts() -> Iterator[str]:
    for place in PLACES:
        for path in ROOT.glob(place):
            if not path.is_file():
                continue
            content = path.read_text("utf-8", errors="ignore")
            yield content
            if path.suffix == ".py":
                for node in ast.walk(ast.parse(content)):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value
            yield from (part for pair in re.findall(r"'([^']+)'|`([^`]+)`", content) for part in pair)


def _queries() -> list[str]:
    """Those texts that are documents of one query which the storefront runs."""
    found = {text for path in MANIFESTS for text in manifest.load(path).values()}
    for text in {text for text in _texts() if _BEGINNING.match(text) and len(text) <= 5000}:
        try:
            document = graphql.parse(text)
        except graphql.GraphQLError:
            continue
        if not graphql.validate(SCHEMA, document, max_errors=1, hide_suggestions=True):
            found.add(text)
    return sorted(text for text in found if _is_query(text))


def _is_query(text: str) -> bool:
    operations = [
        node for node in graphql.parse(text).definitions if isinstance(node, graphql.OperationDefinitionNode)
    ]
    asks_about_itself = re.search(r"__(schema|type)\b", text)
    return [one.operation for one in operations] == [graphql.OperationType.QUERY] and not asks_about_itself


@pytest.fixture(scope="module")
def queries() -> list[str]:
    """Found once it is asked for: parameters would have every process read the whole tree before its first test."""
    return _queries()


def test_all_of_them_are_found(queries: list[str]) -> None:
    assert len(queries) > 25
    assert any("displayName\n" in text for text in queries)
    assert any("query Purposes(" in text for text in queries)


async def test_committed_documents_are_answered_as_graphql_core_answers_them(
    queries: list[str], context_of: Callable[[int], Context]
) -> None:
    for text in queries:
        came: Counter[str] = Counter()
        case = Case(SCHEMA, text)
        for seed in range(1, 9):
            came[await case.judge(variables(SCHEMA, text, seed), context_of(seed))] += 1
        assert not came[GIVEN_UP], text
