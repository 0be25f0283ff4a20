"""A benefit between the wire and the rules, both ways."""

from huiyuan.loyalty.v1 import benefits_pb2 as wire

from services.loyalty.rpc.wire import choice, chosen, localized, text
from services.loyalty.rules.benefits import Benefit, BenefitKind


def benefit(message: wire.Benefit, path: str) -> Benefit:
    """A benefit as an operator defines it, not yet checked."""
    kind = chosen(BenefitKind, wire.BenefitKind, "BENEFIT_KIND_", message.kind, f"{path}.kind")
    return Benefit(message.key, kind, localized(message.name, f"{path}.name"))


def published(benefit: Benefit) -> wire.Benefit:
    """A benefit as it was published."""
    return wire.Benefit(
        key=benefit.key,
        kind=choice(wire.BenefitKind, "BENEFIT_KIND_", benefit.kind),
        name=text(benefit.name),
    )
