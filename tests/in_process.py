"""In process: what tests reach a service's ASGI application by, without a socket between."""

from typing import Any

from connectrpc.errors import ConnectError
from pyqwest import Client
from pyqwest.testing import ASGITransport

from services.kit import rpc


class _AsRefusals:
    """Failed calls as our own clients raise them."""

    def __init__(self, service: str) -> None:
        self._service = service

    async def intercept_unary(self, call_next: Any, request: Any, ctx: Any) -> Any:
        try:
            return await call_next(request, ctx)
        except ConnectError as error:
            raise rpc.refusal_of(error, self._service) from None


def client(wire: Any, transport: ASGITransport, service: str) -> Any:
    """A typed client of the application behind a transport."""
    return wire(
        f"http://{service}",
        send_compression=None,
        accept_compression=[],
        interceptors=[_AsRefusals(service)],
        http_client=Client(transport),
    )
