# Who may do what. Console and engine use one database and one bucket, and no other; the third account builds images.

locals {
  runners     = toset(["console", "engine"])
  shared_keys = setintersection(var.keys, ["DM_WEBHOOK_URL", "DM_WEBHOOK_SECRET", "DM_SMTP_PASSWORD"]) # of notifications
}

resource "google_service_account" "account" {
  for_each = toset(["build", "console", "engine"])

  account_id   = "draft-maker-${each.value}"
  display_name = "Draft Maker: ${each.value}"
}

resource "google_project_iam_member" "store" {
  for_each = local.runners

  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.account[each.value].member

  condition {
    title      = "draft-maker"
    expression = "resource.name=='projects/${var.project}/databases/${google_firestore_database.store.name}'"
  }
}

resource "google_storage_bucket_iam_member" "files" {
  for_each = local.runners

  bucket = google_storage_bucket.files.name
  role   = "roles/storage.objectUser"
  member = google_service_account.account[each.value].member
}

resource "google_project_iam_member" "build" {
  project = var.project
  role    = "roles/cloudbuild.builds.builder"
  member  = google_service_account.account["build"].member
}

# Keys that are entered on Connections lie in secrets whose names begin with draft-maker-. To make one is asked of the
# project, everything else of the secret itself.

resource "google_project_iam_custom_role" "make_secrets" {
  role_id     = "draftMakerMakeSecrets"
  title       = "Draft Maker: make secrets"
  permissions = ["secretmanager.secrets.create"]
}

resource "google_project_iam_custom_role" "keep_secrets" {
  role_id = "draftMakerKeepSecrets"
  title   = "Draft Maker: keep its own secrets"

  permissions = [
    "secretmanager.secrets.delete",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
    "secretmanager.versions.destroy",
    "secretmanager.versions.list",
  ]
}

resource "google_project_iam_member" "make_secrets" {
  for_each = local.runners

  project = var.project
  role    = google_project_iam_custom_role.make_secrets.name
  member  = google_service_account.account[each.value].member
}

resource "google_project_iam_member" "keep_secrets" {
  for_each = local.runners

  project = var.project
  role    = google_project_iam_custom_role.keep_secrets.name
  member  = google_service_account.account[each.value].member

  condition {
    title      = "draft-maker"
    expression = "resource.name.startsWith('projects/${local.number}/secrets/draft-maker-')"
  }
}

# Keys in secrets of yours. Terraform makes the secrets; what is in them you add by hand, so that it is in no state.

resource "google_secret_manager_secret" "key" {
  for_each = var.keys

  secret_id = replace(lower(each.value), "_", "-")

  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_iam_member" "key" {
  for_each = var.keys

  secret_id = google_secret_manager_secret.key[each.value].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.account["engine"].member
}

resource "google_secret_manager_secret_iam_member" "shared_key" {
  for_each = local.shared_keys

  secret_id = google_secret_manager_secret.key[each.value].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.account["console"].member
}
