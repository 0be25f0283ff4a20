"""huiyuan as an operator reaches it: the admin schema by GraphQL, and the services by Connect in JSON."""

import time
from typing import Any

import httpx

Json = dict[str, Any]


class Refused(Exception):
    """What was asked was refused; the message says what was wrong."""


class Admin:
    """Staff at the gateway's admin side."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            headers={"authorization": f"Bearer {token}", "accept-language": "en"}, timeout=60
        )
        self._url = url

    def ask(self, document: str, **variables: Any) -> Json:
        """The data of an answer, asked again where too much was asked at once.

        Raises ``Refused`` for errors, also for those in a payload.
        """
        body = {"query": document, "variables": variables}
        while (said := self._http.post(self._url, json=body)).status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(int(said.headers.get("retry-after", "1")))
        answer: Json = said.json()
        if answer.get("errors"):
            raise Refused("; ".join(error["message"] for error in answer["errors"]))
        data: Json = answer["data"]
        for field, payload in data.items():
            for error in (payload or {}).get("userErrors") or ():
                raise Refused(f"{field}: {error['code']} {error.get('message', '')}")
        return data


class Services:
    """One of the operator's systems at the services."""

    def __init__(self, urls: dict[str, str], token: str) -> None:
        self._http = httpx.Client(headers={"authorization": f"Bearer {token}"}, timeout=60)
        self._urls = urls

    def call(self, service: str, method: str, body: Json) -> Json:
        """Call, for instance, ``loyalty`` and ``OrdersService/RecordOrders``. Raises ``Refused``."""
        url = f"{self._urls[service]}/huiyuan.{service}.v1.{method}"
        answer = self._http.post(url, json=body)
        said: Json = answer.json()
        if answer.status_code != httpx.codes.OK:
            raise Refused(f"{method}: {said.get('code')} {said.get('message', '')}")
        return said
