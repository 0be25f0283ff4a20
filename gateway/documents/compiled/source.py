"""Source: a query's selections written as Python, one function for each object, and what waits side by side."""

from collections.abc import Callable
from enum import Enum
from itertools import count
from keyword import iskeyword
from typing import Any, NamedTuple, TypeGuard

import graphql
from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from strawberry.types.field import StrawberryField

from gateway.documents.compiled import loads, values

_AS_THEY_ARE = {
    graphql.GraphQLString: "{0}.__class__ is str",
    graphql.GraphQLID: "{0}.__class__ is str",
    graphql.GraphQLBoolean: "{0}.__class__ is bool",
    graphql.GraphQLInt: "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
}
"""Which values of a type are written as they are."""

_FETCH = "fetch_"
"""How the functions are called that wait twice, for a value and then for what is below it."""

Below = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
"""Which fields a selection makes of an object."""


class NotKnown(Exception):
    """The document uses something that is not compiled: graphql-core alone runs it."""


class Asked(NamedTuple):
    """A selected field that takes arguments."""

    field: GraphQLField
    node: FieldNode
    definition: StrawberryField


class Completion(NamedTuple):
    """How a value becomes an answer: an expression for the value's name, of a coroutine where it waits."""

    waits: bool
    of: Callable[[str], str]


class Lines:
    """What the function of one object consists of, between the checks of what it is given and its answer."""

    def __init__(self) -> None:
        self.body: list[str] = []
        """What needs nothing to be waited for."""
        self.waiting: list[tuple[str, str]] = []
        """What is waited for, by the names it gets."""
        self.loads: dict[tuple[object, object], str] = {}
        """What its fields load, by what tells it from other loads: the names it gets."""
        self.begin: list[str] = []
        """What begins to load it."""
        self.after: list[str] = []
        """What is made of it."""


class Source:
    """The functions of one query. Its names come from the schema; what a document says becomes literals."""

    def __init__(self, schema: GraphQLSchema, below: Below, fields: CollectedFields) -> None:
        root: Any = schema.query_type
        self._schema = schema
        self._below = below
        self._number = count()
        self._lines: list[str] = []
        self._names: dict[str, Any] = {**vars(values), **vars(loads)}
        self.asked: list[Asked] = []
        self._told = 0
        """How many resolvers are told more than what they are a field of."""
        self.waits, of = self._function(root, fields, [])
        self._lines.append(f"query = lambda info, given: {of('None')}")
        exec(compile("\n".join(self._lines), "<compiled document>", "exec"), self._names)  # noqa: S102
        self.function: Callable[..., Any] = self._names["query"]

    def _function(
        self, shown: GraphQLObjectType, fields: CollectedFields, checks: list[str], own: type | None = None
    ) -> Completion:
        """Write the function of one object, below the checks of what it is given; ``own`` is its class."""
        told, lines = self._told, Lines()
        answer = [
            f"        {key!r}: {self._field(shown, details, f'v{place}', lines)},"
            for place, (key, details) in enumerate(fields.grouped_field_set.items())
        ]
        waits = bool(lines.waiting or lines.loads)
        body = [*lines.body, *self._waited_for(lines), *lines.after]
        name = f"{shown.name}_{next(self._number)}"
        written = [*checks, *body, "    return {", *answer, "    }"]
        if own is not None and issubclass(own, values.Shared) and not waits and told == self._told:
            written = self._once(checks, body, answer)
        self._lines += [f"{'async ' if waits else ''}def {name}(source, info, given):", *written]
        return Completion(waits, lambda value: f"{name}({value}, info, given)")

    def _waited_for(self, lines: Lines) -> list[str]:
        """The lines that wait for all that an object's fields wait for, side by side."""
        written: list[str] = []
        waiting = [
            (name, f"apart({each})" if each.startswith(_FETCH) else each) for name, each in lines.waiting
        ]
        if lines.loads:
            written += ["    begun = []", "    try:", *(f"        {each}" for each in lines.begin)]
            written += ["    except Exception:", "        await settled(begun)", "        raise"]
            slowest = self._named("slowest", loads.Slowest())
            waiting.insert(0, (f"[{', '.join(lines.loads.values())}]", f"brought(begun, {slowest})"))
        if len(waiting) == 1:
            (name, each), *_ = lines.waiting or waiting
            written.append(f"    {name} = await {each}")
        elif waiting:
            names, coroutines = zip(*waiting, strict=True)
            slowest = self._named("slowest", loads.Slowest())
            written.append(
                f"    {', '.join(names)} = await together({', '.join(coroutines)}, slowest={slowest})"
            )
        return written

    def _once(self, checks: list[str], body: list[str], answer: list[str]) -> list[str]:
        """The lines of a function that writes a shared view once: nothing below it asks for anything else."""
        selection = self._named("selection", object())
        return [
            *checks,
            "    written = source.written",
            f"    if written is not None and (known := written.get({selection})) is not None: return known",
            *body,
            "    answer = {",
            *answer,
            "    }",
            f"    return answer if written is None else keep(written, {selection}, answer)",
        ]

    def _field(self, shown: GraphQLObjectType, details: FieldDetailsList, value: str, lines: Lines) -> str:
        """The expression of one field's answer; what comes before it goes to the lines of its object."""
        node = details[0].node
        if node.name.value == "__typename":
            return repr(shown.name)
        field = shown.fields.get(node.name.value)
        definition = field.extensions.get("strawberry-definition") if field else None
        if field is None or not _is_usual(definition):
            raise NotKnown(f"{shown.name}.{node.name.value} has a way of its own to resolve")
        completion = self._completion(field.type, details)
        asked = Asked(field, node, definition)
        resolver = definition.base_resolver
        parts = loads.parts_of(resolver.wrapped_func) if resolver else None
        if parts is not None and not completion.waits:
            self._load(asked, parts, value, lines)
            return completion.of(value)
        call = self._call(asked)
        if definition.is_async:
            lines.waiting.append((value, self._fetch(call, completion) if completion.waits else call))
            return value if completion.waits else completion.of(value)
        lines.body.append(f"    {value} = {call}")
        if completion.waits:
            lines.waiting.append((f"{value}_done", completion.of(value)))
            return f"{value}_done"
        return completion.of(value)

    def _load(self, asked: Asked, parts: loads.Parts, value: str, lines: Lines) -> None:
        """Write what a field loads, once for fields that load the same, and what it shows of that."""
        given = ""
        if asked.field.args:
            given = f"g{len(self.asked)}"
            lines.begin.append(f"{given} = given[{len(self.asked)}]()")
            self.asked.append(asked)
        # Whoever gives no arguments gives those that are the same for all who load by the same function.
        same = parts.load, asked.node if asked.node.arguments else None
        if same not in lines.loads:
            lines.loads[same] = f"l{len(lines.loads)}"
            words = "source, info" + (f", **{given}" if given else "")
            lines.begin.append(f"begun.append({self._named('load', parts.load)}({words}))")
        told = "".join(
            f", {name}={self._told_of(name, default, given)}" for name, default in parts.wants.items()
        )
        lines.after.append(f"    {value} = {self._named('show', parts.show)}({lines.loads[same]}{told})")

    def _told_of(self, name: str, default: object, given: str) -> str:
        """The expression of what a field shows its value by."""
        return "info" if name == "info" else f"{given}.get({name!r}, {self._named('default', default)})"

    def _call(self, asked: Asked) -> str:
        resolver = asked.definition.base_resolver
        if resolver is None:
            return f"source.{asked.definition.python_name}"
        if (path := loads.path_of(resolver.wrapped_func)) is not None:
            return f"source.{path}"
        words = ["source"] if resolver.self_parameter else []
        parents = (resolver.parent_parameter, resolver.root_parameter)  # may be one and the same
        words += [f"{name}=source" for name in dict.fromkeys(each.name for each in parents if each)]
        words += [f"{resolver.info_parameter.name}=info"] if resolver.info_parameter else []
        self._told += bool(resolver.info_parameter or asked.field.args)
        if asked.field.args:
            words.append(f"**given[{len(self.asked)}]()")
            self.asked.append(asked)
        call = f"{self._named('resolve', resolver.wrapped_func)}({', '.join(words)})"
        is_looked_at = asked.definition.is_async or values.is_told_by_class(asked.field.type)
        return call if is_looked_at else f"at_hand({call})"

    def _fetch(self, call: str, completion: Completion) -> str:
        """Write a function that awaits a value and then what is below it; the call of it."""
        name = f"{_FETCH}{next(self._number)}"
        self._lines.append(f"async def {name}(source, info, given):")
        self._lines.append(f"    value = await {call}")
        self._lines.append(f"    return await {completion.of('value')}")
        return f"{name}(source, info, given)"

    def _completion(self, wanted: graphql.GraphQLOutputType, details: FieldDetailsList) -> Completion:
        if isinstance(wanted, graphql.GraphQLNonNull):
            return self._never_null(wanted.of_type, details)
        waits, of = self._never_null(wanted, details)
        null = "nothing()" if waits else "None"
        return Completion(waits, lambda value: f"({null} if {value} is None else {of(value)})")

    def _never_null(self, wanted: Any, details: FieldDetailsList) -> Completion:
        if isinstance(wanted, graphql.GraphQLList):
            waits, of = self._completion(wanted.of_type, details)
            item = f"item_{next(self._number)}"
            form = "together(*[{} for {} in listed({})])" if waits else "[{} for {} in listed({})]"
            return Completion(waits, lambda value: form.format(of(item), item, value))
        if isinstance(wanted, GraphQLObjectType):
            return self._object(wanted, details)
        if graphql.is_abstract_type(wanted):
            return self._by_class(wanted, details)
        return Completion(False, self._leaf(wanted).format)

    def _leaf(self, wanted: Any) -> str:
        write = self._named("write", values.writer(wanted.coerce_output_value))
        members = getattr(wanted, "wrapped_cls", None)
        if isinstance(members, type) and issubclass(members, Enum):
            names = self._named("names", {member: wanted.coerce_output_value(member) for member in members})
            return (
                f"({names}[{{0}}] if {{0}}.__class__ is {self._named('class', members)} else {write}({{0}}))"
            )
        if made := getattr(wanted.coerce_output_value, "of_class", None):
            own, written = self._named("class", made[0]), self._named("written", made[1])
            return f"({written}({{0}}) if {{0}}.__class__ is {own} else {write}({{0}}))"
        plain = _AS_THEY_ARE.get(wanted) or self._as_it_is(wanted)
        return f"({{0}} if {plain} else {write}({{0}}))" if plain else f"{write}({{0}})"

    def _as_it_is(self, wanted: Any) -> str | None:
        """Which values a scalar of our own says that it writes as they are."""
        written = getattr(wanted.coerce_output_value, "as_it_is", None)
        return None if written is None else f"{{0}}.__class__ is {self._named('class', written)}"

    def _object(self, shown: GraphQLObjectType, details: FieldDetailsList) -> Completion:
        definition = shown.extensions["strawberry-definition"]
        if definition.is_type_of is not None:
            raise NotKnown(f"{shown.name} has a way of its own to know its objects")
        own = self._named("class", definition.origin)
        check = f"    if source.__class__ is not {own}: fit(source)"
        if shown.is_type_of is not None:
            check = f"    if kind(source) is not {own}: unlike(source)"
        return self._function(shown, self._below(shown, details), [check], definition.origin)

    def _by_class(self, wanted: graphql.GraphQLAbstractType, details: FieldDetailsList) -> Completion:
        """Write a table that finds the function of an interface's or a union's value by its class."""
        below: dict[str, Completion] = {}
        for shown in self._schema.get_possible_types(wanted):
            definition = shown.extensions["strawberry-definition"]
            if definition.is_graphql_generic or definition.concrete_of or definition.name != shown.name:
                raise NotKnown(f"{shown.name} is not told by its class")
            below[self._named("class", definition.origin)] = self._object(shown, details)
        if getattr(wanted.extensions["strawberry-definition"], "resolve_type", None):
            raise NotKnown(f"{wanted.name} has a way of its own to know its types")
        waits = any(one.waits for one in below.values())
        name = f"kinds_{next(self._number)}"
        table = (
            f"{own}: lambda source, info, given: "
            + (one.of("source") if one.waits == waits else f"ready({one.of('source')})")
            for own, one in below.items()
        )
        self._lines.append(f"{name} = {{{', '.join(table)}}}")
        return Completion(waits, lambda value: f"{name}[kind({value})]({value}, info, given)")

    def _named(self, what: str, thing: object) -> str:
        name = f"{what}_{next(self._number)}"
        self._names[name] = thing
        return name


def _is_usual(definition: object) -> TypeGuard[StrawberryField]:
    """Whether a field is an attribute or a plain resolver, with nothing before or behind it."""
    return (
        isinstance(definition, StrawberryField)
        and not definition.extensions
        and type(definition).get_result is StrawberryField.get_result
        and definition.default_resolver is getattr
        and definition.python_name.isidentifier()
        and not iskeyword(definition.python_name)
    )
