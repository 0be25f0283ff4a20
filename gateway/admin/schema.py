"""The admin schema, put together; it does not start unless every field says who may select it."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from gateway.admin.audit import AuditQueries
from gateway.admin.benefits.entitlements import EntitlementMutations, EntitlementQueries
from gateway.admin.consent.breaches import BreachQueries
from gateway.admin.consent.guardians import GuardianMutations, GuardianQueries
from gateway.admin.consent.handlers import HandlerMutations, HandlerQueries
from gateway.admin.consent.purposes import PurposeMutations
from gateway.admin.consent.registers import RegisterMutations, RegisterQueries
from gateway.admin.consent.rights import RightsMutations, RightsQueries
from gateway.admin.consent.sending import SendingMutations
from gateway.admin.consent.topics import TopicMutations, TopicQueries
from gateway.admin.coupons.coupon_templates import CouponTemplateMutations, CouponTemplateQueries
from gateway.admin.coupons.coupons import CouponMutations, CouponQueries
from gateway.admin.documents import DocumentMutations, DocumentQueries
from gateway.admin.earning.campaigns import CampaignMutations, CampaignQueries
from gateway.admin.earning.earn_trials import EarnTrialQueries
from gateway.admin.ledger.approvals import ApprovalMutations, ApprovalQueries
from gateway.admin.ledger.dues import DueQueries
from gateway.admin.ledger.finance import FinanceQueries
from gateway.admin.ledger.forfeits import ForfeitMutations
from gateway.admin.ledger.grants import GrantMutations, GrantQueries
from gateway.admin.ledger.integrity import IntegrityQueries
from gateway.admin.ledger.ledger import LedgerMutations
from gateway.admin.ledger.orders import OrderQueries
from gateway.admin.ledger.redemptions import RedemptionMutations
from gateway.admin.ledger.statements import StatementQueries
from gateway.admin.ledger.transfers import TransferMutations
from gateway.admin.members.accesses import AccessMutations
from gateway.admin.members.analyses import AnalysisMutations, AnalysisQueries
from gateway.admin.members.communications import CommunicationMutations
from gateway.admin.members.erasures import ErasureMutations, ErasureQueries
from gateway.admin.members.identities import IdentityMutations
from gateway.admin.members.identity_documents import IdentityDocumentMutations
from gateway.admin.members.key_rotations import KeyRotationMutations, KeyRotationQueries
from gateway.admin.members.lookups import MemberQueries
from gateway.admin.members.member_merges import MemberMergeQueries
from gateway.admin.members.merges import MergeMutations
from gateway.admin.members.notes import NoteMutations
from gateway.admin.members.retention import RetentionQueries
from gateway.admin.members.searches import SearchQueries
from gateway.admin.members.statuses import StatusMutations
from gateway.admin.members.tags import TagMutations, TagQueries
from gateway.admin.missions.activities import ActivityMutations, ActivityQueries
from gateway.admin.missions.mission_trials import MissionTrialQueries
from gateway.admin.missions.missions import MissionMutations, MissionQueries
from gateway.admin.nodes import NodeQueries
from gateway.admin.permissions import Permissions
from gateway.admin.programmes.draft_mutations import ProgrammeDraftMutations
from gateway.admin.programmes.drafts import ProgrammeDraftQueries
from gateway.admin.programmes.previews import DraftPreviewMutations, DraftPreviewQueries
from gateway.admin.programmes.programme_changes import ProgrammeChangeQueries
from gateway.admin.programmes.programmes import ProgrammeMutations, ProgrammeQueries
from gateway.admin.reach import ROLES_BY_TYPE
from gateway.admin.referrals.referrals import ReferralMutations, ReferralQueries
from gateway.admin.rewards.reward_redemptions import RewardRedemptionMutations, RewardRedemptionQueries
from gateway.admin.rewards.rewards import RewardMutations, RewardQueries
from gateway.admin.tiers.memberships import MembershipMutations
from gateway.admin.tiers.placements import PlacementMutations, PlacementQueries
from gateway.admin.webhooks.webhook_deliveries import WebhookDeliveryMutations, WebhookDeliveryQueries
from gateway.admin.webhooks.webhook_endpoints import WebhookEndpointMutations, WebhookEndpointQueries
from gateway.admin.webhooks.webhook_sources import WebhookSourceMutations, WebhookSourceQueries
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
            BreachQueries,
            HandlerQueries,
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
            MissionTrialQueries,
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
            PurposeMutations,
            TopicMutations,
            SendingMutations,
            RightsMutations,
            GuardianMutations,
            RegisterMutations,
            HandlerMutations,
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
