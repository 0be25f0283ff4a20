"""Identities: linking, one-time codes, and members who turn out to be one."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "CODES_NOT_SENT",
        Kind.UNAVAILABLE,
        "This installation has no way to send one-time codes, or it failed just now.",
        "Send the same request again in a moment; operators set MEMBERS_CODES_URL.",
        "稍后重试；管理员须配置 MEMBERS_CODES_URL。",
        "验证码暂时无法发送。",
    ),
    Entry(
        "CODE_WRONG",
        Kind.DECLINED,
        "It is not the code that was sent.",
        "Type the six digits of the newest message; five tries are all there are.",
        "输入最新收到的六位数字；最多五次。",
    ),
    Entry(
        "LAST_VERIFIED_IDENTITY",
        Kind.DECLINED,
        "It is the last verified identity of an active member, who could not sign in without it.",
        "Link and verify another one first, or close the membership.",
        "先绑定并验证另一个，或注销会员。",
    ),
    Entry(
        "VOUCHING_NOT_ALLOWED",
        Kind.DECLINED,
        "Support may not link an identity as verified: whoever has it would sign in as the member.",
        "Link it unverified and let the member prove it by a code, or have operations vouch for it.",
        "以未验证方式绑定，由会员通过验证码验证，或由运营人员担保。",
    ),
    Entry(
        "LINK_RACED",
        Kind.UNAVAILABLE,
        "Another change of the same identity or profile is under way.",
        "Send the same request again after a moment.",
        "片刻后重发。",
        "同一身份标识正在变更。",
    ),
    Entry(
        "MEMBERS_MERGED_MEANWHILE",
        Kind.UNAVAILABLE,
        "The member was merged into another in this moment.",
        "Send the same request again.",
        "重发即可。",
        "该会员刚被合并。",
    ),
    Entry(
        "MERGE_NOT_PROVEN",
        Kind.DECLINED,
        "What was verified does not prove that two members are one.",
        "Verify something of each member in one login, choose to detach, or ask staff to merge.",
        "在一次登录中验证双方各一个标识，或选择解绑，或联系客服合并。",
    ),
    Entry(
        "NOT_VERIFIABLE_BY_CODE",
        Kind.INVALID,
        "A code can only be sent to a phone number or a mail address.",
        "Name one of these; the operator's login vouches for other identities.",
        "填写手机号或邮箱；其他标识由登录系统担保。",
    ),
    Entry(
        "TOO_MANY_CODES",
        Kind.DECLINED,
        "Another code was asked for too soon, or too many were on this day.",
        "Wait as long as retryAfterS says, or until tomorrow where it says nothing.",
        "按 retryAfterS 等待；未给出时明日再试。",
    ),
    Entry(
        "TOO_MANY_LINKS",
        Kind.DECLINED,
        "The member is known by as many identities as anyone may be.",
        "Unlink one first.",
        "先解绑一个。",
    ),
    Entry(
        "UNKNOWN_IDENTITY",
        Kind.NOT_FOUND,
        "The member is not known by this.",
        "List the member's identities anew.",
        "重新查询该会员的身份标识。",
    ),
    Entry(
        "VERIFICATION_NOT_OPEN",
        Kind.DECLINED,
        "No code waits under this id for this identity: it expired, was used or tried too often, or is somebody else's.",
        "Ask for a new code.",
        "重新获取验证码。",
    ),
)
