"""Benefits: what a tier gives its members."""

from dataclasses import dataclass
from enum import StrEnum

from services.loyalty.rules.texts import Text


class BenefitKind(StrEnum):
    ECONOMIC = "ECONOMIC"
    STATUS = "STATUS"
    FUNCTIONAL = "FUNCTIONAL"
    ACCESS = "ACCESS"


@dataclass(frozen=True, slots=True)
class Benefit:
    key: str
    kind: BenefitKind
    name: Text
