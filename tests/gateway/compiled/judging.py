"""Judging: a document run by graphql-core and compiled, over the same services and data."""

from typing import Any

import graphql
import orjson

from gateway.documents.compiled.compiler import compiled

ANSWERED, FAILED, GIVEN_UP = "answered", "failed", "given up"


class Case:
    """A document, compiled once."""

    def __init__(self, schema: graphql.GraphQLSchema, text: str) -> None:
        self._schema = schema
        self._text = text
        self._document = graphql.parse(text)
        (self._query,) = compiled(schema, self._document).values()

    async def judge(self, variables: dict[str, Any], context: Any) -> str:
        """What came of it, when the two agree: the same bytes, or errors that only graphql-core tells.

        An attempt may also be given up where graphql-core finds nothing wrong; it only must not become a habit.
        """
        answer = graphql.execute(
            self._schema, self._document, context_value=context, variable_values=variables
        )
        if not isinstance(answer, graphql.ExecutionResult):
            answer = await answer
        for _ in range(2):  # the second time, what the variables came to may be remembered
            data = await self._query.attempt(context, variables)
            if data is not None:
                assert not answer.errors, (self._text, variables, answer.errors)
                expected = orjson.dumps({"data": answer.data})
                assert orjson.dumps({"data": data}) == expected, (self._text, variables)
        if data is not None:
            return ANSWERED
        return FAILED if answer.errors else GIVEN_UP
