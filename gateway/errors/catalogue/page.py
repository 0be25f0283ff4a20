"""The pages: the catalogue as people read it, one in each language."""

from collections.abc import Callable

from gateway.errors.catalogue import CHAPTERS
from gateway.errors.catalogue.entries import Entry

_ENGLISH = """\
# Error catalogue

[中文](errors.zh.md) · Made by `make schema` from `gateway/errors/catalogue`; do not edit.

What a mutation may expect to be refused comes as data, in the payload's `userErrors`, beside HTTP 200: `code` is for
programs and never changes its meaning, `message` is for people, `field` names the argument, `facts` the numbers.
What concerns the whole request comes in the answer's `errors`, with `extensions.code` and `extensions.traceId`; so
does what a service refuses or cannot answer of a query: that field is null, and the error bears its `path`.
Services that are called by RPC answer the same codes in a `huiyuan.kit.v1.Refusal` beside Connect's code.

**Again?** *yes*: the same request may succeed later, unchanged; wait longer each time, and send the same idempotency
key: it is done once. *no*: sending the same again changes nothing until the request or the state is another.
A code that a client does not know is treated as its family: later versions add codes.

Under `application/json` an answer that is GraphQL's has status 200; under `application/graphql-response+json`, a
request that could not be run has 400.
"""
_CHINESE = """\
# 错误目录

[English](errors.md) · 由 `make schema` 根据 `gateway/errors/catalogue` 生成，请勿手改。

变更操作可预期的拒绝以数据返回，位于 payload 的 `userErrors`，HTTP 状态为 200：`code` 供程序判断，含义不变；
`message` 供人阅读；`field` 指出有误的参数；`facts` 给出相关数字。
涉及整个请求的错误位于应答的 `errors`，带有 `extensions.code` 与 `extensions.traceId`；
查询中某个字段被服务拒绝或无法应答时，该字段为 null，错误带有其 `path`。
通过 RPC 调用的服务以 `huiyuan.kit.v1.Refusal` 返回同样的代码，并附 Connect 的状态。

**可否重试**：*可*，原样重发以后可能成功，间隔应递增，并使用同一幂等键，只会执行一次；
*否*，在请求或状态改变之前重发无用。客户端不认识的代码按其大类处理：以后的版本会增加代码。

以 `application/json` 应答时，GraphQL 的结果状态为 200；以 `application/graphql-response+json` 应答时，
未能执行的请求状态为 400。
"""


def english() -> str:
    """The page in English."""
    head = ("code", "what it means", "what to do", "where", "HTTP status", "again?")
    return _page(_ENGLISH, 0, head, lambda one: (one.means, one.do), ("no", "yes"))


def chinese() -> str:
    """The page in Chinese."""
    head = ("代码", "含义", "如何处理", "位置", "HTTP 状态", "可否重试")
    return _page(_CHINESE, 1, head, lambda one: (one.means_zh, one.do_zh), ("否", "可"))


def _page(
    start: str,
    language: int,
    head: tuple[str, ...],
    told: Callable[[Entry], tuple[str, str]],
    again: tuple[str, str],
) -> str:
    lines = [start]
    for title, entries in CHAPTERS.items():
        lines += [f"## {title[language]}", "", _row(*head), _row(*("---" for _ in head))]
        for one in sorted(entries):
            places = ", ".join(place.value for place in one.places)
            lines.append(_row(f"`{one.code}`", *told(one), places, one.statuses, again[one.retryable]))
        lines.append("")
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
