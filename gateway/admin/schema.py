"""The admin schema, put together; it does not start unless every field says who may select it."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from gateway.admin.accesses import AccessMutations
from gateway.admin.approvals import ApprovalMutations, ApprovalQueries
from gateway.admin.audit import AuditQueries
from gateway.admin.documents import DocumentMutations, DocumentQueries
from gateway.admin.dues import DueQueries
from gateway.admin.finance import FinanceQueries
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
    DOCUMENT_READERS,
    DUE_WATCHERS,
    EVERY_ROLE,
    FINANCE_READERS,
    HISTORY_READERS,
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
from gateway.admin.statements import StatementQueries
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
            StatementQueries,
            FinanceQueries,
            AuditQueries,
            DocumentQueries,
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
            DocumentMutations,
        ),
    ),
    config=StrawberryConfig(scalar_map=SCALARS),
)

permissions = Permissions(
    schema._schema,
    {
        "AccountBalances": HISTORY_READERS,
        "AccountTotal": FINANCE_READERS,
        "AdjustPointsPayload": ADJUSTERS,
        "AdjustmentExplanation": HISTORY_READERS,
        "AdjustmentRequest": APPROVAL_READERS,
        "AdjustmentRequestConnection": APPROVAL_READERS,
        "AdjustmentRequestEdge": APPROVAL_READERS,
        "AdminAction": WATCHERS,
        "AdminActionConnection": WATCHERS,
        "AdminActionEdge": WATCHERS,
        "ApproveAdjustmentPayload": ADJUSTERS,
        "Balance": EVERY_ROLE,
        "BalanceAsOf": HISTORY_READERS,
        "Benefit": EVERY_ROLE,
        "BenefitRule": EVERY_ROLE,
        "Breakage": FINANCE_READERS,
        "BreakageCohort": FINANCE_READERS,
        "ClearField": UNMASKERS,
        "ConditionProgress": EVERY_ROLE,
        "Consent": CONSENT_READERS,
        "Conversion": EVERY_ROLE,
        "CreateProgrammePayload": PUBLISHERS,
        "CurrencyMovements": FINANCE_READERS,
        "CurrencyRules": EVERY_ROLE,
        "DailyMovements": FINANCE_READERS,
        "DocumentClient": DOCUMENT_READERS,
        "DocumentProblem": PUBLISHERS,
        "DueRun": DUE_WATCHERS,
        "DueState": DUE_WATCHERS,
        "EarnRule": EVERY_ROLE,
        "EarnedPoints": ORDER_READERS,
        "EarningExplanation": HISTORY_READERS,
        "ExpiringPoints": EVERY_ROLE,
        "ExpiryExplanation": HISTORY_READERS,
        "ExpiryRule": HISTORY_READERS,
        "Explanation": HISTORY_READERS,
        "Fact": EVERY_ROLE,
        "ForfeitPointsPayload": MOVERS,
        "ForfeitedPoints": MOVERS,
        "HeldPoints": HISTORY_READERS,
        "Hold": EVERY_ROLE,
        "LedgerCheck": INTEGRITY_READERS,
        "LedgerEntry": EVERY_ROLE,
        "LedgerEntryConnection": EVERY_ROLE,
        "LedgerEntryEdge": EVERY_ROLE,
        "LedgerExplanation": HISTORY_READERS,
        "LedgerHead": INTEGRITY_READERS,
        "LedgerIntegrity": INTEGRITY_READERS,
        "LedgerMismatch": INTEGRITY_READERS,
        "LedgerVerification": INTEGRITY_READERS,
        "LineShare": HISTORY_READERS,
        "LineTakenBack": HISTORY_READERS,
        "LocalizedText": EVERY_ROLE,
        "Lot": EVERY_ROLE,
        "LotOrigin": HISTORY_READERS,
        "MaskedProfile": PROFILE_READERS,
        "MaturationExplanation": HISTORY_READERS,
        "Member": EVERY_ROLE,
        "MergeExplanation": HISTORY_READERS,
        "MergeMembersPayload": MOVERS,
        "MergedPoints": MOVERS,
        "Money": EVERY_ROLE,
        "MonthlyPoints": FINANCE_READERS,
        "Movements": FINANCE_READERS,
        "Order": ORDER_READERS,
        "OrderLine": ORDER_READERS,
        "OrderTotals": ORDER_READERS,
        "OutstandingPoints": FINANCE_READERS,
        "PageInfo": EVERY_ROLE,
        "PointsLiability": FINANCE_READERS,
        "PointsTotal": ORDER_READERS,
        "ProfileAccess": WATCHERS,
        "ProfileAccessConnection": WATCHERS,
        "ProfileAccessEdge": WATCHERS,
        "Programme": EVERY_ROLE,
        "RedemptionExplanation": HISTORY_READERS,
        "RefundExplanation": HISTORY_READERS,
        "RejectAdjustmentPayload": ADJUSTERS,
        "ReversalExplanation": HISTORY_READERS,
        "RetireDocumentPayload": PUBLISHERS,
        "ReverseRedemptionPayload": REVERSERS,
        "ReviseProgrammePayload": PUBLISHERS,
        "RuleVerdict": HISTORY_READERS,
        "SourcePoints": FINANCE_READERS,
        "SpentPoints": REVERSERS,
        "Standing": EVERY_ROLE,
        "Statement": HISTORY_READERS,
        "StatementLine": HISTORY_READERS,
        "StatementSum": HISTORY_READERS,
        "Tier": EVERY_ROLE,
        "TierCondition": EVERY_ROLE,
        "TierDebtFloor": EVERY_ROLE,
        "TierRule": EVERY_ROLE,
        "TransferPointsPayload": MOVERS,
        "TrialBalance": FINANCE_READERS,
        "TrustedDocument": DOCUMENT_READERS,
        "TrustedDocumentConnection": DOCUMENT_READERS,
        "TrustedDocumentEdge": DOCUMENT_READERS,
        "UnmaskProfilePayload": UNMASKERS,
        "UnmergeMembersPayload": MOVERS,
        "UnmergedPoints": MOVERS,
        "UploadDocumentsPayload": PUBLISHERS,
        "UserError": EVERY_ROLE,
    },
)
