"""`deploy/terraform` keeps what the guide promises: nothing is public, nothing is lost, and nobody may do too much."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from console.rules import rule_of
from engine.cli import app as commands
from engine.monitoring.alarms import ALARMS
from engine.settings import Settings

hcl2 = pytest.importorskip("hcl2", reason="python-hcl2 is among the packages for development: make check installs it")
ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "terraform"
SOURCES = sorted(FOLDER.glob("*.tf"))
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
GUIDE = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
KNOWN = {str(field.validation_alias) for field in Settings.model_fields.values()}
TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
LEAST = {  # what the accounts may do, and whether that is bounded by a condition
    "roles/datastore.user": True,
    "roles/cloudbuild.builds.builder": False,
    "roles/monitoring.metricWriter": False,
    "roles/cloudtrace.agent": False,
    "${google_project_iam_custom_role.make_secrets.name}": False,
    "${google_project_iam_custom_role.keep_secrets.name}": True,
}


def plain(value: Any) -> Any:
    """Return a parsed value without the quotes that the parser leaves around names and texts."""
    match value:
        case str():
            return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
        case dict():
            return {plain(name): plain(inner) for name, inner in value.items() if name != "__is_block__"}
        case list():
            return [plain(inner) for inner in value]
    return value


@cache
def parsed() -> list[dict[str, Any]]:
    found = []
    for path in SOURCES:
        with path.open(encoding="utf-8") as file:
            found.append(plain(hcl2.load(file)))
    return found


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Return the resources of a kind by their names."""
    blocks = [block for module in parsed() for block in module.get("resource", [])]
    return {name: body for block in blocks for name, body in block.get(kind, {}).items()}


def local(name: str) -> Any:
    (found,) = [block[name] for module in parsed() for block in module.get("locals", []) if name in block]
    return found


def declared() -> Any:
    return json.loads((ROOT / "deploy" / "firestore.indexes.json").read_text(encoding="utf-8"))


def test_nothing_is_open_to_anybody() -> None:
    assert not re.search(r"allUsers|allAuthenticatedUsers", TEXT)
    (bucket,) = resources("google_storage_bucket").values()
    assert (bucket["public_access_prevention"], bucket["uniform_bucket_level_access"]) == ("enforced", True)


def test_the_console_is_behind_the_proxy_and_the_proxy_alone_may_call_it() -> None:
    (console,) = resources("google_cloud_run_v2_service").values()
    assert (console["iap_enabled"], console["invoker_iam_disabled"]) == (True, False)
    (caller,) = resources("google_cloud_run_v2_service_iam_member").values()
    assert (caller["role"], caller["member"]) == (
        "roles/run.invoker",
        "${google_project_service_identity.proxy.member}",
    )
    assert resources("google_project_service_identity")["proxy"]["service"] == "iap.googleapis.com"
    assert '"DM_SIGN_IN": "iap"' in json.dumps(plain_settings())


def plain_settings() -> dict[str, str]:
    """Return the settings that the configuration sets itself."""
    return dict(re.findall(r"^\s+(DM_\w+)\s+= \"?([^\"\n]+)\"?$", TEXT, re.MULTILINE))


def test_no_moment_of_the_job_store_is_lost() -> None:
    (store,) = resources("google_firestore_database").values()
    assert store["point_in_time_recovery_enablement"] == "POINT_IN_TIME_RECOVERY_ENABLED"
    assert store["delete_protection_state"] == "DELETE_PROTECTION_ENABLED"
    (schedule,) = resources("google_firestore_backup_schedule").values()
    assert schedule["retention"] == f"{7 * 86_400}s"
    assert "daily_recurrence" in schedule
    (bucket,) = resources("google_storage_bucket").values()
    assert bucket["soft_delete_policy"] == [{"retention_duration_seconds": 7 * 86_400}]
    for kept in (store, bucket):
        assert kept["lifecycle"] == [{"prevent_destroy": True}]


def test_indexes_and_ttl_policies_are_those_that_firebase_deploys() -> None:
    assert local("declared") == '${jsondecode(file("${path.module}/../firestore.indexes.json"))}'
    (index,), (field,) = resources("google_firestore_index").values(), resources("google_firestore_field").values()
    assert (index["for_each"], field["for_each"]) == ("${local.indexes}", "${local.fields}")
    assert 'for_each = lookup(each.value, "ttl", false)' in TEXT
    names = [
        (
            one["collectionGroup"],
            one["queryScope"],
            *((f["fieldPath"], f.get("order", f.get("arrayConfig"))) for f in one["fields"]),
        )
        for one in declared()["indexes"]
    ]
    assert len(set(names)) == len(names), "each needs a name of its own"
    fields = [(one["collectionGroup"], one["fieldPath"]) for one in declared()["fieldOverrides"]]
    assert len(set(fields)) == len(fields)


def test_the_rules_are_those_that_let_nobody_in() -> None:
    assert 'content = file("${path.module}/../firestore.rules")' in TEXT
    (release,) = resources("google_firebaserules_release").values()
    assert release["name"] == "cloud.firestore/${google_firestore_database.store.name}"


def test_accounts_may_do_what_they_need_and_no_more() -> None:
    given = resources("google_project_iam_member")
    assert {grant["role"]: "condition" in grant for grant in given.values()} == LEAST
    assert all("draft-maker" in grant["condition"][0]["title"] for grant in given.values() if "condition" in grant)
    assert "databases/${google_firestore_database.store.name}'" in given["store"]["condition"][0]["expression"]
    assert "secrets/draft-maker-'" in given["keep_secrets"]["condition"][0]["expression"]
    (files,) = resources("google_storage_bucket_iam_member").values()
    assert files["role"] == "roles/storage.objectUser"
    assert not re.search(r"roles/(owner|editor|viewer)\b|\.admin\"", TEXT)
    pool, console = resources("google_cloud_run_v2_worker_pool"), resources("google_cloud_run_v2_service")
    for name, running in (("engine", pool["engine"]), ("console", console["console"])):
        account = running["template"][0]["service_account"]
        assert account == f'${{google_service_account.account["{name}"].email}}'


def test_what_keys_need_is_what_secret_manager_is_asked_for() -> None:
    code = (ROOT / "engine" / "secrets" / "cloud.py").read_text(encoding="utf-8")
    of_call = {
        "create_secret": "secretmanager.secrets.create",
        "delete_secret": "secretmanager.secrets.delete",
        "access_secret_version": "secretmanager.versions.access",
        "add_secret_version": "secretmanager.versions.add",
        "destroy_secret_version": "secretmanager.versions.destroy",
        "list_secret_versions": "secretmanager.versions.list",
    }
    called = set(re.findall(r"self\._client\.(\w+)\(", code))
    given = {one for role in resources("google_project_iam_custom_role").values() for one in role["permissions"]}
    assert given == {of_call[name] for name in called}


def test_no_secret_stands_in_the_configuration_or_in_what_terraform_remembers() -> None:
    assert not resources("google_secret_manager_secret_version")
    secret = re.compile(r"SECRET|TOKEN|PASSWORD|CLIENT_ID")
    assert not [name for name in plain_settings() if secret.search(name)]
    (pool,) = resources("google_cloud_run_v2_worker_pool").values()
    (console,) = resources("google_cloud_run_v2_service").values()
    for running in (pool, console):
        of_settings, of_keys = running["template"][0]["containers"][0]["dynamic"]
        assert "secret_key_ref" in json.dumps(of_keys)
        assert "secret_key_ref" not in json.dumps(of_settings)
    readers = {name: reader["member"] for name, reader in resources("google_secret_manager_secret_iam_member").items()}
    assert readers == {
        "key": '${google_service_account.account["engine"].member}',
        "shared_key": '${google_service_account.account["console"].member}',
    }


def test_every_setting_that_is_named_exists() -> None:
    named = set(re.findall(r"\b(?:DM|DISCOGS|EBAY|MUSICBRAINZ)_[A-Z][A-Z_]*\b", TEXT))
    assert named <= KNOWN
    assert {"DM_PROFILE", "DM_STORE", "DM_FILES", "DM_SIGN_IN", "DM_IAP_AUDIENCE", "DM_ADMINS"} <= named


def test_the_engine_runs_a_command_of_ours_and_the_probe_asks_a_route_that_answers() -> None:
    (pool,) = resources("google_cloud_run_v2_worker_pool").values()
    container = pool["template"][0]["containers"][0]
    assert [*container["command"], *container["args"][:2]] == ["python", "-m", "engine"]
    assert container["args"][2] in {
        one.name or one.callback.__name__ for one in commands.registered_commands if one.callback
    }
    (console,) = resources("google_cloud_run_v2_service").values()
    (probe,) = console["template"][0]["containers"][0]["liveness_probe"]
    rule = rule_of(probe["http_get"][0]["path"])
    assert rule.unsigned
    assert rule.for_all


def test_it_makes_what_the_guide_types() -> None:
    (enabled,) = re.findall(r"gcloud services enable (run.*?)\n```", GUIDE, re.DOTALL)
    by_hand = set(re.findall(r"\w+\.googleapis\.com", enabled)) - {"firebase.googleapis.com"}  # for its own CLI only
    assert set(local("services")) == by_hand | {"monitoring.googleapis.com"}
    (pool,), (console,) = (
        resources("google_cloud_run_v2_worker_pool").values(),
        resources("google_cloud_run_v2_service").values(),
    )
    assert f"gcloud run worker-pools deploy {pool['name']} " in GUIDE
    assert f"gcloud run deploy {console['name']} " in GUIDE
    template = console["template"][0]
    limits = template["containers"][0]["resources"][0]["limits"]
    assert f"--cpu={limits['cpu']} --memory={limits['memory']}" in GUIDE
    assert f"--timeout={template['timeout'].removesuffix('s')}" in GUIDE
    assert template["session_affinity"] is True
    scaling = template["scaling"][0]
    assert f"--min-instances={scaling['min_instance_count']} --max-instances={scaling['max_instance_count']}" in GUIDE


def test_errors_of_engine_and_console_are_told() -> None:
    matched = json.dumps(resources("google_monitoring_alert_policy")["errors"]["conditions"])
    for wanted in ("severity>=ERROR", "cloud_run_worker_pool", "cloud_run_revision", "draft-maker-engine"):
        assert wanted in matched


def test_every_alarm_of_the_list_is_made_with_all_that_its_policy_says() -> None:
    policy = resources("google_monitoring_alert_policy")["alarm"]
    assert policy["for_each"] == "${var.alarms ? local.alarms : {}}"
    assert policy["notification_channels"] == "${local.channels}"
    condition = policy["conditions"][0]["condition_prometheus_query_language"][0]
    used = set(re.findall(r"each\.value\.([\w.\[\]]+)", json.dumps(policy)))
    made = sorted((ROOT / "deploy" / "monitoring" / "cloud-monitoring" / "policies").glob("*.json"))
    assert len(made) == len(ALARMS)
    for path in made:
        said = json.loads(path.read_text(encoding="utf-8"))
        told = said["conditions"][0]["conditionPrometheusQueryLanguage"]
        assert len(said["conditions"]) == 1
        assert {re.sub("([A-Z])", lambda one: f"_{one[1].lower()}", name) for name in told} == condition.keys()
        assert set(said) - {"enabled"} <= {name.split(".")[0].removesuffix("[0]") for name in used}


@pytest.mark.skipif(TERRAFORM is None, reason="neither terraform nor tofu is on this machine")
def test_it_is_written_as_terraform_writes_it() -> None:
    found = subprocess.run([str(TERRAFORM), "fmt", "-check", "-diff", str(FOLDER)], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


@pytest.mark.skipif(TERRAFORM is None, reason="neither terraform nor tofu is on this machine")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("people", '["allUsers"]'),
        ("admins", "[]"),
        ("settings", '{EBAY_CLIENT_SECRET = "a"}'),
        ("keys", '["NO_SUCH_KEY"]'),
    ],
)
def test_a_variable_that_would_open_a_door_is_refused(tmp_path: Path, name: str, value: str) -> None:
    shutil.copy(FOLDER / "variables.tf", tmp_path)  # alone it needs no provider, and so no internet
    good = {"project": "ours", "region": "europe-west1", "admins": '["ann@example.com"]', "contact": "ann@example.com"}

    def plan(variables: dict[str, str]) -> str:
        given = [f"-var={one}={said}" for one, said in variables.items()]
        command = [str(TERRAFORM), "plan", "-input=false", "-no-color", *given]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stderr

    assert "Error" not in plan(good)
    assert f'variable "{name}"' in plan(good | {name: value})
