"""Activity types: what activities there are, which attributes each has, and for how long they are kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from services.kit.refusal import Conflict, Invalid
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import PURPOSE

MOST_ATTRIBUTES = 20
LONGEST_VALUE = 200
MOST_RETENTION_DAYS = 3_660
_MOST_INTEGER = 2**53
_KEY = re.compile(r"[a-z0-9_-]{1,40}")
_ATTRIBUTE_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PERSONAL = re.compile(
    r"(?:^|_)(?:phone|mobile|e?mail|name|birth\w*|address|unionid|openid|id_number|nick\w*)(?:_|$)"
)


class ActivityTypeNotWellFormed(Invalid):
    """A type of activities contradicts itself; the field says where."""


class ActivityTypeTaken(Conflict):
    """Every programme has a type of this key already, which is not declared anew."""


class UnknownActivityType(Invalid):
    """The programme has no such type of activities."""


class AttributesNotAsDeclared(Invalid):
    """An activity has an attribute that its type does not declare, or lacks one, or has one of another form."""


class AttributeType(StrEnum):
    """What an attribute's values are."""

    STRING = "STRING"
    INTEGER = "INTEGER"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute by its key; a string may be bound to be ``one_of`` some."""

    key: str
    type: AttributeType
    required: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityType:
    """A type of activities. ``edition`` is 0 for what every programme has.

    An activity is kept for ``retention_days`` from when it occurred, and is told within them, so that what was
    forgotten is never taken for new. Who may know attributes about a member for how long is for the purposes that
    the operator declared; the type is where that becomes a number. A type that serves marketing or a profile names the
    ``purpose`` that the member must allow before anything is kept; what the contract needs names none.
    """

    key: str
    name: Text
    attributes: tuple[Attribute, ...] = ()
    retention_days: int = 366
    edition: int = 0
    purpose: str = ""

    def attribute(self, key: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.key == key), None)

    def checked(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes as declared, whole numbers as such. Raises ``AttributesNotAsDeclared``."""
        try:
            found = _schema(self).model_validate({key: _plain(value) for key, value in attributes.items()})
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise self._not_as_declared(first, attributes) from None
        return found.model_dump(exclude_none=True)

    def _not_as_declared(self, error: Any, attributes: Mapping[str, Any]) -> AttributesNotAsDeclared:
        """Which attribute was wrong; never its value, nor what an undeclared one was called."""
        declared = self.attribute(str(error["loc"][0]))
        known = ", ".join(each.key for each in self.attributes) or "none"
        if declared is None:
            message = f"{self.key} has an attribute that it does not declare: it declares {known}"
            return AttributesNotAsDeclared(message, field="attributes")
        wanted = f"one of {', '.join(declared.one_of)}" if declared.one_of else f"a {declared.type.lower()}"
        lacks = declared.key not in attributes
        message = f"{declared.key} is missing: give {wanted}" if lacks else f"{declared.key} must be {wanted}"
        return AttributesNotAsDeclared(message, field=f"attributes.{declared.key}")


def _plain(value: Any) -> Any:
    """A number without a fraction as a whole one: JSON does not tell them apart."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@lru_cache(maxsize=256)
def _schema(type: ActivityType) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for attribute in type.attributes:
        values = _values(attribute)
        fields[attribute.key] = (values, ...) if attribute.required else (values | None, None)
    # Protected names are pydantic's own; the keys here are an operator's.
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
    return create_model("Attributes", __config__=config, **fields)


def _values(attribute: Attribute) -> Any:
    if attribute.one_of:
        return Literal[attribute.one_of]
    return {
        AttributeType.STRING: Annotated[str, Field(max_length=LONGEST_VALUE)],
        AttributeType.INTEGER: Annotated[int, Field(ge=-_MOST_INTEGER, le=_MOST_INTEGER)],
        AttributeType.NUMBER: float,
        AttributeType.BOOLEAN: bool,
    }[attribute.type]


def is_purpose(text: str) -> bool:
    """Whether a text has the form of a purpose's key."""
    return re.fullmatch(PURPOSE, text) is not None


def check(type: ActivityType) -> None:
    """Refuse a type that contradicts itself. Raises ``ActivityTypeNotWellFormed``, ``ActivityTypeTaken``."""
    if _KEY.fullmatch(type.key) is None:
        raise _wrong("a key is a-z, 0-9, _ and -, 1 to 40 of them", "type.key")
    if type.key in BUILT_IN:
        raise ActivityTypeTaken("every programme has this type: choose another key", field="type.key")
    if not 1 <= type.retention_days <= MOST_RETENTION_DAYS:
        raise _wrong(f"activities are kept for 1 to {MOST_RETENTION_DAYS} days", "type.retention_days")
    if type.purpose and not is_purpose(type.purpose):
        raise _wrong("name the purpose by its key, for instance personalisation", "type.purpose")
    if type.key == SEGMENT_ENTERED:
        _check_segment(type)
    if len(type.attributes) > MOST_ATTRIBUTES:
        raise _wrong(f"a type has at most {MOST_ATTRIBUTES} attributes", "type.attributes")
    seen: set[str] = set()
    for nth, attribute in enumerate(type.attributes):
        path = f"type.attributes[{nth}]"
        if _ATTRIBUTE_KEY.fullmatch(attribute.key) is None or attribute.key.startswith("model_"):
            raise _wrong("a key is a-z, 0-9 and _, 1 to 40 of them, and begins with a letter", f"{path}.key")
        if attribute.key in seen:
            raise _wrong(f"{attribute.key} is there twice", f"{path}.key")
        if _PERSONAL.search(attribute.key):
            raise _wrong("activities hold nothing personal: refer to the member by id alone", f"{path}.key")
        if attribute.one_of and attribute.type is not AttributeType.STRING:
            raise _wrong("only strings are one of some", f"{path}.one_of")
        if len(attribute.one_of) > 100 or not all(0 < len(one) <= LONGEST_VALUE for one in attribute.one_of):
            raise _wrong(f"at most 100 of 1 to {LONGEST_VALUE} characters", f"{path}.one_of")
        seen.add(attribute.key)


def _check_segment(type: ActivityType) -> None:
    if not type.purpose:
        raise _wrong("a segment is a profile: name the purpose that members must allow", "type.purpose")
    segment = type.attribute("segment")
    if segment is None or segment.type is not AttributeType.STRING or not segment.required:
        raise _wrong("it says which: declare segment, a STRING that is required", "type.attributes")


def _wrong(message: str, field: str) -> ActivityTypeNotWellFormed:
    return ActivityTypeNotWellFormed(f"{field}: {message}", field=field)


CHECK_IN = "check_in"
"""The one type that members tell of themselves."""
SEGMENT_ENTERED = "segment_entered"
"""What a system that keeps segments tells. It is there once the operator declared it, under a purpose of theirs."""


def _string(key: str, *one_of: str, required: bool = False) -> Attribute:
    return Attribute(key, AttributeType.STRING, required, one_of)


BUILT_IN: Mapping[str, ActivityType] = {
    type.key: type
    for type in (
        ActivityType("sign_up", Text("注册", "Sign-up"), (_string("channel"),)),
        ActivityType(CHECK_IN, Text("签到", "Check-in")),
        ActivityType("share", Text("分享", "Share"), (_string("channel"), _string("subject"))),
        ActivityType(
            "review",
            Text("评价", "Review"),
            (_string("product"), Attribute("with_picture", AttributeType.BOOLEAN)),
        ),
        ActivityType("profile_completed", Text("完善资料", "Profile completed")),
        ActivityType(
            "group_completed",
            Text("拼团成功", "Group completed"),
            (_string("group", required=True), _string("role", "OPENER", "JOINER", required=True)),
        ),
        ActivityType("referral", Text("邀请", "Referral"), (_string("role", "REFERRER", "REFERRED"),)),
    )
}
"""What every programme has, by key."""
