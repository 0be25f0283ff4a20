"""The explorer in development: GraphiQL where it was built, and our own page where it was not."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request, Route, expect

from gateway.documents import manifest
from gateway.serving import explorer
from tests.browser.conftest import Watched
from tests.end_to_end.callers import OrderSystem, Shopper, order
from tests.end_to_end.house import House


@pytest.fixture
def shopper(shop: OrderSystem) -> Shopper:
    """A member with 500 points."""
    shopper = shop.register("沈知微")
    shop.record(order(shopper.member_id, 50_000))
    return shopper


class Graphiql:
    """GraphiQL in a tab."""

    def __init__(self, watched: Watched) -> None:
        self.page = watched.page
        self.answer = self.page.locator(".graphiql-response .view-lines")

    def open(self, url: str, token: str) -> None:
        """Follow a link as `huiyuan up` prints it."""
        self.page.goto(f"{url}#token={token}")
        expect(self.page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")

    def example(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def run(self) -> None:
        self.page.wait_for_timeout(1_000)  # GraphiQL reads what was written a little after it was
        self.page.get_by_role("button", name="Execute query").click()

    def stop(self) -> None:
        self.page.get_by_role("button", name="Stop query").click()


@pytest.fixture
def graphiql(watched: Watched) -> Graphiql:
    return Graphiql(watched)


def test_graphiql_runs_a_query_a_mutation_and_a_subscription(
    graphiql: Graphiql, watched: Watched, house: House, shop: OrderSystem, shopper: Shopper
) -> None:
    graphiql.open(house.storefront, shopper.token)
    assert shopper.token not in graphiql.page.url
    graphiql.run()
    expect(graphiql.answer).to_contain_text("沈知微")

    graphiql.example("app checkout")
    graphiql.run()
    expect(graphiql.answer).to_contain_text("redeemable")

    graphiql.example("redeem points")
    graphiql.run()
    expect(graphiql.answer).to_contain_text("balanceAfter")
    assert shopper.points() == 400

    graphiql.example("member changed")
    graphiql.run()
    expect(graphiql.answer).to_contain_text("CAUGHT_UP")
    shop.record(order(shopper.member_id, 10_000))
    expect(graphiql.answer).to_contain_text("ORDER_RECORDED")
    graphiql.stop()
    assert asks_only(house.url("gateway"), watched)


def test_graphiql_knows_the_schema_of_staff(graphiql: Graphiql, watched: Watched, house: House) -> None:
    graphiql.open(house.admin, house.issuer.admin())
    graphiql.run()
    expect(graphiql.answer).to_contain_text("139****0001")
    graphiql.page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(graphiql.page.locator(".graphiql-doc-explorer")).to_contain_text("Mutation")
    assert asks_only(house.url("gateway"), watched)


def test_graphiql_keeps_its_tabs_apart_from_the_other_surface(graphiql: Graphiql, house: House) -> None:
    graphiql.open(house.admin, house.issuer.admin())
    graphiql.example("finance")
    graphiql.page.wait_for_timeout(1_000)  # it writes its tabs down after half a second
    graphiql.open(house.storefront, house.issuer.member(house.seeds.members[0].member_id))
    expect(graphiql.page.get_by_role("tab", name="Me")).to_be_visible()
    expect(graphiql.page.get_by_role("tab", name="Finance")).to_have_count(0)


class PlainPage:
    """Our own page in a tab: as the gateway serves it where GraphiQL was not built."""

    def __init__(self, watched: Watched) -> None:
        self.page = watched.page
        self.answer = self.page.locator("#answer")
        self.status = self.page.get_by_role("status")

    def open(self, url: str, surface: str, token: str) -> None:
        page = explorer.plain(surface, manifest.examples(surface))
        headers = {"content-type": "text/html", "content-security-policy": page.policy.decode()}
        self.page.route(lambda given: given == url, _instead_of_the_page(page.content, headers))
        self.page.goto(f"{url}#token={token}")

    def example(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()


def _instead_of_the_page(content: bytes, headers: dict[str, str]) -> Callable[[Route, Request], None]:
    def answer(route: Route, request: Request) -> None:
        if request.method == "GET":
            route.fulfill(body=content, headers=headers)
        else:
            route.continue_()

    return answer


@pytest.fixture
def plain(watched: Watched) -> PlainPage:
    return PlainPage(watched)


def test_the_plain_page_runs_a_query_a_mutation_and_a_subscription(
    plain: PlainPage, watched: Watched, house: House, shop: OrderSystem, shopper: Shopper
) -> None:
    plain.open(house.storefront, "storefront", shopper.token)
    assert shopper.token not in plain.page.url
    plain.page.get_by_role("button", name="Run").click()
    expect(plain.status).to_contain_text("200 in")
    expect(plain.answer).to_contain_text("沈知微")

    plain.example("redeem points")
    plain.page.keyboard.press("Control+Enter")
    expect(plain.answer).to_contain_text('"balanceAfter": 400')

    plain.example("member changed")
    plain.page.get_by_role("button", name="Run").click()
    expect(plain.answer).to_contain_text("CAUGHT_UP")
    shop.record(order(shopper.member_id, 10_000))
    expect(plain.answer).to_contain_text("ORDER_RECORDED")
    plain.page.get_by_role("button", name="Stop").click()
    expect(plain.status).to_have_text("stopped")
    assert asks_only(house.url("gateway"), watched)


def test_the_plain_page_finds_types_and_says_what_is_wrong(plain: PlainPage, house: House) -> None:
    plain.open(house.admin, "admin", house.issuer.admin())
    expect(plain.page.locator("#schema summary").first).to_have_text("Query")
    plain.page.get_by_placeholder("Find a type or field").fill("adjustPoints")
    expect(plain.page.locator("#schema details:not([hidden]) summary").first).to_have_text("Mutation")
    plain.page.get_by_label("Variables").fill("{")
    plain.page.get_by_role("button", name="Run").click()
    expect(plain.status).to_contain_text("variables:")


def asks_only(origin: str, watched: Watched) -> bool:
    """Whether a page reached this server alone."""
    there = {
        urlsplit(request.url)._replace(path="", query="", fragment="").geturl() for request in watched.sent
    }
    return {each for each in there if not each.startswith(("data:", "blob:"))} == {origin}
