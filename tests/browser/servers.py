"""What the pages talk to: a gateway in production mode that may be killed, and who serves the built page."""

import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import layout, system
from infra.local.processes import Process, Program
from infra.local.system import System
from tests.browser.needs import STOREFRONT
from tests.conftest import free_port
from tests.end_to_end.house import House
from tests.gateway.gateway_client import RATES

START_TIMEOUT_S = 60.0
TRUSTED = STOREFRONT / "src" / "gql" / "persisted-documents.json"


class ProductionGateway:
    """A second gateway of a house, as an operator runs it: trusted documents alone, the page's among them."""

    def __init__(self, house: House, directory: Path) -> None:
        self._house = house
        self._log = directory / "gateway.log"
        self._port = free_port()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and return when it is ready."""
        house = self._house
        backing = system.backing(house.installation, house.ports, house.also)
        told = System(house.installation, house.ports, backing).environment("gateway") | {
            **RATES,  # the tests ask far more often than a member does
            "HUIYUAN_MODE": "production",
            "GATEWAY_PORT": str(self._port),
            "STOREFRONT_DOCUMENTS": str(TRUSTED),
        }
        program = Program("gateway", layout.command("gateway", "serve"), told, layout.ROOT, self._log)
        self._process = Process(program)
        self._process.wait_until(lambda: _answers(self._port, "/readyz"), START_TIMEOUT_S)

    def ensure_running(self) -> None:
        """Start it unless it runs: a test that failed half-way may have left it dead."""
        if self._process is None or self._process.exit_code is not None:
            self.start()

    def kill(self) -> None:
        """End it without a word."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.stop()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """While it lasts, it keeps its connections and says nothing on them."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()


class PageServer:
    """The built page, and its way to a gateway."""

    def __init__(self, gateway_url: str, directory: Path) -> None:
        self._port = free_port()
        told = dict(os.environ) | {"GATEWAY_URL": gateway_url}
        vite = STOREFRONT / "node_modules" / ".bin" / "vite"
        command = [str(vite), "preview", "--port", str(self._port), "--strictPort"]
        self._process = Process(Program("vite", command, told, STOREFRONT, directory / "vite.log"))
        self._process.wait_until(lambda: _answers(self._port, "/"), START_TIMEOUT_S)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def stop(self) -> None:
        self._process.stop()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
