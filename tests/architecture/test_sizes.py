"""The limits on the sizes of functions, constructors and modules hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path for folder in ("engine", "console", "pages", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
PRODUCT = [path for path in MODULES if path.relative_to(ROOT).parts[0] != "benchmarks"]

SHORT, SHORT_SHARE = 30, 0.98
LONGEST_FUNCTION = 50
LONGEST_MODULE = 300
MOST_PARAMETERS = 8  # of a constructor, without `self`

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def lines(function: Function) -> int:
    """Return how many lines a function has, docstring and signature included, decorators not."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """Return how many parameters a method takes beside `self`."""
    found = function.args
    return len(found.posonlyargs) + len(found.args) + len(found.kwonlyargs) - 1


def too_long(source: str) -> list[str]:
    return [function.name for function in functions(source) if lines(function) > LONGEST_FUNCTION]


def too_wide(source: str) -> list[int]:
    """Return the lines of constructors that take too many parameters."""
    constructors = (function for function in functions(source) if function.name == "__init__")
    return [function.lineno for function in constructors if parameters(function) > MOST_PARAMETERS]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_the_limits(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_MODULE
    assert too_wide(source) == []
    if path in PRODUCT:
        assert too_long(source) == []


def test_nearly_all_functions_are_short() -> None:
    sizes = [lines(function) for path in PRODUCT for function in functions(path.read_text(encoding="utf-8"))]
    assert sum(size <= SHORT for size in sizes) >= SHORT_SHARE * len(sizes)


def test_a_function_and_a_constructor_past_the_limits_are_found() -> None:
    body = "\n".join("    pass" for _ in range(LONGEST_FUNCTION))
    names = ", ".join(f"x{number}" for number in range(MOST_PARAMETERS + 1))
    assert too_long(f"def long():\n{body}") == ["long"]
    assert too_wide(f"class Wide:\n    def __init__(self, {names}): ...") == [2]
    assert too_wide(f"class Wide:\n    def __init__(self, *, {names}): ...") == [2]
