"""Clients: how the three services are called, and in whose name."""

from collections.abc import Mapping

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.consent.v1.guardians_connect import GuardiansServiceClient
from huiyuan.consent.v1.handlers_connect import HandlersServiceClient
from huiyuan.consent.v1.preferences_connect import PreferencesServiceClient
from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.consent.v1.receipts_connect import ReceiptsServiceClient
from huiyuan.consent.v1.registers_connect import RegistersServiceClient
from huiyuan.consent.v1.rights_connect import RightsServiceClient
from huiyuan.consent.v1.sends_connect import SendsServiceClient
from huiyuan.consent.v1.suppressions_connect import SuppressionsServiceClient
from huiyuan.consent.v1.topics_connect import TopicsServiceClient
from huiyuan.loyalty.v1.activities_connect import ActivitiesServiceClient
from huiyuan.loyalty.v1.adjustments_connect import AdjustmentsServiceClient
from huiyuan.loyalty.v1.campaigns_connect import CampaignsServiceClient
from huiyuan.loyalty.v1.coupon_templates_connect import CouponTemplatesServiceClient
from huiyuan.loyalty.v1.coupons_connect import CouponsServiceClient
from huiyuan.loyalty.v1.decisions_connect import DecisionsServiceClient as DecidedServiceClient
from huiyuan.loyalty.v1.drafts_connect import DraftsServiceClient
from huiyuan.loyalty.v1.dues_connect import DuesServiceClient
from huiyuan.loyalty.v1.entitlements_connect import EntitlementsServiceClient
from huiyuan.loyalty.v1.finance_connect import FinanceServiceClient
from huiyuan.loyalty.v1.forfeits_connect import ForfeitsServiceClient
from huiyuan.loyalty.v1.grants_connect import GrantsServiceClient
from huiyuan.loyalty.v1.integrity_connect import IntegrityServiceClient
from huiyuan.loyalty.v1.memberships_connect import MembershipsServiceClient
from huiyuan.loyalty.v1.mission_trials_connect import MissionTrialsServiceClient
from huiyuan.loyalty.v1.missions_connect import MissionsServiceClient
from huiyuan.loyalty.v1.orders_connect import OrdersServiceClient
from huiyuan.loyalty.v1.overviews_connect import OverviewsServiceClient
from huiyuan.loyalty.v1.placements_connect import PlacementsServiceClient
from huiyuan.loyalty.v1.points_connect import PointsServiceClient
from huiyuan.loyalty.v1.previews_connect import PreviewsServiceClient
from huiyuan.loyalty.v1.programme_history_connect import ProgrammeHistoryServiceClient
from huiyuan.loyalty.v1.programmes_connect import ProgrammesServiceClient
from huiyuan.loyalty.v1.quotes_connect import QuotesServiceClient
from huiyuan.loyalty.v1.redemptions_connect import RedemptionsServiceClient
from huiyuan.loyalty.v1.referrals_connect import ReferralsServiceClient
from huiyuan.loyalty.v1.reward_redemptions_connect import RewardRedemptionsServiceClient
from huiyuan.loyalty.v1.rewards_connect import RewardsServiceClient
from huiyuan.loyalty.v1.statements_connect import StatementsServiceClient
from huiyuan.loyalty.v1.tiers_connect import TiersServiceClient
from huiyuan.loyalty.v1.transfers_connect import TransfersServiceClient
from huiyuan.members.v1.addresses_connect import AddressesServiceClient
from huiyuan.members.v1.analyses_connect import AnalysesServiceClient
from huiyuan.members.v1.communications_connect import CommunicationsServiceClient
from huiyuan.members.v1.erasures_connect import ErasuresServiceClient
from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from huiyuan.members.v1.identity_documents_connect import IdentityDocumentsServiceClient
from huiyuan.members.v1.links_connect import LinksServiceClient
from huiyuan.members.v1.merges_connect import MergesServiceClient
from huiyuan.members.v1.notes_connect import NotesServiceClient
from huiyuan.members.v1.packages_connect import PackagesServiceClient
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.retention_connect import RetentionServiceClient
from huiyuan.members.v1.rotations_connect import RotationsServiceClient
from huiyuan.members.v1.searches_connect import SearchesServiceClient
from huiyuan.members.v1.statuses_connect import StatusesServiceClient
from huiyuan.members.v1.tags_connect import TagsServiceClient
from huiyuan.members.v1.verifications_connect import VerificationsServiceClient

from services.kit.rpc import CALLER_HEADER, Caller, CallerKind, CallerSigner, client

ITSELF = Caller(CallerKind.SERVICE, "gateway")
"""Who calls when a batch carries its callers item by item."""

LOYALTY, MEMBERS, CONSENT = "loyalty", "members", "consent"

_LOOKING_BACK_MS = 15_000
_SUMMING_UP_MS = 60_000
"""How long a whole history is waited for, and a whole ledger."""


class Clients:
    """One client of each noun of each service; they last as long as the process."""

    def __init__(self, addresses: Mapping[str, str], signer: CallerSigner) -> None:
        self._signer = signer
        loyalty, members, consent = addresses[LOYALTY], addresses[MEMBERS], addresses[CONSENT]
        self.points = client(PointsServiceClient, loyalty, LOYALTY, signer, default_caller=ITSELF)
        self.tiers = client(TiersServiceClient, loyalty, LOYALTY, signer, default_caller=ITSELF)
        self.overviews = client(OverviewsServiceClient, loyalty, LOYALTY, signer, default_caller=ITSELF)
        self.orders = client(OrdersServiceClient, loyalty, LOYALTY, signer)
        self.redemptions = client(RedemptionsServiceClient, loyalty, LOYALTY, signer)
        self.reward_redemptions = client(RewardRedemptionsServiceClient, loyalty, LOYALTY, signer)
        self.quotes = client(QuotesServiceClient, loyalty, LOYALTY, signer)
        self.transfers = client(TransfersServiceClient, loyalty, LOYALTY, signer)
        self.forfeits = client(ForfeitsServiceClient, loyalty, LOYALTY, signer)
        self.adjustments = client(AdjustmentsServiceClient, loyalty, LOYALTY, signer)
        self.statements = client(
            StatementsServiceClient, loyalty, LOYALTY, signer, timeout_ms=_LOOKING_BACK_MS
        )
        self.finance = client(FinanceServiceClient, loyalty, LOYALTY, signer, timeout_ms=_SUMMING_UP_MS)
        self._know_what_is_given(loyalty, signer)
        self._know_the_programme(loyalty, signer)
        self.dues = client(DuesServiceClient, loyalty, LOYALTY, signer)
        self.integrity = client(IntegrityServiceClient, loyalty, LOYALTY, signer)
        self.profiles = client(ProfilesServiceClient, members, MEMBERS, signer, default_caller=ITSELF)
        self.identities = client(IdentitiesServiceClient, members, MEMBERS, signer)
        self.identity_documents = client(IdentityDocumentsServiceClient, members, MEMBERS, signer)
        self.statuses = client(StatusesServiceClient, members, MEMBERS, signer)
        self.erasures = client(ErasuresServiceClient, members, MEMBERS, signer)
        self.retention = client(RetentionServiceClient, members, MEMBERS, signer)
        self.links = client(LinksServiceClient, members, MEMBERS, signer)
        self.verifications = client(VerificationsServiceClient, members, MEMBERS, signer)
        self.merges = client(MergesServiceClient, members, MEMBERS, signer)
        self.addresses = client(AddressesServiceClient, members, MEMBERS, signer)
        self.searches = client(SearchesServiceClient, members, MEMBERS, signer)
        self.tags = client(TagsServiceClient, members, MEMBERS, signer)
        self.notes = client(NotesServiceClient, members, MEMBERS, signer)
        self.communications = client(CommunicationsServiceClient, members, MEMBERS, signer)
        self.packages = client(PackagesServiceClient, members, MEMBERS, signer)
        self.analyses = client(AnalysesServiceClient, members, MEMBERS, signer)
        self.rotations = client(RotationsServiceClient, members, MEMBERS, signer)
        self.decisions = client(DecisionsServiceClient, consent, CONSENT, signer, default_caller=ITSELF)
        self.purposes = client(PurposesServiceClient, consent, CONSENT, signer)
        self.receipts = client(ReceiptsServiceClient, consent, CONSENT, signer)
        self.topics = client(TopicsServiceClient, consent, CONSENT, signer)
        self.preferences = client(PreferencesServiceClient, consent, CONSENT, signer, default_caller=ITSELF)
        self.suppressions = client(SuppressionsServiceClient, consent, CONSENT, signer)
        self.sends = client(SendsServiceClient, consent, CONSENT, signer)
        self.guardians = client(GuardiansServiceClient, consent, CONSENT, signer)
        self.registers = client(RegistersServiceClient, consent, CONSENT, signer)
        self.handlers = client(HandlersServiceClient, consent, CONSENT, signer, default_caller=ITSELF)
        self.rights = client(RightsServiceClient, consent, CONSENT, signer)

    def _know_the_programme(self, loyalty: str, signer: CallerSigner) -> None:
        self.placements = client(PlacementsServiceClient, loyalty, LOYALTY, signer)
        self.programmes = client(ProgrammesServiceClient, loyalty, LOYALTY, signer)
        self.drafts = client(DraftsServiceClient, loyalty, LOYALTY, signer)
        self.previews = client(PreviewsServiceClient, loyalty, LOYALTY, signer)
        self.programme_history = client(ProgrammeHistoryServiceClient, loyalty, LOYALTY, signer)

    def _know_what_is_given(self, loyalty: str, signer: CallerSigner) -> None:
        self.coupons = client(CouponsServiceClient, loyalty, LOYALTY, signer)
        self.coupon_templates = client(CouponTemplatesServiceClient, loyalty, LOYALTY, signer)
        self.campaigns = client(CampaignsServiceClient, loyalty, LOYALTY, signer, timeout_ms=_LOOKING_BACK_MS)
        self.activities = client(ActivitiesServiceClient, loyalty, LOYALTY, signer)
        self.mission_trials = client(MissionTrialsServiceClient, loyalty, LOYALTY, signer)
        self.missions = client(MissionsServiceClient, loyalty, LOYALTY, signer)
        self.memberships = client(MembershipsServiceClient, loyalty, LOYALTY, signer)
        self.decided = client(DecidedServiceClient, loyalty, LOYALTY, signer)
        self.entitlements = client(EntitlementsServiceClient, loyalty, LOYALTY, signer, default_caller=ITSELF)
        self.referrals = client(ReferralsServiceClient, loyalty, LOYALTY, signer)
        self.rewards = client(RewardsServiceClient, loyalty, LOYALTY, signer)
        self.grants = client(GrantsServiceClient, loyalty, LOYALTY, signer)

    def assertion(self, service: str, caller: Caller) -> str:
        """The caller's signed name, as items of batch reads carry it."""
        return self._signer.sign(service, caller)

    def named(self, service: str, caller: Caller) -> dict[str, str]:
        """The headers of a call that is made in the caller's name."""
        return {CALLER_HEADER: self._signer.sign(service, caller)}
