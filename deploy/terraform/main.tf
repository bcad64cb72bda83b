# Draft Maker on Google Cloud: what deploy/README.md types by hand. Begin with README.md in this folder.

terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = ">= 6.50, < 8.0"
    }
  }

  backend "gcs" {
    prefix = "draft-maker"
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

provider "google-beta" {
  project = var.project
  region  = var.region
}

data "google_project" "this" {
  project_id = var.project
}

locals {
  number = data.google_project.this.number
  bucket = var.bucket != "" ? var.bucket : "${var.project}-draft-maker"
  url    = "https://draft-maker-console-${local.number}.${var.region}.run.app"

  services = [
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iap.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ]
}

resource "google_project_service" "used" {
  for_each = toset(local.services)

  service            = each.value
  disable_on_destroy = false
}
