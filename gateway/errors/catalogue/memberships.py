"""Memberships: why one is not offered, not recorded or not ended."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "CURRENCY_NOT_OFFERED",
        Kind.INVALID,
        "The programme counts in another money.",
        "Send the price in the programme's money.",
        "使用计划的货币。",
    ),
    Entry(
        "MEMBERSHIP_ALREADY_RECORDED",
        Kind.CONFLICT,
        "The same order bought a membership with another body.",
        "Send what was sent first, or another order.",
        "重发原内容，或使用新的订单号。",
    ),
    Entry(
        "MEMBERSHIP_UNSETTLED",
        Kind.UNAVAILABLE,
        "The tier has not followed the member's last purchase yet.",
        "Send the same request again.",
        "重发即可。",
        "上一次购买尚未生效。",
    ),
    Entry(
        "OFFER_EXPIRED",
        Kind.DECLINED,
        "What was offered was not paid for in time.",
        "Have it offered again.",
        "重新获取报价。",
    ),
    Entry(
        "OFFER_OVERTAKEN",
        Kind.CONFLICT,
        "The member's membership changed since the offer was made, or the offer was taken.",
        "Have it offered again.",
        "重新获取报价。",
    ),
    Entry(
        "OTHER_MEMBERSHIP",
        Kind.DECLINED,
        "The member has a membership of another tier, which ends first.",
        "facts.ends_ms says when.",
        "facts.ends_ms 为其结束时间。",
    ),
    Entry(
        "PRICE_NOT_AS_OFFERED",
        Kind.INVALID,
        "What was paid is not what was offered.",
        "facts.offered is the price.",
        "facts.offered 为报价。",
    ),
    Entry(
        "RENEWAL_STANDS",
        Kind.CONFLICT,
        "A membership that was renewed ends after its renewal.",
        "End the renewal first.",
        "先结束续费的会员。",
    ),
    Entry(
        "RENEWAL_TOO_EARLY",
        Kind.DECLINED,
        "A membership is renewed within a window before its end.",
        "facts.opens_ms says from when on.",
        "facts.opens_ms 为可续费的时间。",
    ),
    Entry(
        "TIER_NOT_FOR_SALE",
        Kind.DECLINED,
        "The programme sells no such tier.",
        "Send one whose sale the programme lists.",
        "使用计划中可购买的等级。",
    ),
    Entry(
        "UNKNOWN_MEMBERSHIP",
        Kind.NOT_FOUND,
        "No membership was recorded under this order.",
        "Send the order that paid for it.",
        "使用购买时的订单。",
    ),
    Entry(
        "UNKNOWN_OFFER",
        Kind.NOT_FOUND,
        "The member was made no such offer.",
        "Have it offered first.",
        "先获取报价。",
    ),
)
