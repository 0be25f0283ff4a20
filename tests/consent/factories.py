"""Purposes, notices and acts for tests, right unless told otherwise."""

from typing import Any

from huiyuan.consent.v1 import decisions_pb2, purposes_pb2
from huiyuan.kit.v1.kit_pb2 import LocalizedText

CONSENT = purposes_pb2.LAWFUL_BASIS_CONSENT
CONTRACT = purposes_pb2.LAWFUL_BASIS_CONTRACT
GENERAL = purposes_pb2.CONSENT_FORM_GENERAL
SEPARATE = purposes_pb2.CONSENT_FORM_SEPARATE
WRITTEN = purposes_pb2.CONSENT_FORM_WRITTEN


def purpose(key: str, **changes: Any) -> purposes_pb2.Purpose:
    """A purpose that rests on consent and may be published."""
    said = purposes_pb2.Purpose(
        key=key,
        name=LocalizedText(zh="短信营销", en="Marketing by text message"),
        description=LocalizedText(zh="用手机号发送优惠短信。", en="Sending offers to your phone."),
        lawful_basis=CONSENT,
        necessity=purposes_pb2.NECESSITY_OPTIONAL,
        form=GENERAL,
        methods=["use"],
        categories=["phone"],
        storage_locations=["CN"],
        retention="P2Y",
        dpv_purpose="dpv:DirectMarketing",
        articles=["PIPL 13(1)"],
    )
    _change(said, changes)
    if said.sensitive and "articles" not in changes:
        said.articles.extend(["PIPL 28", "PIPL 29"])
    return said


def contract_purpose(key: str, **changes: Any) -> purposes_pb2.Purpose:
    """A purpose that the contract needs."""
    return purpose(
        key,
        **{
            "lawful_basis": CONTRACT,
            "necessity": purposes_pb2.NECESSITY_CORE,
            "form": purposes_pb2.CONSENT_FORM_UNSPECIFIED,
            "dpv_purpose": "dpv:ServiceProvision",
            "articles": ["PIPL 13(2)"],
            **changes,
        },
    )


def notice(*purposes: str, **changes: Any) -> purposes_pb2.Notice:
    """A notice that tells of purposes as they are in force, and may be published."""
    said = purposes_pb2.Notice(
        key=purposes[0],
        locale="zh",
        layer=purposes_pb2.NOTICE_LAYER_JUST_IN_TIME,
        title="隐私告知",
        body="我们会用您的手机号发送优惠短信。您可以随时撤回同意。",
        purposes=[purposes_pb2.PurposeVersion(key=key) for key in purposes],
    )
    _change(said, changes)
    if "passages" not in changes:
        said.passages.extend(told_by(said.body))
    return said


def told_by(body: str, *contents: int) -> list[purposes_pb2.NoticePassage]:
    """A body that tells these contents, or all that there are, in the same words."""
    return [
        purposes_pb2.NoticePassage(content=content, text=body)
        for content in contents or purposes_pb2.NoticeContent.values()[1:]
    ]


def grant(
    member_id: str, shown: purposes_pb2.Notice, *purposes: str, key: str, **changes: Any
) -> decisions_pb2.GiveConsentRequest:
    """A member ticks a box below a notice."""
    said = decisions_pb2.GiveConsentRequest(
        member_id=member_id,
        purposes=purposes or [told.key for told in shown.purposes],
        notice_id=shown.notice_id,
        notice_digest=shown.digest,
        affirmative_act=True,
        language="zh-CN",
        channel="app",
        app_version="7.4.1",
        idempotency_key=key,
    )
    _change(said, changes)
    return said


def withdrawal(
    member_id: str, *purposes: str, key: str, **changes: Any
) -> decisions_pb2.WithdrawConsentRequest:
    """A member unticks it."""
    said = decisions_pb2.WithdrawConsentRequest(
        member_id=member_id, purposes=purposes, channel="app", idempotency_key=key
    )
    _change(said, changes)
    return said


def _change(message: Any, changes: dict[str, Any]) -> None:
    for name in changes:
        message.ClearField(name)
    message.MergeFrom(type(message)(**changes))
