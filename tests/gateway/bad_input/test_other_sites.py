"""What pages of other sites can send with a browser's help: refused, with whatever token they found."""

import json

import pytest

from tests.gateway.bad_input.surfaces import PATHS, token_for
from tests.gateway.gateway_client import Gateway, code


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ],
)
@pytest.mark.parametrize("path", PATHS)
async def test_what_a_page_of_another_site_can_post_is_refused(
    gateway: Gateway, path: str, content_type: str
) -> None:
    token = token_for(gateway, path)
    mutation = json.dumps({"query": 'mutation{withdrawConsent(input:{purposes:["x"]}){replayed}}'})
    for headers in (
        {"origin": "https://evil.example", "cookie": f"token={token}"},
        {"origin": "null", "authorization": f"Bearer {token}"},
    ):
        answer = await gateway.http.post(
            path, content=mutation, headers={"content-type": content_type, **headers}
        )
        assert answer.status_code == 415
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
async def test_a_token_in_a_cookie_or_an_address_is_no_token(gateway: Gateway, path: str) -> None:
    token = token_for(gateway, path)
    asked = {"query": "{me{id}}" if path == "/graphql" else "{dueRun{due}}"}
    answer = await gateway.http.post(
        path, json=asked, headers={"cookie": f"authorization=Bearer {token}"}, params={"authorization": token}
    )
    assert code(answer.json()) == "UNAUTHENTICATED"
