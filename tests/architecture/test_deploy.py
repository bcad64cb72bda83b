"""What `deploy/` publishes fits the code: the compose file, and the commands of the guides."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.rules import rule_of
from engine.cli import app as commands
from engine.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GUIDES = sorted(DEPLOY.rglob("*.md"))
KNOWN = {str(field.validation_alias) for field in Settings.model_fields.values()}
OURS = ("console", "worker")


@cache
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


@cache
def own_commands() -> frozenset[str]:
    groups = {group.name for group in commands.registered_groups}
    named = {command.name or command.callback.__name__ for command in commands.registered_commands if command.callback}
    return frozenset(named | groups)


@pytest.mark.parametrize("name", OURS)
def test_console_and_worker_share_one_image_and_one_volume_and_have_no_rights(name: str) -> None:
    service = compose()["services"][name]
    assert (service["image"], service["build"]) == ("draft-maker", "..")
    assert service["volumes"] == ["drafts:/app/var"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["healthcheck"]["test"] == ["CMD", "python", "-m", "engine.health"]
    assert "ports" not in service, "nobody reaches it past the proxy"


def test_the_worker_of_the_compose_file_runs_a_command_of_ours_and_the_console_that_of_the_image() -> None:
    *python, name = compose()["services"]["worker"]["command"]
    assert python == ["python", "-m", "engine"]
    assert name in own_commands()
    assert "command" not in compose()["services"]["console"]


def test_people_sign_in_at_the_console_of_the_compose_file_and_caddy_leads_to_its_port() -> None:
    services = compose()["services"]
    assert services["console"]["environment"]["DM_SIGN_IN"] == "oidc"
    (port,) = re.findall(r"\bPORT=(\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert services["caddy"]["command"][-1] == f"console:{port}"


def test_the_compose_file_names_settings_that_exist_and_volumes_that_it_makes() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\bDM_[A-Z_]+", text)) <= KNOWN
    used = {volume.partition(":")[0] for service in compose()["services"].values() for volume in service["volumes"]}
    assert used == set(compose()["volumes"])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_names_settings_and_commands_that_exist(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    assert set(re.findall(r"\b(?:DM|DISCOGS|EBAY|MUSICBRAINZ)_[A-Z][A-Z_]*\b", text)) <= KNOWN
    assert set(re.findall(r"(?:python -m engine |-m,engine,)([a-z]+)", text)) <= own_commands()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_probes_of_the_guides_ask_routes_that_answer_without_a_sign_in_and_under_any_name(guide: Path) -> None:
    asked = re.findall(r"httpGet\.path=([^,\s]+)", guide.read_text(encoding="utf-8"))
    assert all(rule_of(path).unsigned and rule_of(path).for_all for path in asked)


def test_the_guide_names_the_logs_of_console_and_engine() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert {"cloud_run_revision", "cloud_run_worker_pool"} <= set(re.findall(r"cloud_run_\w+", text))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_variable_that_a_guide_uses_is_set_before_it_is_used(guide: Path) -> None:
    typed = "\n".join(re.findall(r"^```bash\n(.*?)^```", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    first = "" if guide.name != "COST.md" else "PROJECT= REGION= IMAGE= STORES="  # typed in the shell of the guide
    made_elsewhere = {"TOKEN"}  # on the screen Access
    for use in re.finditer(r"\$\{?([A-Z_]+)", typed):
        before = first + typed[: use.start()]
        set_before = re.search(rf"\b{use[1]}=|\bfor {use[1]} in\b|read -rsp .* {use[1]}\b", before)
        assert set_before or use[1] in made_elsewhere, use[1]
