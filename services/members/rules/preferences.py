"""Preferences: the few choices that a profile keeps, each with the values it may have.

What a member wants to be told, and by which channel, is a matter of consent and lies with the consent service.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import NamedTuple

from services.kit.refusal import Invalid

VOCABULARY = MappingProxyType(
    {
        "contact_hours": ("any", "daytime", "evening", "weekend"),
        "delivery_hours": ("any", "weekdays", "weekends", "evening"),
        "receipt": ("paper", "electronic", "none"),
        "theme": ("system", "light", "dark", "high_contrast"),
        "units": ("metric", "imperial", "shi"),
    }
)
"""Every preference with its values. Only ever added to: what was chosen stays readable."""


class PreferenceNotValid(Invalid):
    """There is no such preference, or it has no such value."""


class Preference(NamedTuple):
    """One choice."""

    name: str
    value: str


def chosen(kept: Iterable[Preference], given: Iterable[Preference]) -> tuple[Preference, ...]:
    """What is preferred after a change, in the order of names; an empty value takes a choice back.

    Raises ``PreferenceNotValid``, whose field is the path of the item.
    """
    choices = dict(kept)
    for number, (name, value) in enumerate(given):
        if name not in VOCABULARY:
            raise PreferenceNotValid(
                f"the preference must be one of {', '.join(VOCABULARY)}", field=f"preferences[{number}].name"
            )
        if value and value not in VOCABULARY[name]:
            raise PreferenceNotValid(
                f"{name} must be one of {', '.join(VOCABULARY[name])}, or empty to take it back",
                field=f"preferences[{number}].value",
            )
        choices[name] = value
    return tuple([Preference(name, value) for name, value in sorted(choices.items()) if value])
