# Engine and console, once there is an image. Why they are so stands in deploy/README.md, step 7.

locals {
  runs = var.image == "" ? 0 : 1

  settings = merge(
    {
      DM_PROFILE     = "live"
      DM_STORE       = "firestore://${var.project}/${google_firestore_database.store.name}"
      DM_FILES       = "gs://${google_storage_bucket.files.name}/files"
      DM_CONTACT     = var.contact
      DM_CONSOLE_URL = local.url
    },
    var.settings,
  )

  console_settings = merge(local.settings, {
    DM_ADMINS       = join(",", var.admins)
    DM_SIGN_IN      = "iap"
    DM_IAP_AUDIENCE = "/projects/${local.number}/locations/${var.region}/services/draft-maker-console"
  })
}

resource "google_cloud_run_v2_worker_pool" "engine" {
  count = local.runs

  name         = "draft-maker-engine"
  location     = var.region
  launch_stage = "BETA"

  scaling {
    manual_instance_count = var.engines
  }

  template {
    service_account = google_service_account.account["engine"].email

    containers {
      image   = var.image
      command = ["python"]
      args    = ["-m", "engine", "worker"]

      resources {
        limits = {
          cpu    = "1"
          memory = "1Gi"
        }
      }

      dynamic "env" {
        for_each = local.settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = google_secret_manager_secret.key

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value.secret_id
              version = "latest"
            }
          }
        }
      }
    }
  }

  depends_on = [google_project_iam_member.store, google_secret_manager_secret_iam_member.key]
}

resource "google_cloud_run_v2_service" "console" {
  provider = google-beta
  count    = local.runs

  name                 = "draft-maker-console"
  location             = var.region
  launch_stage         = "BETA"
  ingress              = "INGRESS_TRAFFIC_ALL"
  iap_enabled          = true
  invoker_iam_disabled = false

  template {
    service_account  = google_service_account.account["console"].email
    session_affinity = true
    timeout          = "3600s"

    scaling {
      min_instance_count = 1
      max_instance_count = 1
    }

    containers {
      image = var.image

      resources {
        cpu_idle = false

        limits = {
          cpu    = "1"
          memory = "1Gi"
        }
      }

      liveness_probe {
        timeout_seconds   = 6
        period_seconds    = 30
        failure_threshold = 3

        http_get {
          path = "/health"
        }
      }

      dynamic "env" {
        for_each = local.console_settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = { for key in local.shared_keys : key => google_secret_manager_secret.key[key] }

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value.secret_id
              version = "latest"
            }
          }
        }
      }
    }
  }

  depends_on = [google_project_iam_member.store, google_secret_manager_secret_iam_member.shared_key]
}

resource "google_project_service_identity" "proxy" {
  provider = google-beta

  service = "iap.googleapis.com"

  depends_on = [google_project_service.used]
}

resource "google_cloud_run_v2_service_iam_member" "proxy" {
  count = local.runs

  name     = google_cloud_run_v2_service.console[0].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_project_service_identity.proxy.member
}

resource "google_iap_web_cloud_run_service_iam_member" "let_in" {
  for_each = local.runs == 1 ? toset(concat([for one in var.admins : "user:${one}"], var.people)) : toset([])

  cloud_run_service_name = google_cloud_run_v2_service.console[0].name
  location               = var.region
  role                   = "roles/iap.httpsResourceAccessor"
  member                 = each.value
}
