"""Referrals: offering something for them, accepting an invitation, deciding about one."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "ALREADY_INVITED",
        Kind.CONFLICT,
        "The member accepted another invitation before: one counts, for good.",
        "Tell the member so.",
        "告知会员只能接受一次邀请。",
    ),
    Entry(
        "INVITER_LIMIT_REACHED",
        Kind.DECLINED,
        "The inviter's invitations count no more for now.",
        "Ask for another code, or wait for the next period.",
        "更换邀请码，或等待下一周期。",
    ),
    Entry(
        "INVITES_NOT_OFFERED",
        Kind.DECLINED,
        "The referral programme was stopped, or its window is not open.",
        "Tell the member so.",
        "告知会员活动未开放。",
    ),
    Entry(
        "INVITE_CIRCLE",
        Kind.DECLINED,
        "The inviter was invited by the member, directly or by others.",
        "Nothing: such invitations do not count.",
        "此类邀请不计入。",
    ),
    Entry(
        "INVITE_OF_ONESELF",
        Kind.DECLINED,
        "Members do not invite themselves, nor whom they were merged with.",
        "Nothing: such invitations do not count.",
        "此类邀请不计入。",
    ),
    Entry(
        "MEMBER_NOT_NEW",
        Kind.DECLINED,
        "The member joined or ordered before the invitation.",
        "Nothing: only new members are invited.",
        "仅限新会员。",
    ),
    Entry(
        "REFERRAL_DRAFT_GONE",
        Kind.CONFLICT,
        "The referral programme has no such draft: it was drafted anew, or made from an earlier edition.",
        "Read the drafts again and name the edition that you looked at, or send terms.",
        "重新查看草稿并填写所看的版本，或直接填写条款。",
    ),
    Entry(
        "REFERRAL_DECIDED",
        Kind.CONFLICT,
        "The invitation is not held, or was decided the other way.",
        "Read it again.",
        "重新查看该邀请。",
    ),
    Entry(
        "REFERRAL_REVISED_MEANWHILE",
        Kind.CONFLICT,
        "Another edition of the referral programme came between.",
        "Look at the newest edition, and publish from there.",
        "基于最新版本重新发布。",
    ),
    Entry(
        "UNKNOWN_INVITE",
        Kind.NOT_FOUND,
        "No member invites by this code; it may be misspelt.",
        "Check how the code is spelt.",
        "核对邀请码。",
    ),
    Entry(
        "UNKNOWN_REFERRAL",
        Kind.NOT_FOUND,
        "The member accepted no invitation.",
        "Check the member's id.",
        "核对会员编号。",
    ),
    Entry(
        "UNKNOWN_REFERRAL_PROGRAMME",
        Kind.NOT_FOUND,
        "No referral programme has this key.",
        "Check the key, or publish it.",
        "核对活动标识，或先发布。",
    ),
)
