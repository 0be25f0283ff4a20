"""Statuses: frozen, closing, closed and erased members."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "MEMBER_CLOSED",
        Kind.DECLINED,
        "The membership is over: nothing is shown to the member, changed, earned or spent.",
        "Register anew; a closing that is not over yet can be canceled.",
        "重新注册；尚未完成的注销可以撤销。",
    ),
    Entry(
        "MEMBER_ERASED",
        Kind.DECLINED,
        "The member's personal data was erased.",
        "Nothing brings it back; leave the personal fields out.",
        "信息无法恢复；请勿再查询个人字段。",
    ),
    Entry(
        "MEMBER_FROZEN",
        Kind.DECLINED,
        "The member is frozen or closing, and spends nothing until that is over.",
        "Unfreeze the member, or cancel the closing, first.",
        "先解除冻结，或撤销注销。",
    ),
    Entry(
        "MEMBER_NOT_ACTIVE",
        Kind.DECLINED,
        "The member is closing or closed, and is not changed any more.",
        "Leave the member as it is; whoever comes again registers anew.",
        "不要再修改；再次加入须重新注册。",
    ),
    Entry(
        "REASON_NOT_VALID",
        Kind.INVALID,
        "A change of a member's life says why, in one line of 1 to 500 characters.",
        "Say why, without personal data.",
        "说明原因，不写个人信息。",
    ),
    Entry(
        "STATUS_NOT_CHANGEABLE",
        Kind.DECLINED,
        "The member's status does not allow this step.",
        "Look at the member's life: what is closing is canceled or closed, and not frozen.",
        "查看会员状态：注销中的会员只能撤销注销或完成注销。",
    ),
    Entry(
        "TRIGGER_NOT_VALID",
        Kind.INVALID,
        "The trigger of an erasure is not one that somebody may ask by.",
        "Ask by MEMBER_REQUEST, CONSENT_WITHDRAWN or STAFF.",
        "使用 MEMBER_REQUEST、CONSENT_WITHDRAWN 或 STAFF。",
    ),
    Entry(
        "UNKNOWN_ERASURE",
        Kind.NOT_FOUND,
        "Nobody asked for this erasure.",
        "Ask for it, or check the id.",
        "先申请删除，或核对编号。",
    ),
)
