"""Benefits as staff see and program admins write them."""

import strawberry
from huiyuan.loyalty.v1 import benefits_pb2

from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.views.tiers import BenefitKind


@strawberry.type(description="A benefit as the rules word it, in both languages.")
class BenefitRule:
    key: str
    kind: BenefitKind
    name: LocalizedText


def benefit(wire: benefits_pb2.Benefit) -> BenefitRule:
    return BenefitRule(key=wire.key, kind=BenefitKind(wire.kind), name=localized(wire.name))


@strawberry.input
class BenefitInput:
    key: str
    kind: BenefitKind
    name: LocalizedTextInput

    def wire(self) -> benefits_pb2.Benefit:
        return benefits_pb2.Benefit(key=self.key, kind=self.kind.value, name=self.name.wire())
