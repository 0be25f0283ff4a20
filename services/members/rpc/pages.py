"""Pages: how much of a list may be asked for at once, and after what."""

from uuid import UUID

from services.kit.refusal import Invalid
from services.members.rules.members import member_id_of

LONGEST_PAGE = 100


class PageNotValid(Invalid):
    """The page asked for is too large, too small, or begins after nothing we know."""


def be_size(first: int, most: int = LONGEST_PAGE) -> None:
    """Raises ``PageNotValid``."""
    if not 1 <= first <= most:
        raise PageNotValid(f"first must be 1 to {most}", field="first")


def after_of(first: int, after: str, most: int = LONGEST_PAGE) -> UUID | None:
    """The id after which a page begins. Raises ``PageNotValid``."""
    be_size(first, most)
    known = member_id_of(after)
    if after and known is None:
        raise PageNotValid("after must be the id of an entry seen before", field="after")
    return known
