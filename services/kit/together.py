"""Together: the parts of an answer leave in one packet, with one system call and one waking of whoever waits."""

import asyncio
from typing import Any


class Together:
    """A transport that sends together what is written before the loop's next turn."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._written: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def write_whole(self, data: bytes) -> None:
        """Write what nothing follows for now, without waiting for the loop's next turn."""
        self._send()
        self._transport.write(data)

    def _send(self) -> None:
        if self._written:
            data = b"".join(self._written)
            self._written.clear()
            self._transport.write(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
