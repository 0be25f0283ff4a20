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
    is_known: bool = False
    """Whether the same was admitted before, so that its variables are known to be within limits."""

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


class Asks:
    """What was asked before in the same bytes: pages ask for the same trusted documents time and again.

    What was not admitted is not remembered, and nothing that a resolver could be given and change.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Ask] = {}

    def known(self, content: bytes) -> Ask | None:
        """What these bytes ask for, when they did so before."""
        return self._known.get(content)

    def remember(self, content: bytes, ask: Ask) -> None:
        """Remember what was admitted, when it may be."""
        if ask.is_known or ask.query is not None or len(content) > _LONGEST_REMEMBERED:
            return
        if all(value.__class__ in _LASTING for value in (ask.variables or {}).values()):
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[content] = ask._replace(is_known=True)


_REMEMBERED = 1000
_LONGEST_REMEMBERED = 512
_LASTING = frozenset({str, int, float, bool, NoneType})


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
