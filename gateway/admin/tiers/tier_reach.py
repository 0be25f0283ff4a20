"""Reach of what tells of tiers: who may select the fields of each type that do not say so themselves."""

from collections.abc import Mapping

from gateway.admin.permissions import ADJUSTERS, EVERY_ROLE, MEMBER_READERS, ORDER_READERS, Roles

TIER_TYPES: Mapping[str, Roles] = {
    "ConditionProgress": MEMBER_READERS,
    "ScoreKnot": EVERY_ROLE,
    "ScorePart": EVERY_ROLE,
    "ScorePartProgress": EVERY_ROLE,
    "Standing": MEMBER_READERS,
    "Tier": EVERY_ROLE,
    "TierCondition": EVERY_ROLE,
    "TierDebtFloor": EVERY_ROLE,
    "TierPlacement": ORDER_READERS,
    "TierPlacementPayload": ADJUSTERS,
    "TierRule": EVERY_ROLE,
    "TierScheme": EVERY_ROLE,
    "TierSuccessor": EVERY_ROLE,
    "TierWindow": EVERY_ROLE,
}
