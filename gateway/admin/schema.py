"""The admin schema, put together; it does not start unless every field says who may select it."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from gateway.admin.accesses import AccessMutations
from gateway.admin.activities import ActivityMutations, ActivityQueries
from gateway.admin.analyses import AnalysisMutations, AnalysisQueries
from gateway.admin.approvals import ApprovalMutations, ApprovalQueries
from gateway.admin.audit import AuditQueries
from gateway.admin.campaigns import CampaignMutations, CampaignQueries
from gateway.admin.communications import CommunicationMutations
from gateway.admin.coupon_templates import CouponTemplateMutations, CouponTemplateQueries
from gateway.admin.coupons import CouponMutations, CouponQueries
from gateway.admin.documents import DocumentMutations, DocumentQueries
from gateway.admin.draft_mutations import ProgrammeDraftMutations
from gateway.admin.drafts import ProgrammeDraftQueries
from gateway.admin.dues import DueQueries
from gateway.admin.earn_trials import EarnTrialQueries
from gateway.admin.entitlements import EntitlementMutations, EntitlementQueries
from gateway.admin.erasures import ErasureMutations, ErasureQueries
from gateway.admin.finance import FinanceQueries
from gateway.admin.forfeits import ForfeitMutations
from gateway.admin.grants import GrantMutations, GrantQueries
from gateway.admin.guardians import GuardianMutations, GuardianQueries
from gateway.admin.identities import IdentityMutations
from gateway.admin.identity_documents import IdentityDocumentMutations
from gateway.admin.integrity import IntegrityQueries
from gateway.admin.key_rotations import KeyRotationMutations, KeyRotationQueries
from gateway.admin.ledger import LedgerMutations
from gateway.admin.lookups import MemberQueries
from gateway.admin.member_merges import MemberMergeQueries
from gateway.admin.memberships import MembershipMutations
from gateway.admin.merges import MergeMutations
from gateway.admin.missions import MissionMutations, MissionQueries
from gateway.admin.nodes import NodeQueries
from gateway.admin.notes import NoteMutations
from gateway.admin.orders import OrderQueries
from gateway.admin.permissions import Permissions
from gateway.admin.placements import PlacementMutations, PlacementQueries
from gateway.admin.previews import DraftPreviewMutations, DraftPreviewQueries
from gateway.admin.programme_changes import ProgrammeChangeQueries
from gateway.admin.programmes import ProgrammeMutations, ProgrammeQueries
from gateway.admin.reach import ROLES_BY_TYPE
from gateway.admin.redemptions import RedemptionMutations
from gateway.admin.referrals import ReferralMutations, ReferralQueries
from gateway.admin.registers import RegisterMutations, RegisterQueries
from gateway.admin.retention import RetentionQueries
from gateway.admin.reward_redemptions import RewardRedemptionMutations, RewardRedemptionQueries
from gateway.admin.rewards import RewardMutations, RewardQueries
from gateway.admin.rights import RightsMutations, RightsQueries
from gateway.admin.searches import SearchQueries
from gateway.admin.sending import SendingMutations
from gateway.admin.statements import StatementQueries
from gateway.admin.statuses import StatusMutations
from gateway.admin.tags import TagMutations, TagQueries
from gateway.admin.topics import TopicMutations, TopicQueries
from gateway.admin.transfers import TransferMutations
from gateway.admin.webhook_deliveries import WebhookDeliveryMutations, WebhookDeliveryQueries
from gateway.admin.webhook_endpoints import WebhookEndpointMutations, WebhookEndpointQueries
from gateway.admin.webhook_sources import WebhookSourceMutations, WebhookSourceQueries
from gateway.scalars import SCALARS

schema = strawberry.Schema(
    query=merge_types(
        "Query",
        (
            MemberQueries,
            ErasureQueries,
            RetentionQueries,
            RightsQueries,
            GuardianQueries,
            RegisterQueries,
            MemberMergeQueries,
            SearchQueries,
            TagQueries,
            NodeQueries,
            ProgrammeQueries,
            ProgrammeDraftQueries,
            ProgrammeChangeQueries,
            CampaignQueries,
            EarnTrialQueries,
            DraftPreviewQueries,
            PlacementQueries,
            OrderQueries,
            ActivityQueries,
            MissionQueries,
            GrantQueries,
            RewardQueries,
            ReferralQueries,
            RewardRedemptionQueries,
            DueQueries,
            IntegrityQueries,
            KeyRotationQueries,
            ApprovalQueries,
            StatementQueries,
            FinanceQueries,
            EntitlementQueries,
            CouponTemplateQueries,
            CouponQueries,
            TopicQueries,
            AuditQueries,
            AnalysisQueries,
            DocumentQueries,
            WebhookEndpointQueries,
            WebhookDeliveryQueries,
            WebhookSourceQueries,
        ),
    ),
    mutation=merge_types(
        "Mutation",
        (
            ProgrammeMutations,
            ProgrammeDraftMutations,
            CampaignMutations,
            DraftPreviewMutations,
            LedgerMutations,
            ActivityMutations,
            MissionMutations,
            GrantMutations,
            ApprovalMutations,
            RedemptionMutations,
            RewardMutations,
            ReferralMutations,
            RewardRedemptionMutations,
            TransferMutations,
            EntitlementMutations,
            CouponTemplateMutations,
            CouponMutations,
            MembershipMutations,
            IdentityMutations,
            MergeMutations,
            ForfeitMutations,
            PlacementMutations,
            TopicMutations,
            SendingMutations,
            RightsMutations,
            GuardianMutations,
            RegisterMutations,
            AccessMutations,
            IdentityDocumentMutations,
            StatusMutations,
            ErasureMutations,
            TagMutations,
            NoteMutations,
            CommunicationMutations,
            AnalysisMutations,
            KeyRotationMutations,
            DocumentMutations,
            WebhookEndpointMutations,
            WebhookDeliveryMutations,
            WebhookSourceMutations,
        ),
    ),
    config=StrawberryConfig(scalar_map=SCALARS),
)

permissions = Permissions(schema._schema, ROLES_BY_TYPE)
