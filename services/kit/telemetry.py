"""Telemetry: structured logs on stderr, the trace a request belongs to, and the metrics of calls."""

import logging
import random
import re
import sys
from contextvars import ContextVar
from traceback import extract_tb

import structlog
from prometheus_client import Counter, Histogram
from structlog.typing import ExcInfo

# What a client sends goes into logs, answers and further calls, so nothing but a trace passes.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
SAMPLED = 0.01
"""The part of the traces that is followed, where nobody says otherwise."""

_sampled_part = SAMPLED

_random = random.Random()  # noqa: S311  # traces are told apart by their ids, they are no secret

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
parent: ContextVar[str] = ContextVar("parent", default="")
"""The span within which this happens: one of ours, or whose the caller named."""
sampled: ContextVar[bool] = ContextVar("sampled", default=False)

calls_total = Counter("huiyuan_rpc_calls_total", "RPCs answered.", ["method", "outcome"])
call_seconds = Histogram(
    "huiyuan_rpc_seconds",
    "How long RPCs took.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def configure(process: str, level: str, *, sampled_part: float = SAMPLED) -> None:
    """Send every log line, ours and the libraries', as one JSON object to stderr, with the process and the trace.

    ``sampled_part`` of the traces that begin here is followed by spans and to the statements of the databases.
    """
    global _sampled_part
    _sampled_part = sampled_part
    processors: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        _with_trace,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_frames),
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _first_line,
                *processors,
            ]
        )
    )
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)


def _with_trace(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    line.update(structlog.contextvars.get_contextvars())
    if trace := trace_id.get():
        line["trace_id"] = trace
    return line


def _first_line(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What a library says happened; on the lines below it may show values, and exceptions with their messages."""
    line["event"] = str(line["event"]).partition("\n")[0]
    return line


def _frames(exc_info: ExcInfo) -> list[str]:
    """An exception as its type and places only: messages and locals may hold personal data."""
    kind, _, traceback = exc_info
    places = [f"{f.filename}:{f.lineno} {f.name}" for f in extract_tb(traceback)]
    return [*places, f"{kind.__module__}.{kind.__qualname__}"]


def begin(traceparent: str | None) -> None:
    """Work for a stranger, under the trace of a W3C header or a new one. Whether it is sampled, strangers do not say:
    a sampled trace costs more."""
    _follow(traceparent)
    sampled.set(_random.random() < _sampled_part)


def go_on(traceparent: str | None) -> None:
    """Work for another process, under its trace, sampled when it says so."""
    sent = _follow(traceparent)
    sampled.set(sent is not None and int(sent[3], 16) & 1 == 1)


def _follow(traceparent: str | None) -> re.Match[str] | None:
    sent = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    trace_id.set(sent[1] if sent else _new())
    parent.set(sent[2] if sent else "")
    return sent


def traceparent() -> str:
    """The W3C header to send along, so that the next process logs under the same trace."""
    span = parent.get() or f"{_random.getrandbits(64) or 1:016x}"
    return f"00-{trace_id.get() or _new()}-{span}-{'01' if sampled.get() else '00'}"


def traced(statement: str) -> str:
    """A statement that says whose trace it is of, in sampled ones: by it, a slow one in the database's log is found.

    Not in all, since a statement whose text is new each time is planned each time.
    """
    return f"{statement} /*traceparent='{traceparent()}'*/" if sampled.get() else statement


def _new() -> str:
    return f"{_random.getrandbits(128):032x}"
