"""Documents that a seed makes up: valid queries of any schema, and variables that are mostly right."""

import random
from functools import partial
from typing import Any

import graphql
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull

STRINGS = ["", "文", "POINTS", "GROWTH", 'a"b\\c\n', "azE6ZW50cnktMQ", "2026-01-31T09:00:00Z", "1", "é\u2028"]


class Writer:
    """Writes one document; ``variables`` are what goes with it."""

    def __init__(self, schema: graphql.GraphQLSchema, choose: random.Random, depth: int = 4) -> None:
        self._schema = schema
        self._depth = depth
        self._choose = choose
        self._aliases = 0
        self._declared: dict[str, str] = {}
        self._fragments: dict[str, str] = {}
        self._spread_on: dict[str, list[str]] = {}
        self._arguments: dict[str, str] = {}
        self._choices: list[str] = []
        self.variables: dict[str, Any] = {}

    def query(self) -> str:
        return self.operation("query", self._schema.query_type)

    def operation(self, kind: str, root: Any) -> str:
        """An operation of any kind; ``variables`` are what goes with it."""
        selection = self._selection(root, self._choose.randint(1, self._depth))
        declared = ", ".join(f"${name}: {said}" for name, said in self._declared.items())
        short = [f"{kind} Q", kind, *([""] if kind == "query" else [])]
        head = f"{kind} Q({declared})" if declared else self._choose.choice(short)
        return "\n".join([f"{head} {selection}", *self._fragments.values()])

    def _chance(self, of: float) -> bool:
        return self._choose.random() < of

    def _selection(self, shown: Any, depth: int) -> str:
        parts = []
        if not isinstance(shown, graphql.GraphQLUnionType):
            names = list(shown.fields)
            for name in self._choose.sample(names, min(len(names), self._choose.randint(1, 5))):
                parts.append(self._field(shown, name, depth))
                if self._chance(0.1):
                    parts.append(self._field(shown, name, depth))
        parts += [self._fragment(shown, depth) for _ in range(2) if self._chance(0.15)]
        if graphql.is_abstract_type(shown):
            parts += [
                f"... on {one.name}{self._directives()} {self._selection(one, depth - 1)}"
                for one in self._schema.get_possible_types(shown)
                if self._chance(0.7)
            ]
        if self._chance(0.2):
            parts.append(f"{self._alias()}__typename{self._directives()}")
        parts = [part for part in parts if part] or ["__typename"]
        return "{ " + " ".join(parts) + " }"

    def _field(self, shown: Any, name: str, depth: int) -> str:
        field = shown.fields[name]
        named = graphql.get_named_type(field.type)
        if not graphql.is_leaf_type(named) and depth <= 0:
            return ""
        alias = self._alias() if self._chance(0.25) else ""
        below = "" if graphql.is_leaf_type(named) else f" {self._selection(named, depth - 1)}"
        if alias:
            arguments = self._arguments_of(field)
        else:
            # Without an alias, one field is selected with the same arguments wherever it stands.
            place = f"{shown.name}.{name}"
            arguments = self._arguments.get(place) or self._arguments_of(field)
            self._arguments[place] = arguments
        return f"{alias}{name}{arguments}{self._directives()}{below}"

    def _alias(self) -> str:
        self._aliases += 1
        return self._choose.choice(["", f"a{self._aliases}: "])

    def _fragment(self, shown: Any, depth: int) -> str:
        """The same type's fields again, by a fragment in the line or by name."""
        if isinstance(shown, graphql.GraphQLUnionType) or depth <= 0:
            return ""
        known = self._spread_on.setdefault(shown.name, [])
        if known and self._chance(0.5):
            return f"...{self._choose.choice(known)}{self._directives()}"
        if self._chance(0.5):
            condition = self._choose.choice(["", f" on {shown.name}"])
            return f"...{condition}{self._directives()} {self._selection(shown, depth - 1)}"
        name = f"F{len(self._fragments)}"
        self._fragments[name] = ""
        self._fragments[name] = f"fragment {name} on {shown.name} {self._selection(shown, depth - 1)}"
        known.append(name)
        return f"...{name}{self._directives()}"

    def _directives(self) -> str:
        said = [f" @{name}(if: {self._choice()})" for name in ("include", "skip") if self._chance(0.12)]
        self._choose.shuffle(said)
        return "".join(said)

    def _choice(self) -> str:
        if self._chance(0.3):
            return self._choose.choice(["true", "false"])
        if len(self._choices) < 2:
            name = f"if{len(self._choices)}"
            self._choices.append(name)
            self._declared[name] = self._choose.choice(["Boolean!", "Boolean! = true", "Boolean = false"])
            self._give(name, "=" in self._declared[name], lambda: self._chance(0.5))
        return f"${self._choose.choice(self._choices)}"

    def _give(self, name: str, may_lack: bool, value: Any) -> None:
        if may_lack and self._chance(0.4):
            return
        self.variables[name] = None if self._chance(0.02) else "wrong" if self._chance(0.02) else value()

    # --- arguments -----------------------------------------------------------------------------------

    def _arguments_of(self, field: graphql.GraphQLField) -> str:
        said = []
        for name, argument in field.args.items():
            required = graphql.is_required_argument(argument)
            if required or self._chance(0.6):
                said.append(f"{name}: {self._argument(argument, required)}")
        return f"({', '.join(said)})" if said else ""

    def _argument(self, argument: graphql.GraphQLArgument, required: bool) -> str:
        if self._chance(0.5):
            return self._literal(argument.type)
        name = f"v{len(self._declared)}"
        said = str(argument.type)
        nullable = not isinstance(argument.type, GraphQLNonNull)
        if nullable and self._chance(0.3):
            said, nullable = f"{said}!", False
        defaults = self._chance(0.3)
        if defaults:
            said += f" = {self._literal(graphql.get_nullable_type(argument.type), within=True)}"
        self._declared[name] = said
        self._give(name, nullable or defaults, lambda: self._value(argument.type))
        return f"${name}"

    def _literal(self, wanted: Any, *, within: bool = False) -> str:
        """A value as a document says it."""
        if not isinstance(wanted, GraphQLNonNull):
            if self._chance(0.1) and not within:
                return "null"
        else:
            wanted = wanted.of_type
        if isinstance(wanted, GraphQLList):
            return f"[{', '.join(self._literal(wanted.of_type) for _ in range(self._choose.randrange(3)))}]"
        if isinstance(wanted, GraphQLInputObjectType):
            given = [
                f"{name}: {self._literal(field.type)}"
                for name, field in wanted.fields.items()
                if graphql.is_required_input_field(field) or self._chance(0.5)
            ]
            return "{" + ", ".join(given) + "}"
        value = self._leaf(wanted)
        if isinstance(wanted, graphql.GraphQLEnumType):
            return str(value)
        return (
            graphql.print_ast(graphql.StringValueNode(value=value))
            if isinstance(value, str)
            else str(value).lower()
        )

    def _value(self, wanted: Any) -> Any:
        """A value as variables carry it."""
        if isinstance(wanted, GraphQLNonNull):
            wanted = wanted.of_type
        elif self._chance(0.1):
            return None
        if isinstance(wanted, GraphQLList):
            items = [self._value(wanted.of_type) for _ in range(self._choose.randrange(3))]
            return items[0] if len(items) == 1 and self._chance(0.2) else items
        if isinstance(wanted, GraphQLInputObjectType):
            return {
                name: self._value(field.type)
                for name, field in wanted.fields.items()
                if graphql.is_required_input_field(field) or self._chance(0.5)
            }
        return self._leaf(wanted)

    def _leaf(self, wanted: Any) -> Any:
        if isinstance(wanted, graphql.GraphQLEnumType):
            return self._choose.choice(list(wanted.values))
        if wanted.name == "Boolean":
            return self._chance(0.5)
        if wanted.name == "Float":
            return self._choose.choice([0, -1.5, 2.25])
        if wanted.name in ("Int", "Long"):
            return self._choose.choice([1, 2, 3, 5, 100, 101, 0, -1])
        if wanted.name == "UUID":
            return "5f0d6e0a-0000-4000-8000-00000000000a"
        return self._choose.choice(STRINGS)


def document(schema: graphql.GraphQLSchema, seed: int, depth: int) -> tuple[str, dict[str, Any]]:
    """A valid query and its variables; the same for the same seed."""
    choose = random.Random(seed)
    while True:
        writer = Writer(schema, choose, depth)
        text = writer.query()
        if not graphql.validate(schema, graphql.parse(text)):
            return text, writer.variables


def variables(schema: graphql.GraphQLSchema, text: str, seed: int) -> dict[str, Any]:
    """Other variables for a document."""
    writer = Writer(schema, random.Random(seed))
    for operation in graphql.parse(text).definitions:
        for node in getattr(operation, "variable_definitions", None) or ():
            wanted: Any = graphql.type_from_ast(schema, node.type)
            may_lack = not isinstance(wanted, GraphQLNonNull) or node.default_value is not None
            writer._give(node.variable.name.value, may_lack, partial(writer._value, wanted))
    return writer.variables
