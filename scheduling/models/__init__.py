from scheduling.models.hours import Closure, OpeningHours

__all__ = ["Closure", "OpeningHours"]
