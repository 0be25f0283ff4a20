"""A page: the mutations that set a programme up, read off the page that explains them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"^```graphql\n(?P<document>.*?)^```$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"mutation[^{]*\{\s*(?P<field>\w+)")


class Mutation(NamedTuple):
    """One mutation as the page has it, and the name of its field."""

    field: str
    document: str


def mutations(page: Path) -> Iterator[Mutation]:
    """Every mutation of a page, in its order; queries that the page shows are no part of it."""
    for block in _BLOCK.finditer(page.read_text()):
        document = block["document"]
        if found := _FIELD.search(document):
            yield Mutation(found["field"], document)
