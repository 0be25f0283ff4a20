"""Notices: how purposes were told to people; a version in one language never changes once published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from services.consent.rules import canonical
from services.consent.rules.passages import Passage
from services.consent.rules.purposes import Purpose

SCHEMA = "huiyuan.consent.notice/1"

LOCALES = ("zh", "en")


class Layer(StrEnum):
    """How prominently a notice is shown."""

    UNSPECIFIED = "UNSPECIFIED"
    GENERAL = "GENERAL"
    ENHANCED = "ENHANCED"
    JUST_IN_TIME = "JUST_IN_TIME"


@dataclass(frozen=True, slots=True)
class ToldPurpose:
    """A purpose version that a notice tells of, bound by its digest."""

    key: str
    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Wording:
    """What a notice says; ``passages`` are where it tells what the law wants, none in notices older than they."""

    key: str
    locale: str
    layer: Layer
    title: str
    body: str
    purposes: tuple[ToldPurpose, ...]
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Notice:
    """A published version of a notice in one language."""

    wording: Wording
    version: int
    effective_at: datetime

    @property
    def notice_id(self) -> str:
        """Names this version for good, for instance ``membership.zh.3``."""
        return f"{self.wording.key}.{self.wording.locale}.{self.version}"

    @cached_property
    def canonical(self) -> bytes:
        """What was told, without the time; the purposes' digests bind what the words are about."""
        wording = self.wording
        passages = [{"content": one.content, "text": one.text} for one in wording.passages]
        return canonical.encode(
            {
                "schema": SCHEMA,
                "key": wording.key,
                "locale": wording.locale,
                "version": self.version,
                "layer": wording.layer,
                "title": wording.title,
                "body": wording.body,
                "purposes": [
                    {"key": told.key, "version": told.version, "digest": told.digest.hex()}
                    for told in wording.purposes
                ],
                **({"passages": passages} if passages else {}),
            }
        )

    @cached_property
    def digest(self) -> bytes:
        return canonical.digest(self.canonical)

    def tells_of(self, purpose: str) -> ToldPurpose | None:
        return next((told for told in self.wording.purposes if told.key == purpose), None)


def still_tells(
    notice: Notice, told: Mapping[tuple[str, int], Purpose], in_force: Mapping[str, Purpose]
) -> bool:
    """True when consent can be given by it: none of its purposes has been outgrown since."""
    return not any(in_force[t.key].outgrows(told[t.key, t.version]) for t in notice.wording.purposes)
