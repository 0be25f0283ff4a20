"""Personal data in memory: values that no log line, traceback or error message can show by accident."""

from typing import NoReturn


class Personal:
    """A text about a person. Only ``reveal`` shows it; printing, formatting and pickling do not."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text in clear; every call of this is a place to look at in a review."""
        return self._text

    def __repr__(self) -> str:
        return "<personal>"

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return "<personal>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("personal data does not leave the process by pickling")


def reveal(value: Personal | None) -> str:
    """The text in clear, or nothing when there is none."""
    return "" if value is None else value.reveal()
