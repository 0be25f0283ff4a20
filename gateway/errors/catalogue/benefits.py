"""Benefits: what may be claimed and used of them, and why not."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "BENEFIT_NOT_IN_TIER",
        Kind.DECLINED,
        "The tier that the member holds does not give the benefit.",
        "facts.tiers says which do.",
        "facts.tiers 列出提供该权益的等级。",
    ),
    Entry(
        "BENEFIT_NOT_NAMED",
        Kind.INVALID,
        "A benefit is named by its key, or a claim by its id: one of the two.",
        "Send one of the two.",
        "两者填写其一。",
    ),
    Entry(
        "CLAIM_LAPSED",
        Kind.DECLINED,
        "What was claimed was not used in time, or not before its tier was lost.",
        "Claim anew, where the quota allows it.",
        "额度允许时可重新领取。",
    ),
    Entry(
        "CLAIM_SPENT",
        Kind.CONFLICT,
        "What was claimed was used or released already.",
        "Look at the claim, or claim anew.",
        "查看领取记录，或重新领取。",
    ),
    Entry(
        "NOTHING_TO_CLAIM",
        Kind.DECLINED,
        "The benefit has no quota: it is there whenever it is wanted.",
        "Do not claim it; the shop uses it.",
        "无需领取，由商家直接使用。",
    ),
    Entry(
        "QUOTA_USED_UP",
        Kind.DECLINED,
        "The benefit was given as often as its period allows.",
        "facts.until_ms says when the quota begins anew.",
        "facts.until_ms 为下一周期开始的时间。",
    ),
    Entry(
        "UNKNOWN_BENEFIT",
        Kind.NOT_FOUND,
        "No tier of the programme gives such a benefit.",
        "Send a key that the programme lists.",
        "使用计划列出的权益。",
    ),
    Entry(
        "UNKNOWN_CLAIM",
        Kind.NOT_FOUND,
        "The member claimed nothing under this id.",
        "Send the id that a claim answered with.",
        "使用领取时返回的编号。",
    ),
)
