# Who is told when something needs a person. Further policies belong here, beside this one.

locals {
  channels = google_monitoring_notification_channel.email[*].id
}

resource "google_monitoring_notification_channel" "email" {
  count = var.alert_email == "" ? 0 : 1

  display_name = "Draft Maker"
  type         = "email"

  labels = {
    email_address = var.alert_email
  }

  depends_on = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "errors" {
  display_name          = "Draft Maker: an error needs you"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "A line of engine or console with severity ERROR"

    condition_matched_log {
      filter = join(" ", [
        "severity>=ERROR AND (",
        "(resource.type=\"cloud_run_worker_pool\" AND resource.labels.worker_pool_name=\"draft-maker-engine\")",
        "OR (resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"draft-maker-console\"))",
      ])

      label_extractors = {
        event = "EXTRACT(jsonPayload.message)"
      }
    }
  }

  alert_strategy {
    auto_close = "1800s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "On a good day there is none. The message of the line says what it was; deploy/README.md, Day by day, says what the messages mean."
  }

  depends_on = [google_project_service.used]
}
