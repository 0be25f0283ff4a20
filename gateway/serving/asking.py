"""Asking: what a request asks for and who asks, as far as it got before anything of it is executed."""

from collections.abc import Callable
from types import NoneType
from typing import Any, NamedTuple

from graphql import OperationType

from gateway.auth import Identity
from gateway.context import Context
from gateway.documents.prepared import Prepared
from gateway.errors import BAD_REQUEST, RequestError
from gateway.limits.meter import Charge
from gateway.limits.rates import Bucket
from gateway.scalars import Locale

Body = dict[str, Any]


class Ask(NamedTuple):
    """What a request asks for, as it came."""

    document_id: str | None
    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None

    @classmethod
    def of(cls, parameters: object) -> "Ask":
        """What decoded parameters ask for. Raises ``RequestError``."""
        if isinstance(parameters, list):
            raise RequestError(BAD_REQUEST, "one operation a request: batches are not served")
        if not isinstance(parameters, dict):
            raise RequestError(BAD_REQUEST, "the request must be a JSON object")
        for name, kind, said in _PARAMETERS:
            if not isinstance(parameters.get(name), kind):
                raise RequestError(BAD_REQUEST, f"{name} must be {said}, when it is given")
        return cls(
            parameters.get("documentId"),
            parameters.get("query"),
            parameters.get("variables"),
            parameters.get("operationName"),
        )


_PARAMETERS = (
    ("documentId", (str, NoneType), "a string"),
    ("query", (str, NoneType), "a string"),
    ("variables", (dict, NoneType), "an object"),
    ("operationName", (str, NoneType), "a string"),
    ("extensions", (dict, NoneType), "an object"),
)


class NotExecuted(Exception):
    """The request was turned down before anything was executed."""

    def __init__(
        self,
        errors: list[Body],
        *,
        malformed: bool = False,
        unauthenticated: bool = False,
        away: bool = False,
        throttled_s: int = 0,
    ) -> None:
        super().__init__(errors[0]["extensions"]["code"])
        self.body: Body = {"errors": errors}
        self.malformed = malformed
        self.unauthenticated = unauthenticated
        self.away = away
        self.throttled_s = throttled_s
        """How long to wait before asking again, when too much was asked; else 0."""


class NotAQuery(Exception):
    """The operation would change something or go on, where only queries are served."""


class Asker(NamedTuple):
    """Who asks, in which language, whose bucket pays, and where it comes from."""

    identity: Identity
    locale: Locale
    payer: Bucket
    address: Callable[[], str]


class Operation(NamedTuple):
    """An operation that may run: found, valid, within limits and permitted."""

    prepared: Prepared
    kind: OperationType
    ask: Ask
    context: Context
    charge: Charge
