output "url" {
  description = "The console."
  value       = local.url
}

output "image_prefix" {
  description = "What the tag of an image is put behind."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/app"
}

output "build_account" {
  description = "The account that builds images."
  value       = google_service_account.account["build"].id
}
