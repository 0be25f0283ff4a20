"""Personal data in memory: values that no log line, traceback or error message can show by accident."""

from typing import Any, NoReturn

from msgspec import Struct


class Personal(Struct, frozen=True, array_like=True, gc=False):
    """A text about a person. Only ``reveal`` shows it; printing, formatting and pickling do not.

    In the content of a blob it is a list of one text, so that content is read straight into values of this type.
    """

    _text: str

    def reveal(self) -> str:
        """The text in clear; every call of this is a place to look at in a review."""
        return self._text

    def __repr__(self) -> str:
        return "<personal>"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("text", "<personal>")]

    def __format__(self, _: str) -> str:
        return "<personal>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("personal data does not leave the process by pickling")


def reveal(value: Personal | None) -> str:
    """The text in clear, or nothing when there is none."""
    return "" if value is None else value.reveal()
