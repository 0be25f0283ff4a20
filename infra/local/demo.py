"""The demo: an invented tea shop's programme, purposes, notices, members and first order, as contract messages."""

from datetime import datetime, timedelta

from huiyuan.consent.v1 import purposes_pb2 as consent
from huiyuan.kit.v1.kit_pb2 import (
    IDENTITY_KIND_EMAIL,
    IDENTITY_KIND_PHONE,
    ExternalIdentity,
    LocalizedText,
    Money,
)
from huiyuan.loyalty.v1 import orders_pb2 as orders
from huiyuan.loyalty.v1 import programmes_pb2 as programmes
from huiyuan.loyalty.v1 import tiers_pb2 as tiers
from huiyuan.members.v1 import profiles_pb2 as profiles

PROGRAMME_ID = "demo"
SOURCE = "demo-shop"
_IN_FORCE_BEFORE = timedelta(days=30)
_JOINED_BEFORE = timedelta(days=7)


def _text(zh: str, en: str) -> LocalizedText:
    return LocalizedText(zh=zh, en=en)


# --- the programme ---------------------------------------------------------------------------------------

_POINTS = programmes.CurrencyRules(
    code="POINTS",
    name=_text("积分", "Points"),
    spendable=True,
    maturation=programmes.Maturation(kind=programmes.MATURATION_KIND_AT_ONCE),
    expiry=programmes.Expiry(
        kind=programmes.EXPIRY_KIND_AFTER_PERIOD, period="P12M", rounding=programmes.EXPIRY_ROUNDING_MONTH
    ),
    negative_policy=programmes.NEGATIVE_POLICY_ALLOW_NEGATIVE,
    conversion=programmes.Conversion(
        points=100,
        worth=Money(minor_units=100, currency="CNY"),
        minimum=100,
        multiple=100,
        cap_basis_points=5_000,
    ),
    transferable=True,
    approval_above=10_000,
    cost_micros=10_000,
)
_GROWTH = programmes.CurrencyRules(
    code="GROWTH",
    name=_text("成长值", "Growth"),
    spendable=False,
    maturation=programmes.Maturation(kind=programmes.MATURATION_KIND_AT_ONCE),
    expiry=programmes.Expiry(kind=programmes.EXPIRY_KIND_NEVER),
    negative_policy=programmes.NEGATIVE_POLICY_ALLOW_NEGATIVE,
)

_BENEFITS = {
    "birthday_gift": (tiers.BENEFIT_KIND_ECONOMIC, _text("生日礼", "Birthday gift")),
    "free_delivery": (tiers.BENEFIT_KIND_ECONOMIC, _text("包邮", "Free delivery")),
    "tier_badge": (tiers.BENEFIT_KIND_STATUS, _text("专属徽章", "Tier badge")),
    "priority_support": (tiers.BENEFIT_KIND_FUNCTIONAL, _text("优先客服", "Priority support")),
    "early_access": (tiers.BENEFIT_KIND_ACCESS, _text("新品抢先购", "Early access to new teas")),
}


def _earn(key: str, currency: str, *, tier_multiplied: bool) -> programmes.EarnRule:
    return programmes.EarnRule(
        key=key,
        currency=currency,
        points=1,
        per=Money(minor_units=100, currency="CNY"),
        rounding=programmes.EARN_ROUNDING_WHOLE_STEPS,
        tier_multiplied=tier_multiplied,
    )


def _tier(
    key: str, name: LocalizedText, growth: int, multiplier: str, benefits: list[str]
) -> programmes.TierRule:
    return programmes.TierRule(
        key=key,
        name=name,
        conditions=[programmes.TierCondition(metric="GROWTH", at_least=growth)],
        multiplier=multiplier,
        benefits=[
            tiers.Benefit(key=benefit, kind=_BENEFITS[benefit][0], name=_BENEFITS[benefit][1])
            for benefit in benefits
        ],
    )


def programme(founded_at: datetime) -> programmes.Programme:
    """One point for each yuan, more on higher tiers; three tiers by growth."""
    told = programmes.Programme(
        programme_id=PROGRAMME_ID,
        name=_text("云岭茶会", "Yunling Tea Club"),
        time_zone="Asia/Shanghai",
        money_currency="CNY",
        currencies=[_POINTS, _GROWTH],
        earn_rules=[
            _earn("base", "POINTS", tier_multiplied=True),
            _earn("growth", "GROWTH", tier_multiplied=False),
        ],
        tiers=[
            _tier("silver", _text("银卡", "Silver"), 500, "1.0", ["birthday_gift", "tier_badge"]),
            _tier(
                "gold",
                _text("金卡", "Gold"),
                2_000,
                "1.2",
                ["birthday_gift", "tier_badge", "free_delivery", "priority_support"],
            ),
            _tier("platinum", _text("白金卡", "Platinum"), 10_000, "1.5", list(_BENEFITS)),
        ],
    )
    told.effective_at.FromDatetime(founded_at - _IN_FORCE_BEFORE)
    return told


# --- purposes and the notices that tell of them ----------------------------------------------------------

_CONTACT_ZH = "个人信息处理者：云岭茶会（演示）。个人信息保护负责人：privacy@example.com。"
_CONTACT_EN = (
    "Handler: Yunling Tea Club (demo). Personal information protection officer: privacy@example.com."
)
_RIGHTS_ZH = (
    "您可以随时查阅、复制、更正、删除您的个人信息，或撤回同意；撤回不影响撤回前的处理，也不影响会员服务。"
)
_RIGHTS_EN = (
    "You may at any time access, copy, correct or delete your data, or withdraw consent; withdrawal does not "
    "affect what was done before it, nor your membership."
)


def _consented(
    key: str, name: LocalizedText, description: LocalizedText, categories: list[str], method: str, dpv: str
) -> consent.Purpose:
    return consent.Purpose(
        key=key,
        name=name,
        description=description,
        lawful_basis=consent.LAWFUL_BASIS_CONSENT,
        necessity=consent.NECESSITY_OPTIONAL,
        form=consent.CONSENT_FORM_GENERAL,
        methods=[method],
        categories=categories,
        storage_locations=["CN"],
        retention="P3Y",
        dpv_purpose=dpv,
        articles=["PIPL 13(1)", "PIPL 14", "PIPL 24"],
    )


PURPOSES = (
    consent.Purpose(
        key="membership_service",
        name=_text("会员服务", "Membership service"),
        description=_text(
            "登记会员、记录订单、计算积分与等级、提供会员权益与客服。",
            "Registering members, recording orders, keeping points and tiers, giving benefits and support.",
        ),
        lawful_basis=consent.LAWFUL_BASIS_CONTRACT,
        necessity=consent.NECESSITY_CORE,
        methods=["collect", "store", "use"],
        categories=["name", "phone", "email", "birth_date", "purchase_history"],
        storage_locations=["CN"],
        retention="P3Y",
        dpv_purpose="dpv:ServiceProvision",
        articles=["PIPL 13(2)"],
    ),
    _consented(
        "marketing_sms",
        _text("短信营销", "Marketing by SMS"),
        _text("用手机号发送优惠与新品短信。", "Sending offers and news by text message to your phone."),
        ["phone"],
        "use",
        "dpv:DirectMarketing",
    ),
    _consented(
        "marketing_email",
        _text("邮件营销", "Marketing by email"),
        _text("用电子邮箱发送优惠与新品邮件。", "Sending offers and news to your email address."),
        ["email"],
        "use",
        "dpv:DirectMarketing",
    ),
    _consented(
        "personalisation",
        _text("个性化推荐", "Personalised offers"),
        _text(
            "根据购买记录为您推荐商品；可随时关闭，价格不因此不同。",
            "Choosing what to show you by your purchases; can be switched off at any time, prices stay the same.",
        ),
        ["purchase_history"],
        "profile",
        "dpv:Personalisation",
    ),
)


def notices() -> list[consent.Notice]:
    """For each purpose one notice in each language."""
    return [_notice(purpose, locale) for purpose in PURPOSES for locale in ("zh", "en")]


_DATA_ZH = {
    "name": "姓名",
    "phone": "手机",
    "email": "邮箱",
    "birth_date": "生日",
    "purchase_history": "购买记录",
}
_METHODS_ZH = {"collect": "收集", "store": "存储", "use": "使用", "profile": "自动化分析"}


def _notice(purpose: consent.Purpose, locale: str) -> consent.Notice:
    core = purpose.necessity == consent.NECESSITY_CORE
    chinese = locale == "zh"
    kinds = (
        "、".join(map(_DATA_ZH.__getitem__, purpose.categories)) if chinese else ", ".join(purpose.categories)
    )
    methods = (
        "、".join(map(_METHODS_ZH.__getitem__, purpose.methods)) if chinese else ", ".join(purpose.methods)
    )
    if chinese:
        lines = [
            _CONTACT_ZH,
            f"处理目的：{purpose.description.zh}",
            f"个人信息种类：{kinds}。处理方式：{methods}。存储地点：中国大陆。保存期限：三年。",
            _RIGHTS_ZH,
        ]
    else:
        lines = [
            _CONTACT_EN,
            f"Purpose: {purpose.description.en}",
            f"Data: {kinds}. Methods: {methods}. Stored in mainland China for three years.",
            _RIGHTS_EN,
        ]
    return consent.Notice(
        key=purpose.key,
        locale=locale,
        layer=consent.NOTICE_LAYER_GENERAL if core else consent.NOTICE_LAYER_JUST_IN_TIME,
        title=purpose.name.zh if chinese else purpose.name.en,
        body="\n".join(lines),
        purposes=[consent.PurposeVersion(key=purpose.key)],
    )


# --- members and their first order -----------------------------------------------------------------------

MEMBERS = (("林晓棠", "lin.xiaotang"), ("周亦安", "zhou.yian"), ("欧阳若溪", "ouyang.ruoxi"))
"""Invented names, and invented mailboxes."""


def registrations(founded_at: datetime) -> list[profiles.RegisterMemberRequest]:
    """The members, each with a phone and an email address."""
    return [_registration(number, founded_at) for number in range(1, len(MEMBERS) + 1)]


def _registration(number: int, founded_at: datetime) -> profiles.RegisterMemberRequest:
    name, mailbox = MEMBERS[number - 1]
    identities = {
        IDENTITY_KIND_PHONE: f"+861390000{number:04}",
        IDENTITY_KIND_EMAIL: f"{mailbox}@example.com",
    }
    member = profiles.RegisterMemberRequest(
        identities=[
            profiles.NewIdentity(identity=ExternalIdentity(kind=kind, value=value), verified=True)
            for kind, value in identities.items()
        ],
        profile=profiles.NewProfile(
            display_name=name, full_name=name, language="zh-CN", time_zone="Asia/Shanghai"
        ),
        idempotency_key=f"demo-member-{number}",
    )
    member.joined_at.FromDatetime(founded_at - _JOINED_BEFORE)
    return member


def order(member_id: str, founded_at: datetime) -> orders.RecordOrderRequest:
    """A paid order that lifts its member to silver."""
    lines = (("1", "yunnan-black-250g", 2, 25_600), ("2", "gaiwan-white", 1, 31_200))
    paid = orders.RecordOrderRequest(
        source=SOURCE,
        order_id="demo-1",
        programme_id=PROGRAMME_ID,
        member_id=member_id,
        lines=[
            orders.OrderLine(
                line_id=line_id, sku=sku, quantity=quantity, money=Money(minor_units=fen, currency="CNY")
            )
            for line_id, sku, quantity, fen in lines
        ],
        total=Money(minor_units=sum(line[3] for line in lines), currency="CNY"),
        channel="web",
    )
    paid.paid_at.FromDatetime(founded_at)
    return paid
