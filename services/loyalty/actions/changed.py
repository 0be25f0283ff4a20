"""What a change of something in editions found and left, so that whoever audits it can say both."""

from typing import Generic, NamedTuple, TypeVar

Thing = TypeVar("Thing")


class Changed(NamedTuple, Generic[Thing]):
    """What was there before (None for nothing), what is there now, and whether that was so already."""

    before: Thing | None
    after: Thing
    replayed: bool = False
