"""The admin schema, put together; it does not start unless every field says who may select it."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from gateway.admin.accesses import AccessMutations
from gateway.admin.approvals import ApprovalMutations, ApprovalQueries
from gateway.admin.audit import AuditQueries
from gateway.admin.dues import DueQueries
from gateway.admin.forfeits import ForfeitMutations
from gateway.admin.integrity import IntegrityQueries
from gateway.admin.ledger import LedgerMutations
from gateway.admin.members import MemberQueries
from gateway.admin.merges import MergeMutations
from gateway.admin.orders import OrderQueries
from gateway.admin.permissions import (
    ADJUSTERS,
    APPROVAL_READERS,
    CONSENT_READERS,
    DUE_WATCHERS,
    EVERY_ROLE,
    INTEGRITY_READERS,
    MOVERS,
    ORDER_READERS,
    PROFILE_READERS,
    PUBLISHERS,
    REVERSERS,
    UNMASKERS,
    WATCHERS,
    Permissions,
)
from gateway.admin.programmes import ProgrammeMutations, ProgrammeQueries
from gateway.admin.redemptions import RedemptionMutations
from gateway.admin.transfers import TransferMutations
from gateway.scalars import SCALARS

schema = strawberry.Schema(
    query=merge_types(
        "Query",
        (
            MemberQueries,
            ProgrammeQueries,
            OrderQueries,
            DueQueries,
            IntegrityQueries,
            ApprovalQueries,
            AuditQueries,
        ),
    ),
    mutation=merge_types(
        "Mutation",
        (
            ProgrammeMutations,
            LedgerMutations,
            ApprovalMutations,
            RedemptionMutations,
            TransferMutations,
            MergeMutations,
            ForfeitMutations,
            AccessMutations,
        ),
    ),
    config=StrawberryConfig(scalar_map=SCALARS),
)

permissions = Permissions(
    schema._schema,
    {
        "AdjustPointsPayload": ADJUSTERS,
        "AdjustmentRequest": APPROVAL_READERS,
        "AdjustmentRequestConnection": APPROVAL_READERS,
        "AdjustmentRequestEdge": APPROVAL_READERS,
        "AdminAction": WATCHERS,
        "AdminActionConnection": WATCHERS,
        "AdminActionEdge": WATCHERS,
        "ApproveAdjustmentPayload": ADJUSTERS,
        "Balance": EVERY_ROLE,
        "Benefit": EVERY_ROLE,
        "BenefitRule": EVERY_ROLE,
        "ClearField": UNMASKERS,
        "ConditionProgress": EVERY_ROLE,
        "Consent": CONSENT_READERS,
        "Conversion": EVERY_ROLE,
        "CreateProgrammePayload": PUBLISHERS,
        "CurrencyRules": EVERY_ROLE,
        "DueRun": DUE_WATCHERS,
        "DueState": DUE_WATCHERS,
        "EarnRule": EVERY_ROLE,
        "EarnedPoints": ORDER_READERS,
        "ExpiringPoints": EVERY_ROLE,
        "Fact": EVERY_ROLE,
        "ForfeitPointsPayload": MOVERS,
        "ForfeitedPoints": MOVERS,
        "Hold": EVERY_ROLE,
        "LedgerCheck": INTEGRITY_READERS,
        "LedgerEntry": EVERY_ROLE,
        "LedgerEntryConnection": EVERY_ROLE,
        "LedgerEntryEdge": EVERY_ROLE,
        "LedgerHead": INTEGRITY_READERS,
        "LedgerIntegrity": INTEGRITY_READERS,
        "LedgerMismatch": INTEGRITY_READERS,
        "LedgerVerification": INTEGRITY_READERS,
        "LocalizedText": EVERY_ROLE,
        "Lot": EVERY_ROLE,
        "MaskedProfile": PROFILE_READERS,
        "Member": EVERY_ROLE,
        "MergeMembersPayload": MOVERS,
        "MergedPoints": MOVERS,
        "Money": EVERY_ROLE,
        "Order": ORDER_READERS,
        "OrderLine": ORDER_READERS,
        "OrderTotals": ORDER_READERS,
        "PageInfo": EVERY_ROLE,
        "PointsTotal": ORDER_READERS,
        "ProfileAccess": WATCHERS,
        "ProfileAccessConnection": WATCHERS,
        "ProfileAccessEdge": WATCHERS,
        "Programme": EVERY_ROLE,
        "ReverseRedemptionPayload": REVERSERS,
        "RejectAdjustmentPayload": ADJUSTERS,
        "ReviseProgrammePayload": PUBLISHERS,
        "SpentPoints": REVERSERS,
        "Standing": EVERY_ROLE,
        "Tier": EVERY_ROLE,
        "TierCondition": EVERY_ROLE,
        "TierDebtFloor": EVERY_ROLE,
        "TierRule": EVERY_ROLE,
        "TransferPointsPayload": MOVERS,
        "UnmaskProfilePayload": UNMASKERS,
        "UnmergeMembersPayload": MOVERS,
        "UnmergedPoints": MOVERS,
        "UserError": EVERY_ROLE,
    },
)
