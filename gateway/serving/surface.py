"""A surface: one schema with its documents, its tokens and its permissions, however a request arrives."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import lru_cache

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    execute,
    subscribe,
)
from prometheus_client import Counter, Histogram

from gateway import limits
from gateway.auth import Authenticator, Identity
from gateway.context import Context, Services
from gateway.documents.compiled.compiler import Query
from gateway.documents.prepared import DocumentRefused, Prepared
from gateway.documents.store import Documents
from gateway.errors import BAD_REQUEST, formatted, refused
from gateway.limits.meter import LEAST, Charge, Meter, Throttled
from gateway.limits.pricing import TooCostly
from gateway.limits.rates import Bucket
from gateway.loaders.lane import Answers, kept
from gateway.scalars import Locale
from gateway.serving.asking import Ask, Asker, Body, NotAQuery, NotExecuted, Operation
from gateway.serving.executor import executor_of, is_awaitable
from services.kit import spans
from services.kit.refusal import Refusal, Unauthenticated
from services.kit.rpc import Caller
from services.kit.tokens import TokenForged

operation_seconds = Histogram(
    "huiyuan_graphql_seconds",
    "How long operations took.",
    ["surface", "operation"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
attempts_discarded = Counter(
    "huiyuan_graphql_attempts_discarded_total",
    "Compiled queries that something out of the ordinary ended; graphql-core answered.",
    ["surface", "operation"],
)
errors_total = Counter("huiyuan_graphql_errors_total", "Top-level errors answered.", ["surface", "code"])

_seconds = lru_cache(operation_seconds.labels)

Guard = Callable[[Prepared, Caller], None]
"""Raises a refusal when the caller may not select what the document selects."""


class Surface:
    """Finds, permits and runs operations."""

    def __init__(
        self,
        name: str,
        schema: GraphQLSchema,
        documents: Documents,
        authenticator: Authenticator,
        services: Services,
        guard: Guard,
        meter: Meter,
        *,
        tells_cost: bool = False,
    ) -> None:
        self.name = name
        self._schema = schema
        self._executor = executor_of(schema)
        self._documents = documents
        self._authenticator = authenticator
        self._services = services
        self._guard = guard
        self._meter = meter
        self._tells_cost = tells_cost

    async def identify(self, authorization: str | None, locale: Locale, address: Callable[[], str]) -> Asker:
        """Who asks; whoever has nothing left to ask with is turned away. Raises ``NotExecuted``."""
        try:
            identity = self._authenticator.known(authorization)
            if identity is None:
                identity = await self._judged(authorization, address)
            payer = self._meter.payer(identity.caller, address)
            self._meter.check(payer)
        except Refusal as refusal:
            raise self._turned_down(refusal) from None
        return Asker(identity, locale, payer, address)

    async def _judged(self, authorization: str | None, address: Callable[[], str]) -> Identity:
        """Who asks by a token that was not seen before: to prove one a forgery is work that an address gets so much of."""
        self._meter.check_address(address())
        try:
            return await self._authenticator.identify(authorization)
        except TokenForged:
            self._meter.charge_address(address())
            raise

    async def pay(self, asker: Asker, cost: int) -> None:
        """Take the price of what is asked for beside GraphQL. Raises ``NotExecuted``."""
        try:
            await self._meter.pay(asker.payer, cost)
        except Refusal as refusal:
            raise self._turned_down(refusal) from None

    async def admit(self, parameters: object, asker: Asker, *, queries_only: bool = False) -> Operation:
        """The operation that a request asks for, its price paid.

        Raises ``NotExecuted``, or ``NotAQuery`` where only those are served.
        """
        paid = None
        try:
            self._meter.check(asker.payer)
            ask = parameters if isinstance(parameters, Ask) else Ask.of(parameters)
            if ask.query is not None:
                # To read a free document is work too, which is paid before it is done.
                paid = await self._meter.pay(asker.payer, LEAST)
            prepared = self._documents.find(ask.document_id, ask.query)
            kind = prepared.operation(ask.operation_name)
            if queries_only and kind is not OperationType.QUERY:
                raise NotAQuery
            if ask.variables and not ask.is_known:
                limits.check_variables(ask.variables)
            self._guard(prepared, asker.identity.caller)
            charge = await self._charge(prepared, ask, asker.payer, paid)
        except DocumentRefused as refusal:
            raise self._not_executed([formatted(e, refusal.code) for e in refusal.errors]) from None
        except GraphQLError as error:
            if paid is None:
                self._meter.note(asker.payer)
            malformed = (error.extensions or {}).get("code") == BAD_REQUEST
            raise self._not_executed([formatted(error)], malformed=malformed) from None
        except Refusal as refusal:
            raise self._turned_down(refusal) from None
        context = Context(asker.identity, asker.locale, self._services, asker.address)
        return Operation(prepared, kind, ask, context, charge)

    async def _charge(self, prepared: Prepared, ask: Ask, payer: Bucket, paid: Charge | None) -> Charge:
        price = prepared.price(ask.operation_name)
        cost = max(LEAST, price.of(ask.variables))
        most = min(limits.COST, payer.rate.holds)
        if cost > most:
            raise TooCostly(cost, most)
        if paid is not None and cost == paid.cost:
            return paid
        if not (paid or price.spends or self._tells_cost):
            # While one pays, the other is served already.
            later = self._meter.pay_later(payer, cost)
            if later is not None:
                return later
        return await self._meter.pay(payer, cost, paid=paid.cost if paid else 0, spends=price.spends)

    async def execute(self, operation: Operation) -> Body:
        """The answer of a query or a mutation."""
        started = time.perf_counter()
        query = operation.prepared.query(operation.ask.operation_name)
        with spans.span(self.name, operation.prepared.label):
            body = await (self._run(operation) if query is None else self._attempt(query, operation))
        if self._tells_cost:
            body["extensions"] = {"cost": operation.charge.told()}
        _seconds(self.name, operation.prepared.label).observe(time.perf_counter() - started)
        return body

    async def _attempt(self, query: Query, operation: Operation) -> Body:
        """The answer of a compiled query when all goes well, else graphql-core's to the same."""
        answers = Answers()
        before = kept.set(answers)
        try:
            data = await query.attempt(operation.context, operation.ask.variables)
            if data is not None:
                return {"data": data}
            attempts_discarded.labels(self.name, operation.prepared.label).inc()
            answers.in_one_task = False
            return await self._run(operation)
        finally:
            kept.reset(before)

    async def _run(self, operation: Operation) -> Body:
        """The answer by graphql-core, whatever happens."""
        result = execute(
            self._schema,
            operation.prepared.node,
            context_value=operation.context,
            variable_values=operation.ask.variables,
            operation_name=operation.ask.operation_name,
            executor_class=self._executor,
            is_awaitable=is_awaitable,
            hide_suggestions=True,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        return self._body(result)

    async def subscribe(self, operation: Operation) -> AsyncGenerator[Body, None]:
        """The answers of any operation, one after another. Raises ``NotExecuted`` when there can be no more."""
        if operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.execute(operation)
            return
        source = subscribe(
            self._schema,
            operation.prepared.node,
            context_value=operation.context,
            variable_values=operation.ask.variables,
            operation_name=operation.ask.operation_name,
            executor_class=self._executor,
            is_awaitable=is_awaitable,
            hide_suggestions=True,
        )
        if not isinstance(source, ExecutionResult | AsyncIterator):
            source = await source
        if isinstance(source, ExecutionResult):
            raise NotExecuted(self._body(source)["errors"])
        try:
            async for result in source:
                yield self._body(result)
        except Exception as error:
            ended = GraphQLError(str(error), path=[], original_error=error)
            raise self._not_executed([formatted(ended)]) from None
        finally:
            await source.aclose()  # type: ignore[attr-defined]  # graphql-core gives an async generator

    def _body(self, result: ExecutionResult) -> Body:
        if not result.errors:
            return {"data": result.data}
        errors = [formatted(error) for error in result.errors]
        self._count(errors)
        if result.data is None and all(error.path is None for error in result.errors):
            return {"errors": errors}
        return {"data": result.data, "errors": errors}

    def _turned_down(self, refusal: Refusal) -> NotExecuted:
        error = refused(refusal)
        if isinstance(refusal, Throttled):
            error["extensions"]["retryAfter"] = refusal.wait_s
            if self._tells_cost:
                error["extensions"]["cost"] = refusal.charge.told()
            return self._not_executed([error], throttled_s=refusal.wait_s)
        unauthenticated = isinstance(refusal, Unauthenticated)
        return self._not_executed([error], unauthenticated=unauthenticated, away=refusal.retryable)

    def _not_executed(self, errors: list[Body], **how: int) -> NotExecuted:
        self._count(errors)
        return NotExecuted(errors, **how)  # type: ignore[arg-type]

    def _count(self, errors: list[Body]) -> None:
        for error in errors:
            errors_total.labels(self.name, error["extensions"]["code"]).inc()
