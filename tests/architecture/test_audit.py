"""Nothing in the product changes or deletes an entry of the audit, and nobody gets the engine unguarded."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN = ROOT / "engine" / "access" / "audit.py"
SOURCES = [path for room in ("engine", "console", "pages") for path in (ROOT / room).rglob("*.py")]
UNGUARDED = {  # where processes are put together, and what guards it
    "console/app.py",
    "console/context.py",
    "engine/bootstrap/operations.py",
    "engine/terminal.py",
}


def texts(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def calls(path: Path) -> list[str]:
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [ast.unparse(node.func) for node in found if isinstance(node, ast.Call)]


def test_one_module_knows_where_the_audit_is_and_deletes_nothing() -> None:
    others = [path for path in SOURCES if path != OWN]
    assert [path for path in others if any(text.startswith("audit/") for text in texts(path))] == []
    assert [path for path in others if "AUDIT" in path.read_text(encoding="utf-8")] == []
    written = ("Put", "Patch", "Delete")
    assert sorted(name for name in calls(OWN) if name in written) == ["Patch", "Put"]
    source = OWN.read_text(encoding="utf-8")
    assert "Put(_path(entry), encode(entry), Expect.ABSENT)" in source
    assert "asked.version" in source


def test_only_where_processes_are_put_together_is_the_engine_unguarded() -> None:
    opened = {"open_engine", "open_existing", "handles", "bootstrap.open_engine", "bootstrap.open_existing"}
    found = {str(path.relative_to(ROOT)) for path in SOURCES if opened & set(calls(path))}
    assert found <= UNGUARDED
