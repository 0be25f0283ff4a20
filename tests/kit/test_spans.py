"""Spans: what a collector hears of a sampled trace, over real HTTP, and that it hears of nothing else."""

from collections.abc import Callable, Iterator

import pytest

from services.kit import spans, telemetry
from tests.kit.collecting import Collector, collecting

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def sending(collector: Collector) -> Iterator[Callable[[], None]]:
    """Sends what waits."""
    spans.export("kit-serve", collector.address)
    yield spans.end
    spans.end()


def test_an_operation_and_what_it_calls_are_one_trace_under_the_callers(
    collector: Collector, sending: Callable[[], None]
) -> None:
    telemetry.go_on(f"00-{TRACE}-{CALLER}-01")
    with spans.span("storefront", "Me"):
        sent = telemetry.traceparent()
        telemetry.go_on(sent)  # as the service does that is called
        with spans.span("/huiyuan.loyalty.v1.PointsService/BatchGetBalances"):
            statement = telemetry.traced("SELECT 1")
    sending()
    below, above = collector.heard
    assert (above.name, above.parent_span_id.hex()) == ("storefront Me", CALLER)
    assert (below.name.rpartition("/")[2], below.parent_span_id) == ("BatchGetBalances", above.span_id)
    assert {one.trace_id.hex() for one in collector.heard} == {TRACE}
    assert sent == f"00-{TRACE}-{above.span_id.hex()}-01"
    assert below.span_id.hex() in statement
    assert above.start_time_unix_nano <= below.start_time_unix_nano <= below.end_time_unix_nano
    assert list(collector.by_process) == ["huiyuan-kit-serve"]


def test_a_trace_that_begins_here_is_the_one_that_answers_name(
    collector: Collector, sending: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "_sampled_part", 1.0)
    telemetry.begin(None)
    with spans.span("storefront", "Me"):
        pass
    sending()
    (span,) = collector.heard
    assert span.trace_id.hex() == telemetry.trace_id.get()
    assert span.parent_span_id == b""


def test_what_fails_says_so_and_not_with_what_values(
    collector: Collector, sending: Callable[[], None]
) -> None:
    telemetry.go_on(f"00-{TRACE}-{CALLER}-01")
    with pytest.raises(ValueError, match="13900000001"), spans.span("storefront", "Me"):
        raise ValueError("no such phone: 13900000001")
    sending()
    (span,) = collector.heard
    assert (span.status.code, span.status.message) == (2, "ValueError")
    assert b"13900000001" not in span.SerializeToString()


@pytest.mark.parametrize("flag", ["00", "02"])
def test_what_is_not_sampled_is_told_nobody(
    collector: Collector, sending: Callable[[], None], flag: str
) -> None:
    telemetry.go_on(f"00-{TRACE}-{CALLER}-{flag}")
    with spans.span("storefront", "Me"):
        assert telemetry.parent.get() == CALLER
    sending()
    assert collector.heard == []


def test_without_a_collector_there_are_no_spans() -> None:
    spans.export("kit-serve", None)
    telemetry.go_on(f"00-{TRACE}-{CALLER}-01")
    with spans.span("storefront", "Me"):
        assert telemetry.parent.get() == CALLER
