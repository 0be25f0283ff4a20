"""Clients: how the three services are called, and in whose name."""

from collections.abc import Mapping

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.consent.v1.receipts_connect import ReceiptsServiceClient
from huiyuan.loyalty.v1.adjustments_connect import AdjustmentsServiceClient
from huiyuan.loyalty.v1.dues_connect import DuesServiceClient
from huiyuan.loyalty.v1.finance_connect import FinanceServiceClient
from huiyuan.loyalty.v1.forfeits_connect import ForfeitsServiceClient
from huiyuan.loyalty.v1.integrity_connect import IntegrityServiceClient
from huiyuan.loyalty.v1.merges_connect import MergesServiceClient
from huiyuan.loyalty.v1.orders_connect import OrdersServiceClient
from huiyuan.loyalty.v1.points_connect import PointsServiceClient
from huiyuan.loyalty.v1.programmes_connect import ProgrammesServiceClient
from huiyuan.loyalty.v1.quotes_connect import QuotesServiceClient
from huiyuan.loyalty.v1.redemptions_connect import RedemptionsServiceClient
from huiyuan.loyalty.v1.statements_connect import StatementsServiceClient
from huiyuan.loyalty.v1.tiers_connect import TiersServiceClient
from huiyuan.loyalty.v1.transfers_connect import TransfersServiceClient
from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from huiyuan.members.v1.identity_documents_connect import IdentityDocumentsServiceClient
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.rotations_connect import RotationsServiceClient

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
        self.orders = client(OrdersServiceClient, loyalty, LOYALTY, signer)
        self.redemptions = client(RedemptionsServiceClient, loyalty, LOYALTY, signer)
        self.quotes = client(QuotesServiceClient, loyalty, LOYALTY, signer)
        self.transfers = client(TransfersServiceClient, loyalty, LOYALTY, signer)
        self.merges = client(MergesServiceClient, loyalty, LOYALTY, signer)
        self.forfeits = client(ForfeitsServiceClient, loyalty, LOYALTY, signer)
        self.adjustments = client(AdjustmentsServiceClient, loyalty, LOYALTY, signer)
        self.statements = client(
            StatementsServiceClient, loyalty, LOYALTY, signer, timeout_ms=_LOOKING_BACK_MS
        )
        self.finance = client(FinanceServiceClient, loyalty, LOYALTY, signer, timeout_ms=_SUMMING_UP_MS)
        self.programmes = client(ProgrammesServiceClient, loyalty, LOYALTY, signer)
        self.dues = client(DuesServiceClient, loyalty, LOYALTY, signer)
        self.integrity = client(IntegrityServiceClient, loyalty, LOYALTY, signer)
        self.profiles = client(ProfilesServiceClient, members, MEMBERS, signer, default_caller=ITSELF)
        self.identities = client(IdentitiesServiceClient, members, MEMBERS, signer)
        self.identity_documents = client(IdentityDocumentsServiceClient, members, MEMBERS, signer)
        self.rotations = client(RotationsServiceClient, members, MEMBERS, signer)
        self.decisions = client(DecisionsServiceClient, consent, CONSENT, signer, default_caller=ITSELF)
        self.purposes = client(PurposesServiceClient, consent, CONSENT, signer)
        self.receipts = client(ReceiptsServiceClient, consent, CONSENT, signer)

    def assertion(self, service: str, caller: Caller) -> str:
        """The caller's signed name, as items of batch reads carry it."""
        return self._signer.sign(service, caller)

    def named(self, service: str, caller: Caller) -> dict[str, str]:
        """The headers of a call that is made in the caller's name."""
        return {CALLER_HEADER: self._signer.sign(service, caller)}
