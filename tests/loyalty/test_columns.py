"""Columns as texts of arrays: Postgres reads from them what was written, whatever is in it."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.loyalty.storage.ledger import columns

INTEGERS = st.integers(-(2**63), 2**63 - 1)
STORED = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
TEXTS = st.lists(STORED | st.sampled_from(["", "null", "NULL", '"', "\\", "{}", ",", '",""']), max_size=5)


async def read(postgres: asyncpg.Connection, text: str, kind: str) -> Any:
    return await postgres.fetchval(f"SELECT $1::text::{kind}[]", text)


@settings(max_examples=40, deadline=None)
@given(
    numbers=st.lists(INTEGERS, max_size=5),
    truths=st.lists(st.booleans(), max_size=5),
    texts=TEXTS,
    keys=st.lists(st.uuids(), max_size=5),
)
async def test_a_column_is_read_as_it_was_written(
    postgres: Any, numbers: list[int], truths: list[bool], texts: list[str], keys: list[UUID]
) -> None:
    assert await read(postgres, columns.numbers(numbers), "bigint") == numbers
    assert await read(postgres, columns.numbers(truths), "boolean") == truths
    assert await read(postgres, columns.texts(texts), "text") == texts
    assert await read(postgres, columns.keys(key.bytes for key in keys), "uuid") == keys
    assert await read(postgres, columns.ids(str(key) for key in keys), "uuid") == keys


@settings(max_examples=40, deadline=None)
@given(
    column=st.lists(st.lists(st.lists(INTEGERS, min_size=4, max_size=4), max_size=3), min_size=1, max_size=5)
)
async def test_arrays_of_unlike_length_stay_apart(postgres: Any, column: list[list[list[int]]]) -> None:
    sent = await read(postgres, columns.arrays(column), "text")
    assert [await read(postgres, text, "bigint") for text in sent] == column


@settings(max_examples=20, deadline=None)
@given(column=st.lists(TEXTS, min_size=1, max_size=4))
async def test_texts_may_be_arrays_of_texts(postgres: Any, column: list[list[str]]) -> None:
    sent = await read(postgres, columns.texts([columns.texts(texts) for texts in column]), "text")
    assert [await read(postgres, text, "text") for text in sent] == column


@pytest.mark.parametrize("texts", [["\0"], ["a\0b"], ["a", "\0", "b"]])
def test_a_null_character_makes_no_two_texts_of_one(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="null character"):
        columns.texts(texts)
