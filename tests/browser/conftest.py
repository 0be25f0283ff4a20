"""A browser, the system, and each page's complaints."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser import needs
from tests.browser.servers import PageServer, ProductionGateway
from tests.end_to_end.callers import OrderSystem
from tests.end_to_end.house import House, new_house

PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole system, as `make up` starts it."""
    house = new_house(tmp_path_factory.mktemp("house"))
    house.start()
    try:
        house.wait_until_ready()
        yield house
    finally:
        house.end()


@pytest.fixture(scope="session")
def shop(house: House) -> OrderSystem:
    return OrderSystem(house)


@pytest.fixture(scope="session")
def operators_gateway(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionGateway]:
    gateway = ProductionGateway(house, tmp_path_factory.mktemp("gateway"))
    yield gateway
    gateway.stop()


@pytest.fixture
def gateway(operators_gateway: ProductionGateway) -> ProductionGateway:
    """A gateway in production mode beside the house's own, running."""
    operators_gateway.ensure_running()
    return operators_gateway


@pytest.fixture(scope="session")
def page_server(
    operators_gateway: ProductionGateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PageServer]:
    server = PageServer(operators_gateway.url, tmp_path_factory.mktemp("page"))
    yield server
    server.stop()


@pytest.fixture
def storefront(page_server: PageServer, gateway: ProductionGateway) -> str:
    """Where the built storefront page is served, with a gateway behind it."""
    return page_server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    # Chromium's sandbox cannot be set up by root, which containers often are.
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=PATIENCE_MS)  # it does not heed what a page is told
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs.chromium(), args=args)
        yield browser
        browser.close()


class Watched:
    """A page, and what it complained of and asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.sent: list[Request] = []
        self._in_outage = False
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.sent.append(request))  # a builtin cannot be wrapped

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser itself complains of what it could not load: during an outage that is how it should be.
        expected = self._in_outage and "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"{message.type}: {message.text}")

    @contextmanager
    def outage(self) -> Iterator[None]:
        """While it lasts, requests may fail."""
        self._in_outage = True
        yield
        self._in_outage = False

    def asked_of(self, path: str) -> list[dict[str, object]]:
        """The bodies of what was posted to a path."""
        return [
            request.post_data_json
            for request in self.sent
            if request.method == "POST" and request.url.partition("#")[0].endswith(path)
        ]


@pytest.fixture
def watched(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    """A new tab in a window of its own, that nothing may go wrong in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watched = Watched(context.new_page())
    yield watched
    context.close()
    assert watched.complaints == []
