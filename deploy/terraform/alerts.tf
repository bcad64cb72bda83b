# Who is told when something needs a person.

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

# The alarms of ../monitoring, one policy each. They need metrics, so the collector beside console and engine comes first.

locals {
  policies = "${path.module}/../monitoring/cloud-monitoring/policies"

  alarms = {
    for name in fileset(local.policies, "*.json") : trimsuffix(name, ".json") => jsondecode(file("${local.policies}/${name}"))
  }
}

resource "google_monitoring_alert_policy" "alarm" {
  for_each = var.alarms ? local.alarms : {}

  display_name          = each.value.displayName
  severity              = each.value.severity
  combiner              = each.value.combiner
  notification_channels = local.channels

  conditions {
    display_name = each.value.conditions[0].displayName

    condition_prometheus_query_language {
      query                     = each.value.conditions[0].conditionPrometheusQueryLanguage.query
      duration                  = each.value.conditions[0].conditionPrometheusQueryLanguage.duration
      evaluation_interval       = each.value.conditions[0].conditionPrometheusQueryLanguage.evaluationInterval
      alert_rule                = each.value.conditions[0].conditionPrometheusQueryLanguage.alertRule
      rule_group                = each.value.conditions[0].conditionPrometheusQueryLanguage.ruleGroup
      disable_metric_validation = each.value.conditions[0].conditionPrometheusQueryLanguage.disableMetricValidation
    }
  }

  documentation {
    subject   = each.value.documentation.subject
    content   = each.value.documentation.content
    mime_type = each.value.documentation.mimeType
  }

  depends_on = [google_project_service.used]
}

resource "google_project_iam_member" "metrics" {
  for_each = var.alarms ? local.runners : []

  project = var.project
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.account[each.value].member
}

resource "google_project_iam_member" "traces" {
  for_each = var.alarms ? local.runners : []

  project = var.project
  role    = "roles/cloudtrace.agent"
  member  = google_service_account.account[each.value].member
}
