"""The client's side: typed clients that say who calls and turn failures into refusals."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext

from services.kit import telemetry
from services.kit.rpc.callers import CALLER_HEADER, Caller, CallerSigner
from services.kit.rpc.refusals import refusal_of


class ClientInterceptor:
    """Sends who calls and the trace along, and turns failed calls into refusals."""

    def __init__(self, service: str, signer: CallerSigner, default_caller: Caller | None = None) -> None:
        self._service = service
        self._signer = signer
        self._default = default_caller

    async def intercept_unary(
        self,
        call_next: Callable[[Any, RequestContext[Any, Any]], Awaitable[Any]],
        request: Any,
        ctx: RequestContext[Any, Any],
    ) -> Any:
        ctx.request_headers["traceparent"] = telemetry.traceparent()
        if CALLER_HEADER not in ctx.request_headers and self._default is not None:
            ctx.request_headers[CALLER_HEADER] = self._signer.sign(self._service, self._default)
        try:
            return await call_next(request, ctx)
        except ConnectError as error:
            raise refusal_of(error, self._service) from None


Client = TypeVar("Client")


def client(
    wire: Callable[..., Client],
    address: str,
    service: str,
    signer: CallerSigner,
    *,
    default_caller: Caller | None = None,
    timeout_ms: int = 3000,
) -> Client:
    """A typed client of one service. Per-call callers go in ``headers={CALLER_HEADER: signer.sign(...)}``."""
    return wire(
        address,
        send_compression=None,
        accept_compression=[],
        timeout_ms=timeout_ms,
        interceptors=[ClientInterceptor(service, signer, default_caller)],
    )
