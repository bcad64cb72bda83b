"""What of Jinja's language a template may use: conditions, loops over discs and tracks, a few filters. Pure.

Nothing is called, assigned or computed, so nothing can grow: a template names values, and says when they are shown.
Each turn of a loop costs as many steps as its body has parts, of a number of steps that is given once.

Source: https://jinja.palletsprojects.com/en/stable/extensions/ and …/sandbox/ (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from jinja2 import TemplateRuntimeError, nodes

COUNTED = "_counted"  # the name of the function that counts the turns of a loop
FILTERS = ("capitalize", "d", "default", "first", "last", "length", "lower", "title", "trim", "upper")
TESTS = ("defined", "even", "none", "odd")
ATTRIBUTES = frozenset({"name", "tracks", "position", "title", "duration"})
LOOP_ATTRIBUTES = frozenset({"first", "index", "index0", "last", "length"})
DEEPEST = 40
_LOOPS = 3  # within each other: discs, their tracks, and one more
_ALLOWED = (
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.For,
    nodes.Getattr,
    nodes.If,
    nodes.Keyword,
    nodes.List,
    nodes.Name,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Template,
    nodes.TemplateData,
    nodes.Test,
    nodes.Tuple,
)
_CALLED: dict[type[nodes.Node], str] = {
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Block: "{% block %}",
    nodes.Call: "a call with ( )",
    nodes.CallBlock: "{% call %}",
    nodes.Extends: "{% extends %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.FromImport: "{% from %}",
    nodes.Getitem: "[ ]",
    nodes.Import: "{% import %}",
    nodes.Include: "{% include %}",
    nodes.Macro: "{% macro %}",
    nodes.With: "{% with %}",
}


def problems(tree: nodes.Template, names: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield what a template may not do, each with its line; `names` are its placeholders."""
    for node, wrong in _of_node(tree, frozenset(names), depth=0, loops=0):
        lines = (part.lineno for part in (node, *node.find_all(nodes.Node)))
        yield next(filter(None, lines), 1), wrong  # Jinja gives some nodes no line


def _of_node(node: nodes.Node, names: frozenset[str], *, depth: int, loops: int) -> Iterator[tuple[nodes.Node, str]]:
    if depth > DEEPEST:
        yield node, "it is nested too deeply"
    elif not isinstance(node, _ALLOWED):
        yield node, f"{_CALLED.get(type(node), f'{type(node).__name__.lower()} of Jinja')} cannot be used here"
    elif isinstance(node, nodes.For):
        yield from _of_loop(node, names, depth=depth, loops=loops)
    else:
        if wrong := _wrong(node, names):
            yield node, wrong
        for child in node.iter_child_nodes():
            yield from _of_node(child, names, depth=depth + 1, loops=loops)


def _of_loop(node: nodes.For, names: frozenset[str], *, depth: int, loops: int) -> Iterator[tuple[nodes.Node, str]]:
    target = node.target
    if not isinstance(target, nodes.Name) or target.name.startswith("_") or target.name in names:
        yield node, "a loop has one name of its own, such as {% for disc in discs %}"
        return
    if node.recursive or loops == _LOOPS:
        yield node, f"at most {_LOOPS} loops stand within each other, and none calls itself"
    if not isinstance(node.iter, nodes.Name | nodes.Getattr):
        yield node, "a loop goes through discs or the tracks of one"
    inner = names | {target.name, "loop"}
    parts: list[tuple[nodes.Node, frozenset[str]]] = [(node.iter, names), *((part, inner) for part in node.body)]
    parts += [(part, names) for part in node.else_]
    parts += [(node.test, names | {target.name})] if node.test else []
    for part, known in parts:
        yield from _of_node(part, known, depth=depth + 1, loops=loops + 1)


def _wrong(node: nodes.Node, names: frozenset[str]) -> str:
    """Return what is wrong with one allowed kind of node, "" for nothing."""
    match node:
        case nodes.Name(name=name) if name not in names:
            return f"there is no placeholder {{{{ {name} }}}}"
        case nodes.Getattr(node=nodes.Name(name="loop"), attr=name) if name in LOOP_ATTRIBUTES:
            return ""
        case nodes.Getattr(attr=name) if name not in ATTRIBUTES:
            return f"there is no .{name}"
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"there is no filter {name}; there are {', '.join(FILTERS)}"
        case nodes.Test(name=name) if name not in TESTS:
            return f"there is no test {name}; there are {', '.join(TESTS)}"
    return ""


def count_turns(tree: nodes.Template) -> None:
    """Have every loop of a template count its turns, each with what it costs."""
    for loop in list(tree.find_all(nodes.For)):
        cost = nodes.Const(sum(1 for part in loop.body for _ in part.find_all(nodes.Node)) + 1)
        loop.iter = nodes.Call(nodes.Name(COUNTED, "load"), [loop.iter, cost], [], None, None, lineno=loop.lineno)


def used(tree: nodes.Template) -> frozenset[str]:
    """Return the names that a template uses."""
    return frozenset(name.name for name in tree.find_all(nodes.Name))


class Steps:
    """The steps that one rendering may take, `left` of them."""

    def __init__(self, left: int) -> None:
        self._left = left

    def counted(self, values: Iterable[Any], cost: int) -> Iterator[Any]:
        """Yield the values; each takes `cost` steps.

        Raises:
            TemplateRuntimeError: there are no steps left.
        """
        for value in values:
            self._left -= cost
            if self._left < 0:
                raise TemplateRuntimeError("its loops take too long")
            yield value
