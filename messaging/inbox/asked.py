"""Which list somebody asks for: what stands in the address, read once, and written again for every link."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.http import urlencode

from leads.models import Location
from messaging.access import Locations
from messaging.inbox import search
from messaging.inbox.queues import Listing, Queue

LONGEST_POSITION = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """`queue` None: every conversation, which only a search looks through. `before`: the page; "" is the first."""

    queue: Queue | None = Queue.REPLY
    location: Location | None = None
    q: str = ""
    before: str = ""

    @property
    def query(self) -> str:
        """The query string of this page: what is not in here was never asked for."""
        parts = {
            "queue": self.queue.value if self.queue else "",
            "location": str(self.location.key) if self.location else "",
            "q": self.q,
            "before": self.before,
        }
        return urlencode({name: part for name, part in parts.items() if part})

    @property
    def first_page(self) -> str:
        return replace(self, before="").query

    def page_at(self, before: str) -> str:
        return replace(self, before=before).query

    def in_queue(self, queue: Queue | None) -> "Asked":
        """The same place, without the search: a queue is looked at as a whole."""
        return Asked(queue, self.location)

    def listing(self, user_id: int, locations: Locations) -> Listing:
        return Listing(user_id, locations, self.queue, self.location.pk if self.location else None)


def read_asked(params: Mapping[str, str], locations: Locations) -> Asked:
    """What `params` ask for, as far as it is known and seen; anything else is as if it were not there."""
    q = search.clean(params.get("q", ""))
    named = params.get("queue", "")
    queue = Queue(named) if named in Queue.values else None if q else Queue.REPLY
    key = params.get("location", "")
    location = next((place for place in locations.seen if str(place.key) == key), None)
    return Asked(queue, location, q, params.get("before", "")[:LONGEST_POSITION])
