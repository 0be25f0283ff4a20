"""The explorer: GraphiQL where it was built, our own page where not, and neither in production."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

import pytest

from gateway.serving import explorer
from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import Gateway, running

SURFACES = ("/graphql", "/admin/graphql")
OURS = "127.0.0.1"
ASKS_FOR_A_PAGE = {"accept": "text/html,*/*;q=0.8"}


async def test_the_explorer_is_for_development_and_asks_no_other_server(
    gateway: Gateway, production: Gateway
) -> None:
    for path in SURFACES:
        page = await gateway.http.get(path, headers=ASKS_FOR_A_PAGE)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'; connect-src 'self'" in page.headers["content-security-policy"]
        assert not [named for named in re.findall(r"https?://[^/\"]*", page.text) if OURS not in named]
        refused = await production.http.get(path, headers=ASKS_FOR_A_PAGE)
        assert refused.status_code == 406


async def test_the_root_leads_to_the_explorer_in_development_alone(
    gateway: Gateway, production: Gateway
) -> None:
    led = await gateway.http.get("/", headers=ASKS_FOR_A_PAGE)
    assert (led.status_code, led.headers["location"]) == (307, "/graphql")
    assert (await production.http.get("/", headers=ASKS_FOR_A_PAGE)).status_code == 404


@pytest.mark.parametrize("surface", ["storefront", "admin"])
def test_the_plain_page_runs_the_one_script_that_we_know(surface: str) -> None:
    page = explorer.plain(surface, {"nasty": "# </script><script>alert(1)</script>"})
    scripts = re.findall(rb"<script>(.*?)</script>", page.content, re.DOTALL)
    assert len(scripts) == 1
    digest = b64encode(hashlib.sha256(scripts[0]).digest())
    assert b"script-src 'sha256-" + digest + b"'" in page.policy


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where GraphiQL was built, as far as the gateway sees."""
    told = '<script type="application/json" id="told">{/* the surface and its examples */}</script>'
    (tmp_path / "index.html").write_text(f"GraphiQL {told}")
    (tmp_path / "worker.js").write_text("postMessage(1)")
    monkeypatch.setattr(explorer, "BUILT", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("built")
async def test_graphiql_is_served_once_it_is_built(
    tmp_path: Path, redis_url: str, database: DatabaseUrls
) -> None:
    async with running(tmp_path, redis_url, database.app) as gateway:
        for path in SURFACES:
            page = await gateway.http.get(path, headers=ASKS_FOR_A_PAGE)
            assert page.text.startswith("GraphiQL")
            assert '"surface":"' in page.text
            assert "script-src 'self';" in page.headers["content-security-policy"]
        worker = await gateway.http.get(f"{explorer.FILES_PATH}/worker.js")
        assert (worker.status_code, worker.text) == (200, "postMessage(1)")
        assert worker.headers["content-security-policy"] == "default-src 'none'"
        outside = await gateway.http.get(f"{explorer.FILES_PATH}/%2e%2e/settings.py")
        assert outside.status_code == 404


@pytest.mark.usefixtures("built")
async def test_production_never_serves_it(tmp_path: Path, redis_url: str, database: DatabaseUrls) -> None:
    async with running(tmp_path, redis_url, database.app, mode="production") as gateway:
        for path in SURFACES:
            assert (await gateway.http.get(path, headers=ASKS_FOR_A_PAGE)).status_code == 406
        assert (await gateway.http.get(f"{explorer.FILES_PATH}/worker.js")).status_code == 404
