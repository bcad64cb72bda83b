"""Whatever Streamlit reads as Markdown is written here, or went through `plain` or `code`: as far as the source tells.

An expression is ours when it is a constant, is made of such, or calls something that returns only such. What is read
from an object is ours where the object is one of the console's own (`OWN`); of all else nobody knows who wrote it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONSOLE = sorted((ROOT / "console").rglob("*.py"))
# The first argument of these is Markdown.
BODY = frozenset((
    "title", "header", "subheader", "markdown", "caption", "error", "info", "warning", "success", "show",
    "badge", "metric", "button", "link_button", "page_link", "download_button", "menu_button", "text_input",
    "text_area", "number_input", "selectbox", "multiselect", "radio", "pills", "segmented_control", "toggle",
    "checkbox", "expander", "popover", "dialog", "file_uploader", "tabs", "spinner", "status",
    "form_submit_button",
))  # fmt: skip
NAMED = frozenset({"label", "body", "help", "title", "caption", "captions", "text", "value", "delta", "format_func"})
DRAWN = {"metric": 3, "menu_button": 2, "segmented_control": 2, "radio": 2, "pills": 2}
TABLE_FREE = frozenset({"selectbox", "multiselect", "text_input", "text_area", "number_input"})  # their values are text
OWN = frozenset((
    "words.name", "words.begin", "words.about", "words.icon",
    "label.text", "label.symbol", "label.tinted", "label.color", "label.icon", "advice.name", "advice.sentence",
    "advice.next_step", "choice.label", "choice.icon", "button.label", "button.symbol", "button.done",
    "one.name", "view.name", "notice.text", "notice.icon", "done.tinted", "done.text", "sure.text", "sure.color",
))  # fmt: skip
NUMBERS = frozenset(
    {"len", "round", "sum", "int", "number", "rows", "share", "money", "span", "duration", "ago", "range"}
)
SAFE = NUMBERS | {
    "plain", "code", "with_code", "moment", "at", "second", "speed", "latency", "updated", "quote", "quota_lines"
}  # fmt: skip
HARMLESS = frozenset((
    "join", "lower", "upper", "capitalize", "strip", "filter", "list", "reversed", "items", "values", "keys",
    "enumerate", "zip", "get", "Notice",
))  # fmt: skip
"""These give back what they were given."""


NUMERIC = re.compile(r",|0\d+|,?\.\d+[f%]|g|%.*")


@dataclass
class Function:
    """A function, its module, and what callers hand over for each of its parameters."""

    module: str
    node: ast.FunctionDef
    given: dict[str, list[tuple[Scope, ast.expr]]] = field(default_factory=dict)

    @property
    def is_property(self) -> bool:
        return any(ast.unparse(one) == "property" for one in self.node.decorator_list)

    def call(self, scope: Scope, positional: list[ast.expr], named: dict[str | None, ast.expr]) -> None:
        parameters = [one.arg for one in self.node.args.args if one.arg != "self"]
        if positional and isinstance(positional[-1], ast.Starred):
            positional = [*positional[:-1], *[positional[-1].value] * len(parameters)]
        handed = [*zip(parameters, positional, strict=False), *((str(name), value) for name, value in named.items())]
        for name, value in handed:
            self.given.setdefault(name, []).append((scope, value))


class House:
    """Every function of the console, and those whose results were found to be ours."""

    def __init__(self, sources: dict[str, str]) -> None:
        trees = {module: ast.parse(source) for module, source in sources.items()}
        self._functions: dict[str, list[Function]] = {}
        self._known: dict[tuple[str, int], bool] = {}
        self._around: dict[int, ast.FunctionDef] = {}
        for module, tree in trees.items():
            for node in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
                self._functions.setdefault(node.name, []).append(Function(module, node))
                inner = (one for one in ast.walk(node) if isinstance(one, ast.FunctionDef) and one is not node)
                self._around.update((id(one), node) for one in inner)
        for found in [one for functions in self._functions.values() for one in functions]:
            self._call_all(found.module, Scope(self, found.module, found.node), found.node)

    def _call_all(self, module: str, scope: Scope, node: ast.FunctionDef) -> None:
        for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
            named = {word.arg: word.value for word in call.keywords}
            self._call(ast.unparse(call.func), module, scope, call.args, named)
            handed = named.get("args")
            if "on_click" in named and isinstance(handed, ast.Tuple):
                self._call(ast.unparse(named["on_click"]), module, scope, handed.elts, {})

    def _call(
        self, written: str, module: str, scope: Scope, args: list[ast.expr], named: dict[str | None, ast.expr]
    ) -> None:
        owner, _, name = written.rpartition(".")
        found = self.called(name, "" if owner else module)
        of_owner = [one for one in found if owner and Path(one.module).stem == owner]
        for function in of_owner or found:
            function.call(scope, args, named)

    def all(self) -> Iterator[tuple[str, ast.FunctionDef]]:
        """Yield every function with its module."""
        yield from ((one.module, one.node) for found in self._functions.values() for one in found)

    def around(self, node: ast.FunctionDef) -> ast.FunctionDef | None:
        """Return the function in which another one is defined."""
        return self._around.get(id(node))

    def called(self, name: str, module: str) -> list[Function]:
        """Return the functions that a name may mean in a module: its own, otherwise all of that name."""
        found = self._functions.get(name, [])
        return [one for one in found if one.module == module] or found

    def ours(self, name: str, module: str, *, properties: bool = False) -> bool:
        """Whether every function of that name returns only what is ours; one that asks for itself is no reason."""
        found = [one for one in self.called(name, module) if one.is_property == properties]
        return bool(found) and all(self._remembered(("returns", id(one)), one) for one in found)

    def handed(self, node: ast.AST, name: str) -> bool:
        """Whether a parameter of a function gets only what is ours, from all who call it."""
        (function,) = (one for found in self._functions.values() for one in found if one.node is node)
        key = (name, id(function))
        if key not in self._known:
            self._known[key] = True
            given = function.given.get(name, [])
            self._known[key] = bool(given) and all(scope.ours(value) for scope, value in given)
        return self._known[key]

    def _remembered(self, key: tuple[str, int], function: Function) -> bool:
        if key not in self._known:
            self._known[key] = True
            returned = [node.value for node in ast.walk(function.node) if isinstance(node, ast.Return) and node.value]
            scope = Scope(self, function.module, function.node)
            self._known[key] = bool(returned) and all(scope.ours(value) for value in returned)
        return self._known[key]


class Scope:
    """What the names in a function stand for: what it assigns itself, and what it is handed."""

    def __init__(self, house: House, module: str, function: ast.FunctionDef) -> None:
        self._house = house
        self._module = module
        self._function = function
        self._parameters = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
        self._asked: set[str] = set()
        self._values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            for target, value in assigned(node):
                self._assign(target, value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            same = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
            for place, part in enumerate(target.elts):
                self._assign(part, value.elts[place] if same else value)  # type: ignore[attr-defined]

    def ours(self, node: ast.expr) -> bool:
        """Whether nothing that others wrote can be in the value of an expression."""
        match node:
            case ast.Constant() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.JoinedStr():
                return all(self.ours(part) for part in node.values)
            case ast.FormattedValue():
                return self._is_number(node) or self.ours(node.value)
            case ast.IfExp():
                return self.ours(node.body) and self.ours(node.orelse)
            case ast.BoolOp():
                return all(self.ours(value) for value in node.values)
            case ast.BinOp():
                return (
                    isinstance(node.op, ast.Mult) or (self.ours(node.left) and self.ours(node.right)) or counted(node)
                )
            case ast.Tuple() | ast.List() | ast.Set():
                return all(self.ours(part) for part in node.elts)
            case ast.Dict():
                return all(self.ours(part) for part in [*filter(None, node.keys), *node.values])
            case ast.Starred() | ast.Subscript() | ast.NamedExpr():
                return self.ours(node.value)
            case ast.ListComp() | ast.GeneratorExp():
                return self.ours(node.elt)
            case ast.DictComp():
                return self.ours(node.key) and self.ours(node.value)
            case ast.Lambda():
                return self.ours(node.body)
            case ast.Call():
                return self._call(node)
            case ast.Name():
                return self._name(node.id)
            case ast.Attribute():
                return self._attribute(node)
        return False

    @staticmethod
    def _is_number(node: ast.FormattedValue) -> bool:
        """Whether a value is written as a number or a date: a text cannot be."""
        return isinstance(node.format_spec, ast.JoinedStr) and all(
            isinstance(part, ast.Constant) and NUMERIC.fullmatch(str(part.value)) for part in node.format_spec.values
        )

    def _call(self, node: ast.Call) -> bool:
        name = ast.unparse(node.func).rpartition(".")[2]
        if name == "map":
            return self.ours(node.args[0])
        if name in HARMLESS:
            base = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            args = node.args[1:] if name == "get" else node.args
            return all(self.ours(part) for part in [*base, *args])
        return name in SAFE or self._house.ours(name, self._module)

    def _name(self, name: str) -> bool:
        if name.strip("_").isupper() or name in SAFE or name in self._asked:
            return True
        self._asked.add(name)
        try:
            if values := self._values.get(name, []):
                return all(self.ours(value) for value in values)
            if name in self._parameters:
                return self._house.handed(self._function, name)
            if around := self._house.around(self._function):
                return Scope(self._house, self._module, around).ours(ast.Name(name))
            return self._house.ours(name, self._module)
        finally:
            self._asked.discard(name)

    def _attribute(self, node: ast.Attribute) -> bool:
        written = ast.unparse(node).lower()
        if node.attr == "__getitem__":
            return self.ours(node.value)
        if node.attr == "__name__" or node.attr.strip("_").isupper() or labelled(node):
            return True
        if any(written == own or written.endswith((f".{own}", f"_{own}")) for own in OWN):
            return True
        return self._house.ours(node.attr, "", properties=True)


def counted(node: ast.BinOp) -> bool:
    """Whether it is a sum with a number in it: only a number can be added to one."""
    return any(isinstance(side, ast.Constant) and isinstance(side.value, int) for side in (node.left, node.right))


def labelled(node: ast.Attribute) -> bool:
    """Whether it is a part of a Label that is a constant: `labels.DRAFTED.text`."""
    owner = ast.unparse(node.value)
    return node.attr in {"text", "symbol", "tinted", "color", "icon"} and (
        owner.rpartition(".")[2].isupper() or owner.endswith((")", "]"))
    )


def assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each target that a node assigns with the value it gets; of a loop, with what it walks over."""
    match node:
        case ast.Assign():
            yield from ((target, node.value) for target in node.targets)
        case ast.AugAssign() | ast.NamedExpr():
            yield node.target, node.value
        case ast.AnnAssign() if node.value:
            yield node.target, node.value
        case ast.For() | ast.comprehension():
            yield node.target, node.iter
        case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr="append")):
            yield name, node.args[0]


def drawn(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that Streamlit reads as Markdown."""
    if isinstance(call.func, ast.Name) and call.func.id == "act":
        yield call.args[1]
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in {*BODY, "progress"}:
        return
    name, named = call.func.attr, {word.arg: word.value for word in call.keywords}
    args = call.args[1:] if ast.unparse(call.func.value) == "writing" else call.args
    if name in BODY and not (args and ast.unparse(args[0]) == "context"):
        yield from args[: 1 if "format_func" in named else DRAWN.get(name, 1)]
    skipped = {"value", "format_func"} if name in TABLE_FREE else set()
    yield from (value for word, value in named.items() if word in NAMED - skipped)


def foreign(module: str, house: House) -> list[str]:
    """Return the lines of a module in which somebody else's text may be read as Markdown."""
    found = []
    for function in (node for name, node in house.all() if name == module):
        scope = Scope(house, module, function)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            found += [f"{value.lineno}: {ast.unparse(value)}" for value in drawn(call) if not scope.ours(value)]
    return found


@cache
def console() -> House:
    return House({str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in CONSOLE})


@pytest.mark.parametrize("module", [str(path.relative_to(ROOT)) for path in CONSOLE])
def test_no_text_of_others_is_drawn_as_markdown(module: str) -> None:
    assert foreign(module, console()) == []


@pytest.mark.parametrize(
    "drawing",
    [
        "st.error(str(error))",
        "st.caption(job.name)",
        "st.markdown(f'**{job.name}**')",
        "st.button('Save ' + profile.name)",
        "name = job.name; st.title(name)",
        "st.button('Save', help=f'as {job.name}')",
        "for name in names: st.caption(name)",
        "st.segmented_control('Sheet', names)",
        "act(context, f'{job.name} goes on.', go)",
        "st.caption(f'{job.name:>20}')",
        "writing.button(context, job.name)",
    ],
)
def test_text_of_others_is_found_where_it_is_drawn(drawing: str) -> None:
    source = f"def draw(context, job, error, profile, names, go):\n    {drawing}"
    assert foreign("new", House({"new": source}))
