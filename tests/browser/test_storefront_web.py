"""The storefront page against a gateway in production mode: what a member sees and does."""

import json
import os
import signal

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import PATIENCE_MS, Watched
from tests.browser.needs import STOREFRONT
from tests.browser.servers import ProductionGateway
from tests.end_to_end.callers import OrderSystem, Shopper, order
from tests.end_to_end.house import House

AXE = STOREFRONT / "node_modules" / "axe-core" / "axe.min.js"


class StorefrontPage:
    """A member's tab, by what is on it."""

    def __init__(self, watched: Watched, url: str) -> None:
        self._watched = watched
        self._url = url
        self.page = watched.page
        self.points = self.page.get_by_test_id("points")
        self.tier = self.page.get_by_test_id("tier")
        self.progress = self.page.get_by_test_id("progress-GROWTH")
        self.connection = self.page.get_by_test_id("connection")
        self.redeem_said = self.page.get_by_test_id("redeem-said")

    def open(self, shopper: Shopper, language: str = "en") -> None:
        """Open it for a member, and wait until changes arrive by themselves."""
        self.page.goto(f"{self._url}?lang={language}#token={shopper.token}")
        self.wait_until_live()

    def wait_until_live(self) -> None:
        expect(self.connection).to_have_class("connection live", timeout=PATIENCE_MS)

    def redeem(self, points: int, button: str = "Redeem") -> None:
        self.page.locator("#redeem-points").fill(str(points))
        self.page.get_by_role("button", name=button, exact=True).click()

    def purpose(self, key: str) -> Locator:
        return self.page.get_by_test_id(f"consent-{key}")


@pytest.fixture
def shown(watched: Watched, storefront: str) -> StorefrontPage:
    return StorefrontPage(watched, storefront)


@pytest.fixture
def shopper(shop: OrderSystem) -> Shopper:
    """A member of silver, 568 points and as much growth."""
    shopper = shop.register()
    shop.record(order(shopper.member_id, 56_800))
    return shopper


def test_tier_progress_and_points_are_shown(shown: StorefrontPage, shopper: Shopper) -> None:
    shown.open(shopper)
    expect(shown.points).to_have_text("568")
    expect(shown.tier).to_contain_text("Silver")
    expect(shown.progress).to_have_attribute("value", "568")
    expect(shown.progress).to_have_attribute("max", "2000")
    expect(shown.page.get_by_text("1,432 growth to go")).to_be_visible()
    expect(shown.page.get_by_text("Birthday gift")).to_be_visible()


def test_points_and_tier_change_on_the_screen_while_an_order_is_recorded(
    shown: StorefrontPage, shopper: Shopper, shop: OrderSystem
) -> None:
    shown.open(shopper)
    shop.record(order(shopper.member_id, 150_000))
    expect(shown.points).to_have_text("2,068")
    expect(shown.tier).to_contain_text("Gold")
    expect(shown.page.get_by_text("+1,500")).to_be_visible()


def test_redeeming_lowers_the_points(shown: StorefrontPage, shopper: Shopper) -> None:
    shown.open(shopper)
    shown.redeem(200)
    expect(shown.redeem_said).to_have_text("200 points redeemed, worth ¥2.00.")
    expect(shown.points).to_have_text("368")
    assert shopper.points() == 368


def test_a_redemption_whose_answer_was_lost_is_spent_once(
    shown: StorefrontPage, watched: Watched, shopper: Shopper
) -> None:
    shown.open(shopper)
    with watched.outage():
        shown.page.route("**/graphql", _lose_the_answer_of_a_redemption, times=1)
        shown.redeem(100)
        expect(shown.redeem_said).to_contain_text("No connection")
    expect(shown.points).to_have_text("468")
    shown.redeem(100)
    expect(shown.redeem_said).to_contain_text("100 points redeemed")
    assert shopper.points() == 468


@pytest.mark.parametrize(
    ("language", "button", "said"),
    [
        ("en", "Redeem", "Not enough points: you have 568."),
        ("zh", "立即兑换", "积分不够：现有 568 可用。"),
    ],
)
def test_what_cannot_be_redeemed_is_said_kindly(
    shown: StorefrontPage, shopper: Shopper, language: str, button: str, said: str
) -> None:
    shown.open(shopper, language)
    shown.redeem(9_000, button)
    expect(shown.redeem_said).to_have_text(said)
    expect(shown.points).to_have_text("568")


def test_consent_is_read_given_and_withdrawn(shown: StorefrontPage, shopper: Shopper) -> None:
    shown.open(shopper)
    purpose = shown.purpose("marketing_sms")
    expect(purpose).to_contain_text("Not agreed")
    purpose.get_by_role("button", name="Read and agree").click()
    expect(purpose.get_by_role("dialog")).to_contain_text("Sending offers and news by text message")
    purpose.get_by_role("button", name="Agree", exact=True).click()
    expect(purpose).to_contain_text("Agreed on")
    assert _state(shopper, "marketing_sms") == "GIVEN"

    purpose.get_by_role("button", name="Withdraw").click()
    expect(purpose).to_contain_text("Not agreed")
    assert _state(shopper, "marketing_sms") == "WITHDRAWN"


def test_a_gateway_killed_and_started_again_loses_nothing_on_the_screen(
    shown: StorefrontPage,
    watched: Watched,
    shopper: Shopper,
    shop: OrderSystem,
    gateway: ProductionGateway,
) -> None:
    shown.open(shopper)
    shop.record(order(shopper.member_id, 10_000))
    expect(shown.points).to_have_text("668")
    with watched.outage():
        gateway.kill()
        expect(shown.connection).to_have_class("connection waiting")
        shown.redeem(100)
        expect(shown.redeem_said).to_contain_text("No connection")
        shop.record(order(shopper.member_id, 20_000))
        gateway.start()
        shown.wait_until_live()
    expect(shown.points).to_have_text("868")

    asked = [body["variables"] for body in watched.asked_of("/graphql") if "after" in str(body["variables"])]
    assert asked[0] == {"after": None}
    assert asked[-1]["after"], "it goes on from where it was"  # type: ignore[index]

    shown.redeem(100)
    expect(shown.redeem_said).to_contain_text("100 points redeemed")
    shop.record(order(shopper.member_id, 10_000))
    expect(shown.points).to_have_text("868")
    expect(shown.page.locator(".trouble")).to_be_hidden()


def test_a_cursor_that_is_no_longer_taken_is_let_go(
    shown: StorefrontPage, watched: Watched, shopper: Shopper, shop: OrderSystem, gateway: ProductionGateway
) -> None:
    shown.page.route("**/graphql", _spoil_the_cursor)
    shown.open(shopper)
    with watched.outage():
        gateway.kill()
        shop.record(order(shopper.member_id, 10_000))
        gateway.start()
        expect(shown.points).to_have_text("668", timeout=PATIENCE_MS)
        shown.wait_until_live()


def test_a_connection_that_fell_silent_is_given_up(
    shown: StorefrontPage, watched: Watched, shopper: Shopper, shop: OrderSystem, gateway: ProductionGateway
) -> None:
    shown.page.clock.install()
    shown.open(shopper)
    with watched.outage():
        with gateway.halted():
            shown.page.clock.fast_forward("00:50")
            expect(shown.connection).to_have_class("connection waiting")
            shop.record(order(shopper.member_id, 10_000))
        shown.page.clock.fast_forward("00:20")
        shown.wait_until_live()
    expect(shown.points).to_have_text("668")


def test_what_is_away_takes_only_its_own_card(shown: StorefrontPage, shopper: Shopper, house: House) -> None:
    card = shown.page.locator(".consents")
    consent = house.pid("consent-server")
    os.kill(consent, signal.SIGSTOP)
    try:
        shown.open(shopper)
        expect(shown.points).to_have_text("568")
        expect(card).to_contain_text("Not available right now")
        expect(card.get_by_role("button")).to_have_count(0)
        expect(shown.page.locator(".trouble")).to_be_hidden()
    finally:
        os.kill(consent, signal.SIGCONT)
    expect(shown.purpose("marketing_sms")).to_contain_text("Not agreed")
    expect(card).not_to_contain_text("Not available right now")


def test_another_member_in_the_same_tab_sees_nothing_of_the_one_before(
    shown: StorefrontPage, shopper: Shopper, shop: OrderSystem
) -> None:
    shown.open(shopper)
    other = shop.register()
    shop.record(order(other.member_id, 4_200))
    shown.page.evaluate("token => { location.hash = `token=${token}` }", other.token)
    expect(shown.points).to_have_text("42")
    assert other.token not in shown.page.url
    shown.page.get_by_role("button", name="Sign out").click()
    expect(shown.points).to_have_count(0)


def test_documents_go_by_their_hash_alone(shown: StorefrontPage, watched: Watched, shopper: Shopper) -> None:
    shown.open(shopper)
    shown.redeem(1)
    expect(shown.points).to_have_text("567")
    sent = watched.asked_of("/graphql")
    assert len(sent) >= 3
    assert all(set(body) == {"documentId", "variables"} for body in sent)


@pytest.mark.parametrize(("language", "said"), [("en", "This sign-in is not valid"), ("zh", "登录信息无效")])
def test_a_token_that_is_none_is_said_kindly(
    shown: StorefrontPage, watched: Watched, storefront: str, language: str, said: str
) -> None:
    with watched.outage():
        shown.page.goto(f"{storefront}?lang={language}#token=nonsense")
        expect(shown.page.get_by_role("alert")).to_contain_text(said)
        expect(shown.page.locator("#token")).to_be_visible()
    assert "nonsense" not in shown.page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_it_is_accessible(
    shown: StorefrontPage, shopper: Shopper, scheme: str, language: str, width: int
) -> None:
    shown.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    shown.page.set_viewport_size({"width": width, "height": 844})
    shown.open(shopper, language)
    expect(shown.purpose("marketing_sms")).to_be_visible()
    shown.page.add_script_tag(path=AXE)
    found = shown.page.evaluate(
        "async () => (await axe.run()).violations.map((v) => [v.id, v.nodes[0].html])"
    )
    assert found == []
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"


def _spoil_the_cursor(route: Route) -> None:
    body = route.request.post_data_json
    if body["variables"].get("after"):
        body["variables"]["after"] = "of another time"
    route.continue_(post_data=json.dumps(body))


def _lose_the_answer_of_a_redemption(route: Route) -> None:
    assert "redemptionId" in (route.request.post_data or "")
    route.fetch()
    route.abort()


def _state(shopper: Shopper, purpose: str) -> str:
    states = {each["purpose"]: each["state"] for each in shopper.me("consents { purpose state }")["consents"]}
    return str(states[purpose])
