"""What watches an installation: a list of alarms, one of panels, and the files for monitors that are made of them."""
