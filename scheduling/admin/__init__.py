"""Configuration pages of hours, resources, rules, bookings and calendars; importing a module registers its pages."""

from scheduling.admin import bookings, caldav, calendars, hours, oncall, quiet_hours, resources, rules

__all__ = ["bookings", "caldav", "calendars", "hours", "oncall", "quiet_hours", "resources", "rules"]
