"""What a process tells of itself: its metrics and traces, by OpenTelemetry, to whoever the settings name."""
