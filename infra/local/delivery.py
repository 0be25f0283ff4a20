"""Delivery: many things sent through a service's door, in batches, until each of them was answered."""

import asyncio
import csv
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from services.kit import rpc
from services.kit.cells import inert
from services.kit.refusal import Refusal

TRIES = 40
PAUSE_S = 0.5
_LINES_AT_ONCE = 500

Item = TypeVar("Item")
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""
Reject = tuple[int, str, str]
"""A line that was not imported: its number, why, and its text."""


class Line(Protocol):
    """A line of a file, with what it was."""

    @property
    def number(self) -> int: ...

    @property
    def text(self) -> str: ...


class ImportStopped(Exception):
    """The services stayed away; running the import again takes it up."""


def client(wire: Callable[..., Any], url: str, service: str) -> Any:
    """A client that says who calls by a bearer token in the headers."""
    return rpc.client(wire, url, service, rpc.CallerSigner("huiyuan-import", {}), timeout_ms=60_000)


async def patiently(call: Callable[..., Awaitable[Any]], request: Any, headers: dict[str, str]) -> Any:
    """The call's answer, tried again while the service is away. Raises ``ImportStopped``."""
    for _ in range(TRIES):
        try:
            return await call(request, headers=headers)
        except Refusal as refusal:
            if not refusal.retryable:
                raise
            last = refusal
            await asyncio.sleep(PAUSE_S)
    raise ImportStopped(f"{last.message}; run the import again later")


async def deliver(
    batch: list[Item],
    send: Callable[[list[Item]], Awaitable[Sequence[Any]]],
    settle: Callable[[Item, Any], bool],
) -> None:
    """Send items together, and those that ``settle`` says are not answered yet again. Raises ``ImportStopped``."""
    for _ in range(TRIES):
        results = await send(batch)
        batch = [item for item, result in zip(batch, results, strict=True) if not settle(item, result)]
        if not batch:
            return
        await asyncio.sleep(PAUSE_S)
    raise ImportStopped("the service stays busy: run the import again later")


async def deliver_lines(
    items: Sequence[Item],
    send: Callable[[list[Item]], Awaitable[Sequence[Any]]],
    lines_of: Callable[[Item], Sequence[Line]],
    rejects: list[Reject],
    taken: Callable[[Item, Any], None],
    told: Callable[[], None],
) -> None:
    """Send what a file's lines say; ``taken`` hears what went in, and lines that were refused are rejects, in order.

    ``told`` is called after each batch. Raises ``ImportStopped``.
    """

    def settle(item: Item, result: Any) -> bool:
        if not result.HasField("refusal"):
            taken(item, result)
        elif not result.refusal.retryable:
            reason = f"{result.refusal.code}: {result.refusal.message}"
            rejects.extend((line.number, reason, line.text) for line in lines_of(item))
        return not result.refusal.retryable

    for batch in batches(items, _LINES_AT_ONCE):
        await deliver(batch, send, settle)
        told()
    rejects.sort()


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def write_rejects(rejects: Iterable[Reject], file: Path) -> None:
    """Write what was not imported, for its owner alone: line number, reason, the line."""
    # Lines name members, by phone too: nobody else may read them, whatever the umask says.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", newline="", encoding="utf-8") as out:
        os.fchmod(descriptor, 0o600)
        table = csv.writer(out)
        table.writerow(("line", "reason", "text"))
        table.writerows((number, inert(reason), inert(text)) for number, reason, text in rejects)
