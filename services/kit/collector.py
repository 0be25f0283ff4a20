"""The collector: where spans are sent, OTLP over HTTP. Imported only where one is named: what it brings takes long."""

from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from services.kit import telemetry

_LONGEST_WAIT_S = 5


class _OurTraces(RandomIdGenerator):
    """A span without a caller's begins under the trace that logs and answers name already."""

    def generate_trace_id(self) -> int:
        return int(telemetry.trace_id.get(), 16) if telemetry.trace_id.get() else super().generate_trace_id()


def provider(process: str, endpoint: str) -> TracerProvider:
    """What makes spans and sends them in the background; what waits is sent when the process ends."""
    made = TracerProvider(
        resource=Resource({"service.name": f"huiyuan-{process}"}), id_generator=_OurTraces()
    )
    exporter = OTLPSpanExporter(endpoint=_traces_of(endpoint), timeout=_LONGEST_WAIT_S)
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


def _traces_of(endpoint: str) -> str:
    """Where a collector takes traces; an address without a path is a collector's own."""
    return endpoint if urlsplit(endpoint).path.strip("/") else f"{endpoint.rstrip('/')}/v1/traces"
