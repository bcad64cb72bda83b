variable "project" {
  type        = string
  description = "The project's id. It has billing, and an organization."
}

variable "region" {
  type        = string
  description = "Where everything lies, such as europe-west1."
}

variable "database" {
  type        = string
  default     = "draft-maker"
  description = "The name of the Firestore database."
}

variable "bucket" {
  type        = string
  default     = ""
  description = "The name of the bucket; empty for PROJECT-draft-maker."
}

variable "image" {
  type        = string
  default     = ""
  description = "The image that engine and console run, with its tag; empty until there is one: nothing runs then."
}

variable "admins" {
  type        = list(string)
  description = "E-mail addresses of those who are let in and are admins always (DM_ADMINS)."

  validation {
    condition     = length(var.admins) > 0
    error_message = "Name one admin at least: nobody else can give roles."
  }
}

variable "people" {
  type        = list(string)
  default     = []
  description = "Who else is let in, as user:ann@example.com or group:sellers@example.com; their roles stand on the screen Access."

  validation {
    condition     = alltrue([for one in var.people : can(regex("^(user|group|serviceAccount|domain):.+$", one))])
    error_message = "Write user:, group:, serviceAccount: or domain: in front of each: nobody is let in without a sign-in."
  }
}

variable "contact" {
  type        = string
  description = "An e-mail address or web page of yours, which MusicBrainz asks for (DM_CONTACT)."
}

variable "engines" {
  type        = number
  default     = 1
  description = "How many engines run, always."
}

variable "keys" {
  type        = set(string)
  default     = []
  description = "Which settings are read from secrets of yours. Keys of services may be entered on the screen Connections instead."

  validation {
    condition = alltrue([
      for key in var.keys : contains([
        "DISCOGS_TOKEN", "EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET", "EBAY_REFRESH_TOKEN",
        "DM_WEBHOOK_URL", "DM_WEBHOOK_SECRET", "DM_SMTP_PASSWORD",
      ], key)
    ])
    error_message = "There are DISCOGS_TOKEN, EBAY_CLIENT_ID, EBAY_CLIENT_SECRET, EBAY_REFRESH_TOKEN, DM_WEBHOOK_URL, DM_WEBHOOK_SECRET and DM_SMTP_PASSWORD."
  }
}

variable "settings" {
  type        = map(string)
  default     = {}
  description = "More settings of engine and console, as the README of the product lists them. No secrets: they would stand in the state."

  validation {
    condition     = alltrue([for name in keys(var.settings) : !can(regex("SECRET|TOKEN|PASSWORD|WEBHOOK", name))])
    error_message = "A secret would stand in what Terraform remembers: name it in keys, or enter it on the screen Connections."
  }
}

variable "alert_email" {
  type        = string
  default     = ""
  description = "Who is told of errors by e-mail; empty for nobody."
}

variable "alarms" {
  type        = bool
  default     = false
  description = "Whether the alarms of ../monitoring ring too. They need metrics: first the collector beside console and engine."
}
