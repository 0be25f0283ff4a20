"""Passages: where a notice tells what the law wants told, so that nothing of it can be left out unnoticed.

Whether words say what they ought to, no machine can tell. Whoever publishes names, for each content, the passage of the
body that tells it; what no passage is named for is missing, and what is named stays with the notice, under its digest.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.consent.rules.purposes import Terms


class Content(StrEnum):
    """What a notice tells: of the handler, of the processing, of the member's rights."""

    HANDLER = "HANDLER"
    PURPOSE = "PURPOSE"
    METHODS = "METHODS"
    CATEGORIES = "CATEGORIES"
    RETENTION = "RETENTION"
    RIGHTS = "RIGHTS"
    RECIPIENTS = "RECIPIENTS"
    NECESSITY = "NECESSITY"
    IMPACT = "IMPACT"
    OVERSEAS = "OVERSEAS"


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the body, and what they tell."""

    content: Content
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A content that an article wants told of some purposes, and what telling it means."""

    content: Content
    article: str
    say: str
    of: Callable[[Terms], bool] = lambda _: True


WANTED: tuple[Wanted, ...] = (
    Wanted(Content.HANDLER, "PIPL 17", "who handles the data, and how they are reached"),
    Wanted(Content.PURPOSE, "PIPL 17", "what the data is for"),
    Wanted(Content.METHODS, "PIPL 17", "how it is processed"),
    Wanted(Content.CATEGORIES, "PIPL 17", "which data it is"),
    Wanted(Content.RETENTION, "PIPL 17", "for how long it is kept"),
    Wanted(Content.RIGHTS, "PIPL 17", "which rights members have, and how they use them"),
    Wanted(
        Content.RECIPIENTS,
        "PIPL 23",
        "who else gets the data, how they are reached, and what for",
        lambda terms: bool(terms.recipients),
    ),
    Wanted(Content.NECESSITY, "PIPL 30", "why the sensitive data is needed", lambda terms: terms.sensitive),
    Wanted(Content.IMPACT, "PIPL 30", "what its use means for the member", lambda terms: terms.sensitive),
    Wanted(
        Content.OVERSEAS,
        "PIPL 39",
        "who gets the data abroad, and how members use their rights there",
        lambda terms: terms.goes_abroad,
    ),
)


def missing(passages: Iterable[Passage], told: Collection[Terms]) -> Wanted | None:
    """The first content that the law wants told of these purposes, and that no passage is named for."""
    named = {passage.content for passage in passages}
    return next(
        (wanted for wanted in WANTED if wanted.content not in named and any(map(wanted.of, told))), None
    )
