"""Nothing changes an entry of the audit, only retention deletes one, and nobody gets the engine unguarded."""

from __future__ import annotations

import ast
import re
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


def test_one_module_knows_where_the_audit_is_and_only_retention_takes_entries_away() -> None:
    others = [path for path in SOURCES if path != OWN]
    assert [path for path in others if any(text.startswith("audit/") for text in texts(path))] == []
    assert [path for path in others if re.search(r"\bAUDIT\b", path.read_text(encoding="utf-8"))] == []
    written = ("Put", "Patch", "Delete")
    assert sorted(name for name in calls(OWN) if name in written) == ["Patch", "Put"]
    source = OWN.read_text(encoding="utf-8")
    assert "Put(_path(entry), encode(entry), Expect.ABSENT)" in source
    assert "asked.version" in source
    found = [path for path in SOURCES if any(name.endswith("audit.before") for name in calls(path))]
    assert found == [ROOT / "engine" / "maintenance" / "retention_rules.py"]


def test_only_where_processes_are_put_together_is_the_engine_unguarded() -> None:
    opened = {"open_engine", "open_existing", "handles", "bootstrap.open_engine", "bootstrap.open_existing"}
    found = {str(path.relative_to(ROOT)) for path in SOURCES if opened & set(calls(path))}
    assert found <= UNGUARDED
