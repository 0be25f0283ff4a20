"""Spans: how long an operation and each RPC of a sampled trace took, told to a collector.

One for each operation and one for each RPC, none for each field: those cost more than the work. A span says its name,
its place in the trace and whether it failed, and no more: nothing that a caller said is in it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import Token
from types import TracebackType

from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from services.kit import telemetry

_OFF: AbstractContextManager[None] = nullcontext()

_tracer: Tracer | None = None
_send_the_last: Callable[[], None] | None = None


def export(process: str, endpoint: str | None) -> None:
    """Send spans to a collector's address from now on; without one, none are made."""
    global _tracer, _send_the_last
    if endpoint:
        from services.kit import collector

        provider = collector.provider(process, endpoint)
        _tracer, _send_the_last = provider.get_tracer("huiyuan"), provider.shutdown


def end() -> None:
    """Send what waits, and make no more. Waits for a collector that is slow, but not for long."""
    global _tracer, _send_the_last
    send, _tracer, _send_the_last = _send_the_last, None, None
    if send is not None:
        send()


def span(*name: str) -> AbstractContextManager[None]:
    """What happens inside is a span of the trace under way, when that is sampled."""
    if _tracer is None or not telemetry.sampled.get():
        return _OFF
    return _Open(_tracer, " ".join(name))


class _Open(AbstractContextManager[None]):
    """A span from begin to end."""

    def __init__(self, tracer: Tracer, name: str) -> None:
        self._tracer = tracer
        self._name = name

    def __enter__(self) -> None:
        trace, caller = telemetry.trace_id.get(), telemetry.parent.get()
        context = None
        if trace and caller:
            at = SpanContext(int(trace, 16), int(caller, 16), is_remote=True, trace_flags=TraceFlags(1))
            context = set_span_in_context(NonRecordingSpan(at))
        self._span: Span = self._tracer.start_span(self._name, context, SpanKind.SERVER)
        own = f"{self._span.get_span_context().span_id:016x}"
        self._before: Token[str] = telemetry.parent.set(own)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        telemetry.parent.reset(self._before)
        if kind is not None:
            self._span.set_status(Status(StatusCode.ERROR, kind.__name__))  # its message may hold anything
        self._span.end()
