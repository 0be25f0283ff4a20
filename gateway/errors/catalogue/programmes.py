"""Programmes and periods: rules, versions, and looking back."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "DATE_NOT_UNDERSTOOD",
        Kind.INVALID,
        "A date must be a day of the calendar such as 2026-12-31, or of every year such as 12-31.",
        "Write it so.",
        "按所示格式填写。",
    ),
    Entry(
        "EFFECTIVE_IN_THE_PAST",
        Kind.INVALID,
        "A version takes effect now or later, never before.",
        "Leave effectiveAt out, or send a later instant.",
        "不填生效时间，或填写将来的时间。",
    ),
    Entry(
        "INSTANT_AHEAD",
        Kind.INVALID,
        "The past is asked about, and the instant lies in the future.",
        "Send an instant that is past.",
        "使用过去的时间。",
        "所问的时间在将来。",
    ),
    Entry(
        "PAGE_NOT_UNDERSTOOD",
        Kind.INVALID,
        "first is 1 to 100, and after is the id of what was seen last.",
        "Send them so.",
        "first 取 1 到 100，after 取自上一页。",
        "分页参数有误。",
    ),
    Entry(
        "PERIOD_NOT_UNDERSTOOD",
        Kind.INVALID,
        "A period is an ISO 8601 duration such as P12M; one that is looked back on begins before it ends and is not too long.",
        "Write it so; days such as 2026-11-30.",
        "按所示格式填写。",
    ),
    Entry(
        "PROGRAMMES_CHANGED",
        Kind.UNAVAILABLE,
        "A programme was founded meanwhile.",
        "Send the same request again.",
        "重发即可。",
        "期间有新计划建立。",
    ),
    Entry(
        "PROGRAMME_ALREADY_THERE",
        Kind.CONFLICT,
        "A programme with this id exists with other rules.",
        "Revise it, or choose another id.",
        "修改该计划，或更换编号。",
    ),
    Entry(
        "PROGRAMME_NOT_IN_FORCE",
        Kind.DECLINED,
        "The programme had not begun at that instant.",
        "Send an instant at which it was in force.",
        "使用计划生效后的时间。",
    ),
    Entry(
        "PROGRAMME_NOT_WELL_FORMED",
        Kind.INVALID,
        "A programme version contradicts itself; the field says where.",
        "Correct the field that is named.",
        "更正所指字段。",
    ),
    Entry(
        "REVISED_MEANWHILE",
        Kind.CONFLICT,
        "Another version came between.",
        "Look at the newest version, and base the change on it.",
        "查看最新版本后再修改。",
    ),
    Entry(
        "UNKNOWN_CURRENCY",
        Kind.INVALID,
        "The programme has no such currency.",
        "Send a code that the programme lists.",
        "使用计划列出的积分代码。",
    ),
    Entry(
        "UNKNOWN_PROGRAMME",
        Kind.NOT_FOUND,
        "No programme has this id.",
        "Send an id that exists, or create it.",
        "使用存在的编号，或先创建。",
    ),
    Entry(
        "UNKNOWN_VERSION",
        Kind.NOT_FOUND,
        "The programme has no such version.",
        "Send a version that programmeVersions lists.",
        "使用 programmeVersions 列出的版本。",
    ),
)
