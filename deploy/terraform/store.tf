# The job store. Its rules, indexes and TTL policies stand in the two files that firebase deploys too.

locals {
  declared = jsondecode(file("${path.module}/../firestore.indexes.json"))

  indexes = {
    for one in local.declared.indexes :
    join(" ", concat(
      [one.collectionGroup, one.queryScope],
      [for field in one.fields : "${field.fieldPath}:${lookup(field, "order", lookup(field, "arrayConfig", ""))}"],
    )) => one
  }

  fields = { for one in local.declared.fieldOverrides : "${one.collectionGroup} ${one.fieldPath}" => one }
}

resource "google_firestore_database" "store" {
  name                              = var.database
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"

  depends_on = [google_project_service.used]

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.store.name
  retention = "604800s"

  daily_recurrence {}
}

resource "google_firestore_index" "composite" {
  for_each = local.indexes

  database    = google_firestore_database.store.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields

    content {
      field_path   = fields.value.fieldPath
      order        = lookup(fields.value, "order", null)
      array_config = lookup(fields.value, "arrayConfig", null)
    }
  }
}

resource "google_firestore_field" "override" {
  for_each = local.fields

  database   = google_firestore_database.store.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  index_config {
    dynamic "indexes" {
      for_each = each.value.indexes

      content {
        order        = lookup(indexes.value, "order", null)
        array_config = lookup(indexes.value, "arrayConfig", null)
        query_scope  = indexes.value.queryScope
      }
    }
  }

  dynamic "ttl_config" {
    for_each = lookup(each.value, "ttl", false) ? [true] : []

    content {}
  }
}

resource "google_firebaserules_ruleset" "nobody" {
  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/../firestore.rules")
    }
  }

  depends_on = [google_firestore_database.store]

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_firebaserules_release" "nobody" {
  name         = "cloud.firestore/${google_firestore_database.store.name}"
  ruleset_name = google_firebaserules_ruleset.nobody.name
}
