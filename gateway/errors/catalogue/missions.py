"""Missions: activities, what they count in, and what is given for them."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "ACTIVITY_ALREADY_RECORDED",
        Kind.CONFLICT,
        "The same source and activity id were recorded with another body.",
        "Send a retry exactly as it was sent before; a new activity needs a new id.",
        "重试须与原请求相同；新行为用新编号。",
    ),
    Entry(
        "ACTIVITY_IN_THE_FUTURE",
        Kind.INVALID,
        "occurredAt lies ahead of the clock by more than five minutes.",
        "Set the clock of who tells it.",
        "校准上报系统的时钟。",
    ),
    Entry(
        "ACTIVITY_TOO_OLD",
        Kind.DECLINED,
        "The activity occurred longer ago than activities of its type are kept.",
        "Tell activities within the days that their type says.",
        "在该类型规定的天数内上报。",
    ),
    Entry(
        "ACTIVITY_TYPE_NOT_WELL_FORMED",
        Kind.INVALID,
        "A type of activities contradicts itself; the field says where.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "ACTIVITY_TYPE_TAKEN",
        Kind.CONFLICT,
        "Every programme has a type of this key already.",
        "Choose another key.",
        "换一个名称。",
    ),
    Entry(
        "ATTRIBUTES_NOT_AS_DECLARED",
        Kind.INVALID,
        "An activity has an attribute that its type does not declare, or lacks one, or has one of another form.",
        "Send the attributes as the type declares them.",
        "按类型声明的属性上报。",
    ),
    Entry(
        "BUDGET_BELOW_AWARDED",
        Kind.DECLINED,
        "More awards were given already than the budget allows.",
        "Set the budget to at least what was given; the facts say how much.",
        "预算不得低于已发放的数量。",
    ),
    Entry(
        "GRANT_NOT_REFUSED",
        Kind.CONFLICT,
        "Only a grant that was refused is tried again by hand.",
        "Nothing is to be done: it was given.",
        "无需处理：已发放。",
    ),
    Entry(
        "MISSION_NOT_IN_FORCE",
        Kind.CONFLICT,
        "Only a published mission is stopped.",
        "Leave the draft as it is, or draft another.",
        "草稿无需停止。",
    ),
    Entry(
        "MISSION_NOT_WELL_FORMED",
        Kind.INVALID,
        "A mission contradicts itself or its programme; the field says where.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "MISSION_REVISED_MEANWHILE",
        Kind.CONFLICT,
        "Another edition of the mission came between, or it was stopped.",
        "Look at the newest edition and publish that.",
        "查看最新版本后再发布。",
    ),
    Entry(
        "SOURCE_NOT_TAKEN",
        Kind.INVALID,
        "A system tells activities under a name of its own, and never check-ins.",
        "Take another source; members check in by checkIn.",
        "换用其他来源；签到由会员自己完成。",
    ),
    Entry(
        "TYPE_DECLARED_MEANWHILE",
        Kind.CONFLICT,
        "Another edition of the type came between.",
        "Look at it, and declare anew.",
        "查看最新版本后再声明。",
    ),
    Entry(
        "UNKNOWN_ACTIVITY_TYPE",
        Kind.INVALID,
        "The programme has no such type of activities.",
        "Send a type that it has, or declare it first.",
        "使用已有的类型，或先声明。",
    ),
    Entry(
        "UNKNOWN_GRANT",
        Kind.NOT_FOUND,
        "Nothing was promised to the member under this key.",
        "Correct the key, or the member.",
        "核对编号与会员。",
    ),
    Entry(
        "UNKNOWN_MISSION",
        Kind.NOT_FOUND,
        "The programme has no such mission.",
        "Correct the key, or draft it first.",
        "核对名称，或先起草。",
    ),
)
