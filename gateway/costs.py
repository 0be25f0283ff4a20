"""Costs: how the schema says, by IBM's directives, what costs other than the ordinary; ``limits.pricing`` reads it."""

from typing import Any

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    name="cost",
    description="What a field, or each object of a type, costs; 1 for objects and 0 for leaves without it.",
)
class Cost:
    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list is taken to be, or which argument says it, of this field or of fields below it.",
)
class ListSize:
    assumed_size: int | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET


PAGED = ListSize(slicing_arguments=["first"], sized_fields=["edges", "nodes"])
"""A connection's size is what ``first`` says."""

PAGED_LINES = ListSize(slicing_arguments=["first"], sized_fields=["lines"])

SPENDS: dict[str, Any] = {"spends": True}
"""The metadata of a field that spends points: it is not served while nobody counts what callers do."""

FREE = Cost(weight="0")
"""What a type costs that nobody asks for to make us work."""
