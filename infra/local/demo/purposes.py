"""The demo's purposes, and the notices that tell of them."""

from datetime import datetime

from huiyuan.consent.v1 import purposes_pb2 as consent
from huiyuan.consent.v1 import registers_pb2 as registers
from huiyuan.kit.v1.kit_pb2 import LocalizedText

from infra.local.demo import text

_CONTACT_ZH = "个人信息处理者：云岭茶会（演示）。个人信息保护负责人：{}。"
_CONTACT_EN = "Handler: Yunling Tea Club (demo). Personal information protection officer: {}."
_RIGHTS_ZH = (
    "您可以随时查阅、复制、更正、删除您的个人信息，或撤回同意；撤回不影响撤回前的处理，也不影响会员服务。"
)
_RIGHTS_EN = (
    "You may at any time access, copy, correct or delete your data, or withdraw consent; withdrawal does not "
    "affect what was done before it, nor your membership."
)

_NEEDED_ZH = "必要性：此类权益依法须实名预订，没有证件无法办理。"
_NEEDED_EN = "Why it is needed: such benefits must be booked under a proven name."
_MEANS_ZH = "对您的影响：证件信息一旦泄露，可能被冒用；我们单独加密保存，每次查看须有您的单独同意并留有记录，您可随时删除。"
_MEANS_EN = (
    "What it means for you: a leaked document may be misused; it is sealed under a key of its own, every look at it takes "
    "your separate consent and is logged, and you may delete it at any time."
)


def _consented(
    key: str,
    name: LocalizedText,
    description: LocalizedText,
    categories: list[str],
    method: str,
    dpv: str,
    assessment_id: str = "",
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
        assessment_id=assessment_id,
    )


PURPOSES = (
    consent.Purpose(
        key="membership_service",
        name=text("会员服务", "Membership service"),
        description=text(
            "登记会员、记录订单、计算积分与等级、提供会员权益与客服。",
            "Registering members, recording orders, keeping points and tiers, giving benefits and support.",
        ),
        lawful_basis=consent.LAWFUL_BASIS_CONTRACT,
        necessity=consent.NECESSITY_CORE,
        methods=["collect", "store", "use"],
        categories=[
            "name",
            "phone",
            "email",
            "account_id",
            "birth_date",
            "purchase_history",
            "tags",
            "service_notes",
        ],
        storage_locations=["CN"],
        retention="P3Y",
        dpv_purpose="dpv:ServiceProvision",
        articles=["PIPL 13(2)"],
    ),
    consent.Purpose(
        key="delivery",
        name=text("商品与权益寄送", "Delivery"),
        description=text(
            "向您填写的地址寄送商品、礼品与权益。",
            "Sending goods, gifts and benefits to the addresses you give.",
        ),
        lawful_basis=consent.LAWFUL_BASIS_CONTRACT,
        necessity=consent.NECESSITY_CORE,
        methods=["collect", "store", "use"],
        categories=["name", "phone", "address"],
        storage_locations=["CN"],
        retention="P3Y",
        dpv_purpose="dpv:DeliveryOfGoods",
        articles=["PIPL 13(2)"],
    ),
    _consented(
        "marketing_sms",
        text("短信营销", "Marketing by SMS"),
        text("用手机号发送优惠与新品短信。", "Sending offers and news by text message to your phone."),
        ["phone"],
        "use",
        "dpv:DirectMarketing",
    ),
    _consented(
        "marketing_email",
        text("邮件营销", "Marketing by email"),
        text("用电子邮箱发送优惠与新品邮件。", "Sending offers and news to your email address."),
        ["email"],
        "use",
        "dpv:DirectMarketing",
    ),
    _consented(
        "personalisation",
        text("个性化推荐", "Personalised offers"),
        text(
            "根据购买记录为您推荐商品；可随时关闭，价格不因此不同。",
            "Choosing what to show you by your purchases; can be switched off at any time, prices stay the same.",
        ),
        ["purchase_history", "gender"],
        "profile",
        "dpv:Personalisation",
        "demo-pia-personalisation",
    ),
    consent.Purpose(
        key="real_name",
        name=text("实名核验", "Real-name check"),
        description=text(
            "办理须实名的权益（如酒店、出行）时核验您的身份证件；不提供不影响其他会员服务。",
            "Checking your identity document for benefits that must be booked in your own name, such as hotels and "
            "travel; without it all other benefits stay yours.",
        ),
        lawful_basis=consent.LAWFUL_BASIS_CONSENT,
        necessity=consent.NECESSITY_OPTIONAL,
        form=consent.CONSENT_FORM_SEPARATE,
        methods=["collect", "store", "use"],
        categories=["identity_document", "name"],
        storage_locations=["CN"],
        retention="P3Y",
        dpv_purpose="dpv:IdentityVerification",
        articles=["PIPL 13(1)", "PIPL 28", "PIPL 29", "PIPL 30", "PIPL 55(1)"],
        assessment_id="demo-pia-real-name",
        sensitive=True,
    ),
)


def assessments(concluded_at: datetime) -> list[registers.Assessment]:
    """The impact assessments that must be in the register before the purposes that rest on them (PIPL 55)."""
    return [
        registers.Assessment(
            assessment_id=purpose.assessment_id,
            purposes=[purpose.key],
            concluded_at=concluded_at,
            reference=f"demo: PIA {purpose.key}",
        )
        for purpose in PURPOSES
        if purpose.assessment_id
    ]


def notices(officer: str) -> list[consent.Notice]:
    """For each purpose one notice in each language, which says how the officer is reached."""
    return [_notice(purpose, locale, officer) for purpose in PURPOSES for locale in ("zh", "en")]


_DATA_ZH = {
    "name": "姓名",
    "phone": "手机",
    "email": "邮箱",
    "account_id": "您在商店等处的账号",
    "tags": "服务标签",
    "service_notes": "客服记录",
    "birth_date": "生日",
    "gender": "性别",
    "address": "地址",
    "purchase_history": "购买记录",
    "identity_document": "身份证件（敏感个人信息）",
}
_METHODS_ZH = {"collect": "收集", "store": "存储", "use": "使用", "profile": "自动化分析"}


def _notice(purpose: consent.Purpose, locale: str, officer: str) -> consent.Notice:
    core = purpose.necessity == consent.NECESSITY_CORE
    chinese = locale == "zh"
    said = (_said_zh if chinese else _said_en)(purpose, officer)
    return consent.Notice(
        key=purpose.key,
        locale=locale,
        layer=consent.NOTICE_LAYER_GENERAL if core else consent.NOTICE_LAYER_JUST_IN_TIME,
        title=purpose.name.zh if chinese else purpose.name.en,
        body="\n".join(text for text, _ in said),
        purposes=[consent.PurposeVersion(key=purpose.key)],
        passages=[
            consent.NoticePassage(content=f"NOTICE_CONTENT_{content}", text=text)
            for text, contents in said
            for content in contents
        ],
    )


def _said_zh(purpose: consent.Purpose, officer: str) -> list[tuple[str, list[str]]]:
    """The lines, each with what it tells."""
    kinds = "、".join(map(_DATA_ZH.__getitem__, purpose.categories))
    methods = "、".join(map(_METHODS_ZH.__getitem__, purpose.methods))
    return [
        (_CONTACT_ZH.format(officer), ["HANDLER"]),
        (f"处理目的：{purpose.description.zh}", ["PURPOSE"]),
        (f"个人信息种类：{kinds}。", ["CATEGORIES"]),
        (f"处理方式：{methods}。", ["METHODS"]),
        ("存储地点：中国大陆。保存期限：三年。", ["RETENTION"]),
        *([(_NEEDED_ZH, ["NECESSITY"]), (_MEANS_ZH, ["IMPACT"])] if purpose.sensitive else []),
        (_RIGHTS_ZH, ["RIGHTS"]),
    ]


def _said_en(purpose: consent.Purpose, officer: str) -> list[tuple[str, list[str]]]:
    return [
        (_CONTACT_EN.format(officer), ["HANDLER"]),
        (f"Purpose: {purpose.description.en}", ["PURPOSE"]),
        (f"Data: {', '.join(purpose.categories)}.", ["CATEGORIES"]),
        (f"Methods: {', '.join(purpose.methods)}.", ["METHODS"]),
        ("Stored in mainland China for three years.", ["RETENTION"]),
        *([(_NEEDED_EN, ["NECESSITY"]), (_MEANS_EN, ["IMPACT"])] if purpose.sensitive else []),
        (_RIGHTS_EN, ["RIGHTS"]),
    ]
