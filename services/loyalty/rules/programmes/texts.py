"""Texts: what members read, in the languages we serve."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages we serve."""

    zh: str
    en: str
