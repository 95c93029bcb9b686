from scheduling.models.appointments import Appointment, Assignment, Claim
from scheduling.models.calendars import BusyCalendar, BusyTime, CalDAVAccount, CalendarFeed, CalendarObject
from scheduling.models.hours import Closure, OpeningHours
from scheduling.models.links import BookingLink, RequestCount, WaitlistEntry
from scheduling.models.oncall import OnCallOverride, OnCallShift
from scheduling.models.quiet_hours import QuietHours
from scheduling.models.resources import BookingRules, BookingSettings, Resource, TravelTime

__all__ = [
    "Appointment",
    "Assignment",
    "BookingLink",
    "BookingRules",
    "BookingSettings",
    "BusyCalendar",
    "BusyTime",
    "CalDAVAccount",
    "CalendarFeed",
    "CalendarObject",
    "Claim",
    "Closure",
    "OnCallOverride",
    "OnCallShift",
    "OpeningHours",
    "QuietHours",
    "RequestCount",
    "Resource",
    "TravelTime",
    "WaitlistEntry",
]
