"""The storefront's schema, put together; what is not said to be public is for signed-in members."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from gateway.context import Info
from gateway.scalars import SCALARS
from gateway.storefront.changes import ChangeSubscription
from gateway.storefront.closing import ClosingMutations
from gateway.storefront.consents import ConsentMutations, ConsentQueries
from gateway.storefront.coupons import CouponMutations
from gateway.storefront.decisions import DecisionQueries
from gateway.storefront.entitlements import EntitlementMutations
from gateway.storefront.evidence import EvidenceQueries
from gateway.storefront.guardians import GuardianQueries
from gateway.storefront.handlers import HandlerQueries
from gateway.storefront.identities import IdentityMutations
from gateway.storefront.member import Member
from gateway.storefront.memberships import MembershipMutations
from gateway.storefront.missions import MissionMutations, MissionQueries
from gateway.storefront.nodes import NodeQueries
from gateway.storefront.packages import PackageMutations, PackageQueries
from gateway.storefront.permissions import Permissions
from gateway.storefront.preferences import PreferenceMutations
from gateway.storefront.profile import ProfileMutations
from gateway.storefront.programmes import ProgrammeQueries
from gateway.storefront.quotes import QuoteQueries
from gateway.storefront.redemptions import RedemptionMutations
from gateway.storefront.referrals import ReferralMutations
from gateway.storefront.rewards import RewardMutations, RewardQueries
from gateway.storefront.rights import RightsMutations, RightsQueries
from gateway.storefront.transfers import TransferMutations


@strawberry.type
class MemberQueries:
    @strawberry.field(description="The signed-in member.")
    def me(self, info: Info) -> Member | None:
        return Member(id=strawberry.ID(info.context.member_id()))


QUERIES = (
    MemberQueries,
    NodeQueries,
    QuoteQueries,
    ProgrammeQueries,
    MissionQueries,
    RewardQueries,
    DecisionQueries,
    ConsentQueries,
    EvidenceQueries,
    PackageQueries,
    RightsQueries,
    GuardianQueries,
    HandlerQueries,
)
MUTATIONS = (
    ProfileMutations,
    IdentityMutations,
    RedemptionMutations,
    RewardMutations,
    ReferralMutations,
    TransferMutations,
    MissionMutations,
    EntitlementMutations,
    CouponMutations,
    MembershipMutations,
    ConsentMutations,
    ClosingMutations,
    PackageMutations,
    PreferenceMutations,
    RightsMutations,
)
PUBLIC_TYPES = frozenset(
    {
        "Benefit",
        "ConsentLog",
        "ConsentPurpose",
        "ConsistencyProof",
        "HandlerTransfer",
        "Mission",
        "MissionAward",
        "MissionCondition",
        "MissionTask",
        "Money",
        "Notice",
        "NoticePassage",
        "PriceStep",
        "Programme",
        "ProgrammeCurrency",
        "ProgrammeTier",
        "Reward",
        "RewardLimit",
        "RewardTierPrice",
        "TierCondition",
        "TierSale",
    }
)

schema = strawberry.Schema(
    query=merge_types("Query", QUERIES),
    mutation=merge_types("Mutation", MUTATIONS),
    subscription=merge_types("Subscription", (ChangeSubscription,)),
    config=StrawberryConfig(scalar_map=SCALARS),
)

permissions = Permissions(schema._schema, PUBLIC_TYPES)
