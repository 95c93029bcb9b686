"""The event of an appointment whose customer was erased, taken out of somebody's calendar for good."""

from scheduling.calendars.caldav_client import CalendarTrouble, SomebodyElseWrote
from scheduling.calendars.caldav_event import uid_in
from scheduling.calendars.caldav_push import client_for
from scheduling.models import CalDAVAccount, CalendarObject

__all__ = ["CalendarTrouble", "forget_event"]


def forget_event(account_key: str, href: str, uid: str) -> bool:
    """Remove the event `uid` at `href`; False when that calendar is not connected any more.

    Raises CalendarTrouble when it cannot be done now. What lies there under another id is somebody else's and stays.
    """
    account = CalDAVAccount.objects.filter(key=account_key, is_active=True).first()
    if account is None:
        return False
    client = client_for(account)
    found = client.find(href)
    if found is not None and uid_in(found.text) == uid:
        try:
            client.remove(href, etag=found.etag)
        except SomebodyElseWrote:
            raise CalendarTrouble("Somebody is changing this event.", is_everywhere=False) from None
    # It may have been read once more in the meantime.
    CalendarObject.objects.filter(account=account, uid=uid).update(body="", next_at=None)
    return True
