"""Limits: how much a request may ask for. The rules are built once, so that validation can be remembered."""

from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    specified_rules,
)

from gateway.errors import BAD_USER_INPUT, LIMIT_EXCEEDED, RequestError

TOKENS = 1000
ALIASES = 15
DEPTH = 10
DIRECTIVES = 50
SELECTIONS = 1000
LIST_ITEMS = 250
BODY_BYTES = 100 * 1024
COST = 2000
"""In points, by ``pricing``, of one operation; or less where a caller's bucket holds less."""

SUBSCRIPTIONS_A_CONNECTION = 10


class TooMuchAsked(RequestError):
    """A document or its variables go beyond a limit."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(LIMIT_EXCEEDED, f"the request asks for too much: at most {limit} {what}")


class NullCharacter(RequestError):
    """A string holds U+0000, which no database of ours can."""

    def __init__(self) -> None:
        super().__init__(BAD_USER_INPUT, _NO_NULL)


_NULL, _NO_NULL = "\0", "a string must not contain the character U+0000"


class NullCharacterRule(ASTValidationRule):
    """No string of a document holds what no database of ours can."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if _NULL in node.value:
            self.report_error(GraphQLError(_NO_NULL, node))


class _Extent:
    """How far a document reaches once its fragments are spread out; each fragment is measured once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, tuple[int, int, int, int]] = {}
        self._open: set[str] = set()

    def of(self, selections: SelectionSetNode | None) -> tuple[int, int, int, int]:
        """Depth, aliases, directives and selections below a node."""
        depth = aliases = directives = count = 0
        for node in selections.selections if selections else ():
            below, nested = 0, (0, 0, 0, 0)
            if isinstance(node, FieldNode):
                if node.name.value.startswith("__"):
                    continue
                nested, below = self.of(node.selection_set), 1
                aliases += node.alias is not None
                count += 1
            elif isinstance(node, InlineFragmentNode):
                nested = self.of(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                nested = self._fragment(node.name.value)
            depth = max(depth, nested[0] + below)
            aliases += nested[1]
            directives += nested[2] + len(node.directives or ())
            count += nested[3]
        return depth, aliases, directives, count

    def _fragment(self, name: str) -> tuple[int, int, int, int]:
        if name in self._open or name not in self._fragments:
            return 0, 0, 0, 0  # cycles and unknown names are another rule's business
        if name not in self._measured:
            self._open.add(name)
            self._measured[name] = self.of(self._fragments[name].selection_set)
            self._open.discard(name)
        return self._measured[name]


class ExtentRule(ASTValidationRule):
    """Depth, aliases, directives and selections of every operation stay within the limits."""

    def enter_document(self, document: DocumentNode, *_: Any) -> None:
        extent = _Extent(document)
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                depth, aliases, directives, selections = extent.of(node.selection_set)
                directives += len(node.directives or ())
                for measured, limit, what in (
                    (depth, DEPTH, "levels deep"),
                    (aliases, ALIASES, "aliases"),
                    (directives, DIRECTIVES, "directives"),
                    (selections, SELECTIONS, "fields"),
                ):
                    if measured > limit:
                        self.report_error(TooMuchAsked(what, limit))


OPEN_RULES: tuple[type[ASTValidationRule], ...] = (*specified_rules, ExtentRule, NullCharacterRule)
"""For development: the schema may be asked about."""

CLOSED_RULES: tuple[type[ASTValidationRule], ...] = (*OPEN_RULES, NoSchemaIntrospectionCustomRule)
"""For production: no introspection."""


def check_variables(value: object, *, depth: int = 0) -> None:
    """Refuse variables with longer lists or deeper nesting than any field takes, or with what no database can hold.

    Raises ``TooMuchAsked`` or ``NullCharacter``.
    """
    if isinstance(value, str):
        if _NULL in value:
            raise NullCharacter
    elif isinstance(value, dict):
        if depth > DEPTH:
            raise TooMuchAsked("levels of variables", DEPTH)
        for part in value.values():
            check_variables(part, depth=depth + 1)
    elif isinstance(value, list):
        if len(value) > LIST_ITEMS:
            raise TooMuchAsked("items in a list", LIST_ITEMS)
        if depth > DEPTH:
            raise TooMuchAsked("levels of variables", DEPTH)
        for part in value:
            check_variables(part, depth=depth + 1)
