"""Answers that the services give in these tests, with invented members."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import (
    adjustments_pb2,
    benefits_pb2,
    currencies_pb2,
    dues_pb2,
    earn_rules_pb2,
    entitlements_pb2,
    forfeits_pb2,
    integrity_pb2,
    memberships_pb2,
    orders_pb2,
    placements_pb2,
    points_pb2,
    programmes_pb2,
    quotes_pb2,
    redemptions_pb2,
    tier_schemes_pb2,
    tiers_pb2,
    transfers_pb2,
)
from huiyuan.members.v1 import (
    analyses_pb2,
    links_pb2,
    merges_pb2,
    packages_pb2,
    profiles_pb2,
    rotations_pb2,
    verifications_pb2,
)


def at(year: int, month: int = 1, day: int = 1) -> Timestamp:
    wire = Timestamp()
    wire.FromDatetime(datetime(year, month, day, tzinfo=UTC))
    return wire


def _text(zh: str, en: str) -> kit_pb2.LocalizedText:
    return kit_pb2.LocalizedText(zh=zh, en=en)


def _money(minor_units: int, currency: str = "CNY") -> kit_pb2.Money:
    return kit_pb2.Money(minor_units=minor_units, currency=currency)


def balances(available: int) -> points_pb2.MemberBalances:
    points = points_pb2.Balance(
        currency="POINTS",
        spendable=True,
        available=available,
        pending=30,
        held=5,
        expiring_soon=[points_pb2.ExpiringPoints(points=20, expires_at=at(2027, 1, 31))],
    )
    return points_pb2.MemberBalances(
        balances=[points_pb2.Balance(currency="GROWTH", available=2**40), points]
    )


LOTS = points_pb2.MemberLots(
    lots=[
        points_pb2.Lot(
            currency="POINTS",
            points=20,
            expires_at=at(2027, 1, 31),
            month="2026-01",
            source=points_pb2.LOT_SOURCE_EARNED,
        ),
        points_pb2.Lot(currency="POINTS", points=100, month="2026-02", source=points_pb2.LOT_SOURCE_ADJUSTED),
        points_pb2.Lot(
            currency="POINTS",
            points=30,
            pending=True,
            matures_at=at(2026, 12, 1),
            month="2026-11",
            source=points_pb2.LOT_SOURCE_AWARDED,
        ),
    ]
)
HOLD = redemptions_pb2.Hold(
    hold_id="cart-1",
    currency="POINTS",
    points=100,
    held=100,
    state=redemptions_pb2.HOLD_STATE_OPEN,
    held_at=at(2026, 11, 22),
    expires_at=at(2026, 11, 23),
    order_ref="shop:order-1",
)
REDEEMED = redemptions_pb2.RedeemPointsResponse(
    redemption_id="gift-1",
    currency="POINTS",
    points=120,
    taken=[
        redemptions_pb2.SpentPoints(points=20, expires_at=at(2027, 1, 31)),
        redemptions_pb2.SpentPoints(points=100),
    ],
    worth=_money(120),
    balance_after=0,
    entry_id="entry-10",
)
REVERSED = redemptions_pb2.ReverseRedemptionResponse(
    redemption_id="gift-1",
    reversal_id="back-1",
    points=120,
    returned=REDEEMED.taken[::-1],
    expired=20,
    balance_after=100,
)
TRANSFERRED = transfers_pb2.TransferPointsResponse(
    transfer_id="present-1",
    currency="POINTS",
    points=120,
    given=REDEEMED.taken,
    balance_after=5,
    entry_id="entry-11",
)
LINKED = links_pb2.LinkedIdentity(
    identity_id="0123456789abcdef0123456789abcdef",
    kind=kit_pb2.IDENTITY_KIND_PHONE,
    value_masked="139****0001",
    verified=True,
    linked_at=at(2025),
    verified_at=at(2026),
    source=links_pb2.IDENTITY_SOURCE_CODE,
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
)
CODE_SENT = verifications_pb2.RequestVerificationCodeResponse(
    verification_id="5f0d6e0a-0000-4000-8000-00000000000a", expires_at=at(2026, 3), resend_at=at(2026, 2)
)
CONFIRMED = verifications_pb2.ConfirmVerificationCodeResponse(
    outcome=verifications_pb2.VERIFICATION_OUTCOME_VERIFIED, identity=LINKED
)
HELD_BY_ANOTHER = verifications_pb2.ConfirmVerificationCodeResponse(
    outcome=verifications_pb2.VERIFICATION_OUTCOME_HELD_BY_ANOTHER,
    choices=[verifications_pb2.CLAIM_CHOICE_DETACH, verifications_pb2.CLAIM_CHOICE_MERGE],
    claim_until=at(2026, 3),
)
MEMBER_MERGE = merges_pb2.MemberMerge(
    merge_id="m",
    from_member_id="5f0d6e0a-0000-4000-8000-000000000001",
    into_member_id="5f0d6e0a-0000-4000-8000-000000000002",
    cause=merges_pb2.MERGE_CAUSE_STAFF,
    actor="staff:ops-1",
    reason="SAME",
    merged_at=at(2026),
    followers=[
        merges_pb2.MergeFollower(service="loyalty", merged_at=at(2026, 2)),
        merges_pb2.MergeFollower(service="consent"),
    ],
)
PLACEMENT = placements_pb2.Placement(
    placement_id="00000000-0000-0000-0000-00000000000a",
    kind=placements_pb2.PLACEMENT_KIND_OVERRIDE,
    tier="gold",
    until=at(2027),
    tier_before="silver",
    tier_after="gold",
    placed_at=at(2026, 3, 1),
    placed_by="staff:ada",
    reason="GOODWILL",
)
FORFEITED = forfeits_pb2.ForfeitPointsResponse(
    forfeited=[forfeits_pb2.ForfeitedPoints(currency="POINTS", available=120, pending=30, released=20)],
    replayed=True,
)
MOST_ALONE = 1_000
ADJUSTMENT_WAITS = points_pb2.AdjustPointsResponse(
    status=points_pb2.ADJUSTMENT_STATUS_WAITING_FOR_APPROVAL,
    request_id="7c9a1f4e-0000-4000-8000-000000000001",
)
REQUESTED = adjustments_pb2.AdjustmentRequest(
    request_id=ADJUSTMENT_WAITS.request_id,
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
    programme_id="demo",
    currency="POINTS",
    points=5_000,
    reason="GOODWILL",
    requested_by="staff:ops-1",
    requested_at=at(2026, 3, 1),
    state=adjustments_pb2.ADJUSTMENT_REQUEST_STATE_WAITING,
)
APPROVED = adjustments_pb2.ApproveAdjustmentResponse(
    request=REQUESTED, balance_after=5_120, entry_id="entry-12"
)
APPROVED.request.state = adjustments_pb2.ADJUSTMENT_REQUEST_STATE_APPROVED
APPROVED.request.decided_by = "staff:ops-2"
APPROVED.request.decided_at.CopyFrom(at(2026, 3, 2))
_BENEFIT = benefits_pb2.Benefit(
    key="free_shipping", kind=benefits_pb2.BENEFIT_KIND_ECONOMIC, name=_text("包邮", "Free shipping")
)
BENEFIT_CLAIM = entitlements_pb2.BenefitClaim(
    claim_id="7c9a1f4e-0000-4000-8000-000000000002",
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
    benefit="free_shipping",
    tier="silver",
    state=entitlements_pb2.BENEFIT_CLAIM_STATE_CLAIMED,
    claimed_at=at(2026, 11, 22),
    good_until=at(2026, 12, 1),
    claimed_by="staff:ops-1",
    reason="GOODWILL",
    unit_cost=_money(800),
)
ENTITLEMENTS = entitlements_pb2.MemberEntitlements(
    entitlements=[
        entitlements_pb2.Entitlement(
            benefit=_BENEFIT,
            tier="silver",
            claimed=1,
            used=2,
            remaining=3,
            period_until=at(2026, 12, 1),
            claims=[BENEFIT_CLAIM],
        )
    ]
)
MEMBERSHIP_OFFER = memberships_pb2.MembershipOffer(
    offer_id="7c9a1f4e-0000-4000-8000-000000000003",
    tier="vip",
    price=_money(8800),
    score=1200,
    score_from=1000,
    step_price=_money(8800),
    spent=_money(0),
    spent_since=at(2025, 11, 23),
    begins=at(2026, 11, 22),
    ends=at(2027, 11, 22),
    expires_at=at(2026, 11, 23),
    programme_version=2,
)
MEMBERSHIP = memberships_pb2.Membership(
    source="till",
    order_id="o-1",
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
    tier="vip",
    price=_money(8800),
    begins=at(2026, 11, 22),
    ends=at(2027, 11, 22),
    recorded_at=at(2026, 11, 22),
)
BENEFIT_COSTS = entitlements_pb2.GetBenefitCostsResponse(
    costs=[
        entitlements_pb2.BenefitCost(
            month="2026-11", tier="silver", benefit="free_shipping", claims=3, used=2, cost=_money(2400)
        )
    ],
    total=_money(2400),
)
STANDING = tiers_pb2.Standing(
    tier=tiers_pb2.Tier(key="silver", name=_text("银卡", "Silver"), rank=2, benefits=[_BENEFIT]),
    since=at(2026, 3, 1),
    next_tier=tiers_pb2.Tier(key="gold", name=_text("金卡", "Gold"), rank=3),
    toward_next=[tiers_pb2.ConditionProgress(metric="GROWTH", actual=620, required=1000)],
    ladder_tier=tiers_pb2.Tier(key="silver", name=_text("银卡", "Silver"), rank=2),
    to_keep=[
        tiers_pb2.ConditionProgress(
            metric="SPEND",
            actual=38_000,
            required=50_000,
            window=tier_schemes_pb2.TierWindow(kind=tier_schemes_pb2.TIER_WINDOW_KIND_CALENDAR_YEAR),
            first_day="2026-01-01",
            last_day="2026-12-31",
        )
    ],
    judged_at=at(2027),
    valid_until=at(2027),
    money_currency="CNY",
)


def profile(member_id: str, name: str) -> profiles_pb2.Profile:
    return profiles_pb2.Profile(
        member_id=member_id,
        display_name=name,
        phone_masked="+86 139****0001",
        language="zh-CN",
        time_zone="Asia/Shanghai",
        status=profiles_pb2.MEMBER_STATUS_ACTIVE,
        joined_at=at(2025, 6, 1),
        revision=3,
    )


def entries(first: int, after: str) -> points_pb2.EntryPage:
    """Of five entries in all, those after a cursor."""
    all_of_them = [_entry(number) for number in range(5, 0, -1)]
    left = [one for one in all_of_them if not after or one.entry_id < after]
    return points_pb2.EntryPage(entries=left[:first], has_next_page=len(left) > first)


def _entry(number: int) -> points_pb2.Entry:
    return points_pb2.Entry(
        entry_id=f"entry-{number}",
        currency="POINTS",
        type="EARN",
        points=10 * number,
        from_account="ISSUED",
        to_account="AVAILABLE",
        balance_after=100,
        occurred_at=at(2026, number),
        recorded_at=at(2026, number),
        order_ref=f"shop:order-{number}",
        rule_version=1,
        actor="system",
    )


QUOTE = quotes_pb2.QuoteOrderResponse(
    programme_id="demo",
    earned=[
        orders_pb2.EarnedPoints(currency="POINTS", points=29, balance_after=149),
        orders_pb2.EarnedPoints(currency="GROWTH", points=19, pending=True, balance_after=0),
    ],
    lines=[
        quotes_pb2.QuotedLine(line_id="1", earned=[orders_pb2.EarnedPoints(currency="POINTS", points=29)])
    ],
    tier_held=STANDING.tier,
    tier_reached=STANDING.next_tier,
    redeemable=quotes_pb2.RedeemablePoints(
        currency="POINTS",
        worth=_money(0),
        reason=quotes_pb2.NOT_REDEEMABLE_REASON_BELOW_MINIMUM,
        available=120,
        minimum=200,
        multiple=100,
    ),
    quoted_at=at(2026, 11, 22),
)
ORDER = orders_pb2.RecordedOrder(
    source="shop",
    order_id="order-1",
    programme_id="demo",
    member_id="5f0d6e0a-0000-4000-8000-000000000001",
    total=_money(1990),
    lines=[
        orders_pb2.RecordedLine(line_id="1", sku="TEA", quantity=1, money=_money(1990), refunded=_money(0))
    ],
    earned=[orders_pb2.EarnedPoints(currency="POINTS", points=19)],
    tier_after="silver",
    paid_at=at(2026, 5, 4),
    recorded_at=at(2026, 5, 4),
)
TOTALS = orders_pb2.GetOrderTotalsResponse(
    orders=69659,
    zero_value_orders=80,
    members=23570,
    spend=_money(250031563, "USD"),
    refunded=_money(0, "USD"),
)
PROGRAMME = programmes_pb2.Programme(
    programme_id="demo",
    version=2,
    name=_text("示例会员", "Demo"),
    time_zone="Asia/Shanghai",
    money_currency="CNY",
    currencies=[
        currencies_pb2.CurrencyRules(
            code="POINTS",
            name=_text("积分", "Points"),
            spendable=True,
            maturation=currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_AT_ONCE),
            expiry=currencies_pb2.Expiry(kind=currencies_pb2.EXPIRY_KIND_NEVER),
            negative_policy=currencies_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE,
        )
    ],
    earn_rules=[
        earn_rules_pb2.EarnRule(
            key="base",
            currency="POINTS",
            points=1,
            per=_money(100),
            rounding=earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS,
        )
    ],
    tiers=[
        tier_schemes_pb2.TierRule(
            key="silver",
            name=_text("银卡", "Silver"),
            conditions=[tier_schemes_pb2.TierCondition(metric="GROWTH", at_least=500)],
            multiplier="1.5",
            benefits=[_BENEFIT],
        )
    ],
    effective_at=at(2026),
    published_by="staff:ops-1",
)
DUE_STATE = dues_pb2.GetDueStateResponse(
    due=3,
    oldest_due_at=at(2026, 7, 1),
    lag_seconds=90,
    run=dues_pb2.DueRun(
        started_at=at(2026, 7, 1),
        noted_at=at(2026, 7, 1),
        members=120_000,
        entries=130_000,
        members_per_second=9.5,
    ),
)
INTEGRITY = integrity_pb2.GetIntegrityResponse(
    last=integrity_pb2.Verification(
        verification_id="verification-1",
        started_at=at(2026, 7, 1),
        finished_at=at(2026, 7, 1),
        entries=2_000_000,
        batches=4_000,
        wallets=200_000,
        entries_per_second=50_000.5,
        mismatches=1,
        checks=[integrity_pb2.VerifiedCheck(name="content", rows=2_004_000, seconds=8.25, mismatches=1)],
        first_mismatches=[
            integrity_pb2.Mismatch(check="content", table="batches", row="lane 0, seq 7", what="torn")
        ],
    ),
    age_seconds=90,
    heads=[
        integrity_pb2.LaneHead(lane=0, seq=12, hash="ab" * 32, verified_seq=11, published_seq=10),
        integrity_pb2.LaneHead(lane=1, seq=1, hash="cd" * 32),
    ],
)
ACCESS = profiles_pb2.ProfileAccess(
    access_id="access-1",
    actor="staff:ops-1",
    purpose="marketing_sms",
    reason="call-back",
    fields=[profiles_pb2.PERSONAL_FIELD_PHONE],
    accessed_at=at(2026, 7, 1),
    allowed=False,
    refusal_code="CONSENT_NEEDED",
)
ANALYSIS = analyses_pb2.Analysis(
    analysis_id="analysis-1",
    state=analyses_pb2.ANALYSIS_STATE_READY,
    k=10,
    columns=["age_band", "tier"],
    purpose="analytics",
    reason="yearly report",
    requested_by="staff:privacy-1",
    requested_at=at(2026, 7, 1),
    ready_at=at(2026, 7, 1),
    expires_at=at(2026, 7, 8),
    rows=270,
    suppressed=3,
    not_consented=12,
    levels=[1, 0],
)
PACKAGE = packages_pb2.Package(
    package_id="package-1",
    state=packages_pb2.PACKAGE_STATE_READY,
    requested_at=at(2026, 7, 1),
    ready_at=at(2026, 7, 1),
    expires_at=at(2026, 7, 8),
    size_bytes=4096,
)
CONSENT = decisions_pb2.Consent(
    purpose="marketing_sms",
    purpose_version=1,
    state=decisions_pb2.CONSENT_STATE_GIVEN,
    record_id="record-1",
    decided_at=at(2026, 8, 1),
    necessity=purposes_pb2.NECESSITY_OPTIONAL,
    form=purposes_pb2.CONSENT_FORM_SEPARATE,
    lawful_basis=purposes_pb2.LAWFUL_BASIS_CONSENT,
    name=_text("短信营销", "Marketing by SMS"),
)


def purposes(locale: str) -> purposes_pb2.ListPurposesResponse:
    purpose = purposes_pb2.Purpose(
        key="marketing_sms",
        version=1,
        name=_text("短信营销", "Marketing by SMS"),
        description=_text("发送优惠短信", "Offers by SMS"),
        lawful_basis=purposes_pb2.LAWFUL_BASIS_CONSENT,
        necessity=purposes_pb2.NECESSITY_OPTIONAL,
        form=purposes_pb2.CONSENT_FORM_SEPARATE,
        categories=["phone"],
        retention="P1Y",
        digest="ab" * 32,
        effective_at=at(2026),
    )
    notice = purposes_pb2.Notice(
        notice_id="notice-1",
        key="marketing",
        version=1,
        locale=locale,
        layer=purposes_pb2.NOTICE_LAYER_JUST_IN_TIME,
        title="短信" if locale == "zh" else "SMS",
        body="…",
        purposes=[purposes_pb2.PurposeVersion(key="marketing_sms", version=1)],
        digest="cd" * 32,
        effective_at=at(2026),
    )
    return purposes_pb2.ListPurposesResponse(purposes=[purpose], notices=[notice])


ROTATION = rotations_pb2.Rotation(
    rotation_id="00000000-0000-7000-8000-000000000001",
    kind=rotations_pb2.ROTATION_KIND_KEK,
    stage=rotations_pb2.ROTATION_STAGE_WORKING,
    started_by="staff:privacy-1",
    reason="yearly",
    started_at=at(2026, 7),
    old_keys=["1/1"],
    new_key="1/2",
    rows_total=2**40,
    rows_done=600,
    rows_left=400,
    rows_per_second=200.5,
    seconds_left=2.0,
)
