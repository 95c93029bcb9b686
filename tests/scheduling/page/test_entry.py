"""Who comes in, how often, and what strangers learn: nothing."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import CallbackTask, Lead
from scheduling.models import Appointment, BookingSettings, RequestCount
from tests.factories import NOON, make_business, make_lead
from tests.scheduling.page.visitor import (
    MARIA,
    Visitor,
    at,
    heading_of,
    make_page,
    path_to_book,
    path_to_manage,
    text_of,
    written,
)
from tests.scheduling.shop import Shop

pytestmark = pytest.mark.django_db

CALL = "/book/alder/callback/"
WINDOW = (NOON + timedelta(minutes=15)).isoformat()


def phone(index: int) -> str:
    """One of a hundred numbers that are nobody's."""
    return f"(212) 555-01{index:02}"


@pytest.fixture
def shop() -> Shop:
    return make_page()


def test_a_closed_page_looks_like_none(shop: Shop) -> None:
    """Whoever tries out names learns nothing about who is a customer of this installation."""
    make_business("Cedar", slug="cedar")  # has never said anything about booking
    BookingSettings.objects.update(is_page_on=False)
    service = shop.service.pk
    with at():
        for more in ("", f"service/{service}/", f"service/{service}/waitlist/?day=2026-06-18", "callback/"):
            known, unsaid, unknown = (Visitor().get(f"/book/{slug}/{more}") for slug in ("alder", "cedar", "nobody"))
            assert [page.status_code for page in (known, unsaid, unknown)] == [404, 404, 404]
            assert known.content == unsaid.content == unknown.content


def test_the_page_speaks_the_browsers_language_when_nothing_else_is_known() -> None:
    english, spanish = (
        Visitor().get("/book/nobody/"),
        Visitor(headers={"accept-language": "es-MX"}).get("/book/nobody/"),
    )
    assert (heading_of(english), heading_of(spanish)) == (
        "There is no booking page here.", "Aquí no hay ninguna página de citas.",
    )  # fmt: skip


def test_links_work_though_the_page_is_closed(shop: Shop) -> None:
    BookingSettings.objects.update(is_page_on=False)
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    with at():
        for path in (path_to_book(row.lead), path_to_manage(row)):
            assert Visitor().get(path).status_code == 200


# ---------------------------------------------------------------- how often
def test_holds_are_limited_for_each_address(shop: Shop) -> None:
    path = f"/book/alder/service/{shop.service.pk}/"
    here, there = Visitor(REMOTE_ADDR="203.0.113.9"), Visitor(REMOTE_ADDR="203.0.113.10")
    with at():
        here.get(path)
        there.get(path)
        answers = [here.post(path, start=shop.at(10).isoformat()) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [302] * 6 + [429]
        assert heading_of(answers[-1]) == "That was a lot at once."
        assert answers[-1]["Retry-After"] == "600"
        assert there.post(path, start=shop.at(11, 30).isoformat()).status_code == 302
    for minutes, most, wait in ((10, 6, "600"), (20, 6, "600"), (30, 2, "3600")):
        with at(NOON + timedelta(minutes=minutes)):
            answers = [here.post(path, start=shop.at(10).isoformat()) for _ in range(most + 1)]
        assert [answer.status_code for answer in answers] == [302] * most + [429]
        assert answers[-1]["Retry-After"] == wait
    with at(NOON + timedelta(hours=1)):
        assert here.post(path, start=shop.at(14).isoformat()).status_code == 302


def test_bookings_are_limited(shop: Shop) -> None:
    path, visitor = f"/book/alder/service/{shop.service.pk}/", Visitor()
    starts = [shop.at(9 + hour, days=days) for days in (1, 2) for hour in range(7)]
    for index, start in enumerate(starts[:10]):
        with at(NOON + timedelta(minutes=5 * index)):
            visitor.book(path, start, phone=phone(index))
    with at(NOON + timedelta(minutes=55)):
        details = visitor.keep(path, starts[10])
        answer = visitor.post(details, **MARIA)
    assert (answer.status_code, Appointment.objects.filter(status="confirmed").count()) == (429, 10)


def test_requests_for_a_call_are_limited(shop: Shop) -> None:
    visitor = Visitor()
    window = (NOON + timedelta(minutes=15)).isoformat()
    with at():
        answers = [
            visitor.post(CALL, name="Maria", phone=phone(index), window=window, form_id=f"{index:032x}")
            for index in range(11)
        ]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert CallbackTask.objects.count() == 10


def test_looking_for_times_is_limited(shop: Shop) -> None:
    path = f"/book/alder/service/{shop.service.pk}/"
    with at():
        answers = [Visitor().get(path).status_code for _ in range(119)]
        answers += [Visitor().post(path, start="soon").status_code, Visitor().get(path).status_code]
        assert answers == [200] * 119 + [400, 429]
        assert Visitor().get(f"{path}waitlist/?day=2026-06-18").status_code == 429
        assert Visitor(REMOTE_ADDR="203.0.113.10").get(path).status_code == 200


# ---------------------------------------------------------------- whatever the address
def elsewhere(index: int) -> Visitor:
    """A browser at an address of its own."""
    return Visitor(REMOTE_ADDR=f"198.51.{index // 250}.{index % 250 + 1}")


def ask(index: int, number: str, path: str = CALL) -> int:
    answer = elsewhere(index).post(path, name="Maria", phone=number, window=WINDOW, form_id=f"{index:032x}")
    return answer.status_code


def test_one_phone_is_called_back_three_times_a_day(shop: Shop) -> None:
    other = make_page(name="Birch", slug="birch")
    with at():
        assert [ask(index, phone(1)) for index in (0, 0, 1, 1, 2, 3)] == [302] * 5 + [429]  # the same form counts once
        assert CallbackTask.objects.count() == 3
        assert ask(4, phone(2)) == 302
        assert ask(5, phone(1), f"/book/{other.business.slug}/callback/") == 302
        own = path_to_book(Lead.objects.get(business=shop.business, phone=f"+1212555{phone(1)[-4:]}"))
        assert ask(6, "", f"{own}callback/") == 302  # the link is theirs
    with at(NOON + timedelta(days=1)):
        assert ask(7, phone(1)) in (302, 422)
        assert RequestCount.objects.filter(subject__contains="555").count() == 0


def test_one_phone_books_three_times_a_day(shop: Shop) -> None:
    BookingSettings.objects.update(most_open_per_phone=20)
    path = f"/book/alder/service/{shop.service.pk}/"
    with at():
        for index in range(3):
            elsewhere(index).book(path, shop.at(9 + index))
        visitor = elsewhere(3)
        details = visitor.keep(path, shop.at(13))
        before = written()
        answer = visitor.post(details, **MARIA)
        assert (answer.status_code, heading_of(answer), written()) == (429, "That was a lot at once.", before)
        assert visitor.post(details, name="Ed", phone=phone(1)).status_code == 302
        own = path_to_book(Lead.objects.get(phone="+12125550147"))
        elsewhere(4).book(f"{own}service/{shop.service.pk}/", shop.at(15))


def test_what_is_refused_is_not_counted(shop: Shop) -> None:
    path = f"/book/alder/service/{shop.service.pk}/"
    with at():
        details = elsewhere(0).keep(path, shop.at(10))
        for index in range(5):
            answer = elsewhere(index).post(details, **MARIA, start=shop.at(3).isoformat())
            assert answer.status_code == 409
        assert elsewhere(5).post(details, **MARIA).status_code == 302


def test_a_business_is_asked_sixty_times_an_hour_by_strangers(shop: Shop) -> None:
    lead = make_lead(shop.business)
    with at():
        own = path_to_book(lead)
        assert [ask(index, phone(index)) for index in range(61)] == [302] * 60 + [429]
        assert CallbackTask.objects.count() == 60
        assert ask(100, "", f"{own}callback/") == 302
    with at(NOON + timedelta(minutes=59)):
        details = elsewhere(101).keep(f"/book/alder/service/{shop.service.pk}/", shop.at(10))
        assert elsewhere(101).post(details, **MARIA).status_code == 429
    with at(NOON + timedelta(hours=1)):
        assert elsewhere(101).post(details, **MARIA).status_code == 302


def test_looking_up_links_is_limited(shop: Shop) -> None:
    with at():
        path = path_to_book(make_lead(shop.business))
        assert [Visitor().get(path).status_code for _ in range(61)] == [200] * 60 + [429]


def test_wrong_links_are_limited_sooner(shop: Shop) -> None:
    with at():
        answers = [Visitor().get(f"/b/guess-{index}/") for index in range(11)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert answers[-1]["Retry-After"] == "60"


def test_the_address_itself_is_not_stored(shop: Shop) -> None:
    with at():
        Visitor(REMOTE_ADDR="203.0.113.9").get("/b/guess/")
    subjects = list(RequestCount.objects.values_list("subject", flat=True))
    assert sorted(subject.partition(":")[0] for subject in subjects) == ["page-link", "page-wrong-link"]
    assert not any("203" in subject.partition(":")[0] or "203.0.113.9" in subject for subject in subjects)
    assert {len(subject.partition(":")[2]) for subject in subjects} == {32}


@pytest.mark.parametrize(
    ("proxies", "last"), [pytest.param(0, 429, id="the header is ignored"), pytest.param(1, 404, id="behind a proxy")]
)
def test_who_is_counted_behind_a_proxy(shop: Shop, settings: Any, proxies: int, last: int) -> None:
    settings.PROXY_COUNT = proxies
    with at():
        answers = [
            Visitor(REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR=f"203.0.113.{index}").get("/b/guess/")
            for index in range(11)
        ]
    assert answers[-1].status_code == last


def test_every_page_of_a_business_is_only_its_own(shop: Shop) -> None:
    other = make_page(name="Zebrafish Dental", slug="birch")
    other.business.phone = "+13105550199"
    other.business.save()
    other.service.name = "Zebrafish cleaning"
    other.service.save()
    other.location.name = "Zebrafish office"
    other.location.save()
    theirs = other.book(other.at(10), lead=make_lead(other.business, name="Zebrafish lead"))
    with at():
        mine = shop.book(shop.at(9), lead=make_lead(shop.business))
        for path in (
            "/book/alder/",
            f"/book/alder/service/{shop.service.pk}/",
            f"/book/alder/service/{other.service.pk}/",
            f"/book/alder/callback/?service={other.service.pk}&location={other.location.slug}",
            path_to_manage(mine),
            f"{path_to_manage(mine)}move/",
            f"{path_to_book(mine.lead)}service/{other.service.pk}/",
        ):
            seen = text_of(Visitor().get(path))
            assert ("ebrafish" in seen, "555-0199" in seen) == (False, False)
        assert "Zebrafish cleaning" in text_of(Visitor().get(path_to_manage(theirs)))
