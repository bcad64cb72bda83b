"""What a Prometheus would make of a query: a real parser of its language, and what our queries use of it.

Samples come from scrapes in the exposition format. `increase` is what a counter grew by within the window, without the
extrapolation that Prometheus adds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import promql_parser as promql
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]

COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
}
GATHERED: Mapping[str, Callable[[Iterable[float]], float]] = {"max": max, "min": min, "sum": sum}


@dataclass
class Samples:
    """Scrapes of several targets: for each moment, in seconds, the series with their values."""

    scrapes: list[tuple[float, dict[str, Vector]]] = field(default_factory=list)

    def add(self, at: float, texts: Mapping[str, str]) -> None:
        """Take in what targets answered at one moment, each by its name."""
        series: dict[str, Vector] = defaultdict(dict)
        for target, text in texts.items():
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    labels = frozenset({**sample.labels, "instance": target}.items())
                    series[sample.name][labels] = sample.value
        self.scrapes.append((at, series))

    def value(self, query: str) -> Vector:
        """Return what a query gives at the last scrape."""
        found = self._value(promql.parse(query))
        assert isinstance(found, dict)
        return found

    def holds(self, query: str) -> bool:
        """Return whether a condition holds for any series."""
        return bool(self.value(query))

    def _value(self, node: Any) -> Vector | float:
        match node:
            case promql.NumberLiteral():
                return float(node.val)
            case promql.VectorSelector():
                return self._selected(node, self._scraped(node.offset))
            case promql.ParenExpr():
                return self._value(node.expr)
            case promql.AggregateExpr():
                return _gathered(node, self._vector(node.expr))
            case promql.Call():
                return self._called(node)
            case promql.BinaryExpr():
                return self._both(node)
        raise AssertionError(f"no query of ours has a {type(node).__name__}")

    def _vector(self, node: Any) -> Vector:
        found = self._value(node)
        assert isinstance(found, dict)
        return found

    def _both(self, node: Any) -> Vector:
        left, right = self._vector(node.lhs), self._value(node.rhs)
        if isinstance(right, dict):
            match str(node.op):
                case "and":
                    return {labels: value for labels, value in left.items() if labels in right}
                case "unless":
                    return {labels: value for labels, value in left.items() if labels not in right}
                case "or":
                    return {**right, **left}
            raise AssertionError(f"no query of ours has a {node.op}")
        return {labels: value for labels, value in left.items() if COMPARED[str(node.op)](value, right)}

    def _called(self, node: Any) -> Vector:
        (argument,) = node.args
        if node.func.name == "absent":
            return {} if self._vector(argument) else {frozenset(): 1.0}
        assert node.func.name == "increase"
        return self._increase(argument.vector_selector, argument.range)

    def _scraped(self, ago: timedelta | None) -> Mapping[str, Vector]:
        """Return the series as they were so long ago; none without a scrape in the five minutes before."""
        then = self.scrapes[-1][0] - (ago.total_seconds() if ago else 0.0)
        found = [series for at, series in self.scrapes if then - 300.0 <= at <= then]
        return found[-1] if found else {}

    def _increase(self, selector: Any, window: timedelta) -> Vector:
        until = self.scrapes[-1][0]
        seen: dict[Labels, list[float]] = defaultdict(list)
        for at, series in self.scrapes:
            if at >= until - window.total_seconds():
                for labels, value in self._selected(selector, series).items():
                    seen[labels].append(value)
        return {labels: _growth(values) for labels, values in seen.items() if len(values) > 1}

    def _selected(self, node: Any, series: Mapping[str, Vector]) -> Vector:
        wanted = {(one.name, one.value) for one in node.matchers.matchers}
        return {labels: value for labels, value in series.get(node.name, {}).items() if wanted <= labels}


def names(query: str) -> set[str]:
    """Return the series that a query asks for."""

    def walk(node: Any) -> Iterable[str]:
        match node:
            case promql.VectorSelector():
                yield node.name or ""
            case promql.MatrixSelector():
                yield node.vector_selector.name or ""
            case promql.AggregateExpr() | promql.ParenExpr():
                yield from walk(node.expr)
            case promql.Call():
                for argument in node.args:
                    yield from walk(argument)
            case promql.BinaryExpr():
                yield from walk(node.lhs)
                yield from walk(node.rhs)

    return set(walk(promql.parse(query)))


def _gathered(node: Any, vector: Vector) -> Vector:
    by = set(node.modifier.labels) if node.modifier else set()
    groups: dict[Labels, list[float]] = defaultdict(list)
    for labels, value in vector.items():
        groups[frozenset(pair for pair in labels if pair[0] in by)].append(value)
    return {labels: GATHERED[str(node.op)](values) for labels, values in groups.items()}


def _growth(values: list[float]) -> float:
    """Return what a counter grew by; one that falls began anew."""
    return sum(max(0.0, after - before) if after >= before else after for before, after in pairwise(values))
