"""Packages and exports: members' own data, and what analysts get."""

from gateway.errors.catalogue.entries import Entry
from services.kit.refusal import Kind

ENTRIES = (
    Entry(
        "ANALYSIS_NOT_READY",
        Kind.DECLINED,
        "The export is not ready yet, failed, or was destroyed.",
        "Look at its state: wait while it is REQUESTED, ask for another when it is FAILED or GONE.",
        "查看 state：REQUESTED 时等待；FAILED 或 GONE 时重新申请。",
    ),
    Entry(
        "ANALYSIS_NOT_VALID",
        Kind.INVALID,
        "The export asks for too small a k, or for columns that there are not.",
        "Send a k of 10 or more, and each of the columns once.",
        "k 不小于 10；每列只写一次。",
    ),
    Entry(
        "DOWNLOAD_NOT_UNDERSTOOD",
        Kind.INVALID,
        "The body is not the JSON that a download asks for.",
        'POST {"packageId": "…", "token": "…"} as application/json.',
        "以 application/json 提交 packageId 和 token。",
        "下载请求格式有误。",
        gateway=True,
        status="400",
    ),
    Entry(
        "DOWNLOAD_TOKEN_NOT_VALID",
        Kind.FORBIDDEN,
        "The token was used, is too old, or is another package's.",
        "Issue a new one by issueMyDataDownload; each is good for one download within ten minutes.",
        "用 issueMyDataDownload 重新签发；每个令牌十分钟内可下载一次。",
        "下载令牌已使用、已过期或不属于该数据包。",
    ),
    Entry(
        "EXPORT_NOT_UNDERSTOOD",
        Kind.INVALID,
        "The member, or where to go on, is not one that an export names.",
        "Name the member by id, and send as after what the last answer gave as next.",
        "按 ID 指定会员；after 用上次返回的 next。",
        "导出请求格式有误。",
        inside=True,
    ),
    Entry(
        "OFFSET_NOT_VALID",
        Kind.INVALID,
        "The offset lies before the beginning.",
        "Go on where the last portion ended.",
        "从上一段的结尾继续。",
        "偏移量有误。",
        inside=True,
    ),
    Entry(
        "PACKAGE_NOT_READY",
        Kind.DECLINED,
        "The package is still being gathered, or was destroyed.",
        "Ask again in a minute while it is GATHERING; request a new one when it is GONE.",
        "GATHERING 时稍后再试；GONE 时重新申请。",
    ),
    Entry(
        "UNKNOWN_ANALYSIS",
        Kind.NOT_FOUND,
        "There is no such export.",
        "List the exports, or ask for one.",
        "列出导出任务，或新建一个。",
    ),
    Entry(
        "UNKNOWN_PACKAGE",
        Kind.NOT_FOUND,
        "The member has no such package.",
        "List the packages, or request one by requestMyData.",
        "列出数据包，或用 requestMyData 申请。",
    ),
)
