"""Benefits as JSON."""

from typing import Any

from services.loyalty.rules.benefits.benefits import Benefit, BenefitEffect, BenefitKind, QuotaPeriod
from services.loyalty.rules.programmes.texts import Text


def benefit(stored: dict[str, Any]) -> Benefit:
    """A benefit from its JSON; before quotas there were a key, a kind and a name."""
    return Benefit(
        **stored
        | {
            "kind": BenefitKind(stored["kind"]),
            "name": Text(**stored["name"]),
            "effect": BenefitEffect(stored.get("effect", BenefitEffect.OTHER)),
            "description": Text(**stored.get("description", {"zh": "", "en": ""})),
            "period": QuotaPeriod(stored.get("period", QuotaPeriod.NONE)),
        }
    )
