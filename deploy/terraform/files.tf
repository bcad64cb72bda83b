# The files of batches, and the images.

resource "google_storage_bucket" "files" {
  name                        = local.bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  depends_on = [google_project_service.used]

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "draft-maker"
  location      = var.region
  format        = "DOCKER"

  depends_on = [google_project_service.used]
}
