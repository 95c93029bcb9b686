"""Alerts by text and e-mail: bundled, throttled, asked about once more; where one cannot go the chain goes on."""

from datetime import timedelta

import pytest
from django.db import connection

from leads.models import Business, Lead, Membership
from messaging import outbound
from messaging.enums import MessageStatus
from messaging.escalation import acknowledging, links, notices, sending, throttle
from messaging.escalation.alert_words import Told, alert_text, plain
from messaging.escalation.enums import AckMeans, AlertChannel, EscalationClass, NoticeStatus
from messaging.escalation.team_line import line_to
from messaging.models import Conversation, Escalation, EscalationNotice, Message
from recoverline.lib.text import count_segments
from tests.factories import make_message, make_opt_out
from tests.messaging.escalation.onduty import Duty

LINK = "https://texts.example.com/on-call/0123456789abcdefghijkl/"


def told(who: str = "Dana Fox", code: str = "KD", **values: object) -> Told:
    return Told(
        **{"kind": EscalationClass.URGENT, "who": who, "need": "no heat", "city": "Tempe", "code": code, **values}  # type: ignore[arg-type]  # named one by one
    )


# ---------------------------------------------------------------- words
def test_one_alert_says_who_what_where_and_how_to_answer() -> None:
    assert alert_text("Alder", [told()], LINK) == (
        f'Alder - Urgent: Dana Fox, "no heat", Tempe. Reply KD to take it, KD NO to pass. {LINK}'
    )


def test_a_bundle_names_what_fits_and_counts_the_rest() -> None:
    many = [told(f"Customer {n}", f"K{n}", need="water " * 20) for n in range(12)]
    text = alert_text("Alder Plumbing", many, LINK)
    shown = text.count("Customer")
    assert f"and {12 - shown} more: {LINK}" in text
    assert count_segments(text).count == 3
    assert count_segments(alert_text("Alder Plumbing", many[:2], LINK)).count <= 3


@pytest.mark.parametrize("need", ["Añoñi é 🔥 “gas” – ¡ya! Wasser läuft über, říp łódź", "日本語" * 40, "x" * 900])
def test_every_alert_is_gsm_7_in_three_parts(need: str) -> None:
    text = alert_text("Alder “Plumbing”", [told(need=need)], LINK)
    assert count_segments(text).encoding == "GSM-7"
    assert count_segments(text).count <= 3
    assert plain("José García – ok") == "José Garcia - ok"


# ---------------------------------------------------------------- sending
@pytest.mark.django_db(transaction=True)
class TestSending:
    def test_it_reaches_the_phone_by_the_ordinary_outbox(self, duty: Duty) -> None:
        notice = duty.notice(duty.escalation())
        assert duty.send() == 1
        notice.refresh_from_db()
        (text,) = duty.received(duty.ana.phone)
        assert text.startswith('Alder Plumbing - DANGER: Dana Fox, "My basement is flooding", Tempe. Reply ')
        assert (notice.status, notice.phone, notice.number) == ("sent", duty.ana.phone, duty.wire.number)
        assert notice.token_digest == links.digest_of(notice)
        line = Conversation.objects.get(is_team=True)
        assert (line.status, line.handler, line.lead.is_team, line.lead.phone) == (
            "done",
            "person",
            True,
            duty.ana.phone,
        )
        assert notice.message == Message.objects.get(kind="alert", conversation=line)

    def test_several_become_one_text_with_a_code_each(self, duty: Duty) -> None:
        notices = [duty.notice(duty.escalation(duty.customer(name))) for name in ("Dana", "Sam", "Kim")]
        duty.send()
        (text,) = duty.received(duty.ana.phone)
        rows = list(EscalationNotice.objects.filter(pk__in=[each.pk for each in notices]).order_by("id"))
        assert [row.status for row in rows] == ["sent", "bundled", "bundled"]
        assert len({row.code for row in rows}) == 3
        assert all(f"{row.code} DANGER: " in text for row in rows)

    def test_the_same_escalation_keeps_its_code_on_a_phone(self, duty: Duty) -> None:
        first = duty.alert()
        again = duty.notice(first.escalation, position=1)
        duty.later(minutes=2)
        duty.send()
        again.refresh_from_db()
        assert again.code == first.code

    def test_twice_at_once_sends_once(self, duty: Duty) -> None:
        duty.notice(duty.escalation())
        assert [sending.send_waiting(duty.now) for _ in range(3)] == [1, 0, 0]
        duty.wire.deliver_due()
        assert len(duty.wire.sent) == 1

    def test_a_phone_gets_no_more_than_it_can_bear(self, duty: Duty) -> None:
        line = line_to(duty.ana, duty.wire.number, duty.now)
        began, times = duty.now, []
        while duty.now < began + timedelta(hours=4):
            if throttle.has_room(duty.ana.phone, now=duty.now):
                times.append(duty.now - began)
                make_message(line, kind="alert", idem_key=f"alert:{len(times)}", created_at=duty.now)
            duty.later(seconds=50)
        for most, span in ((1, 1), (5, 15), (11, 60), (21, 180)):
            stretch = timedelta(minutes=span)
            worst = max(sum(start <= at < start + stretch for at in times) for start in times)
            assert (span, worst) == (span, most)

    def test_a_danger_waits_for_a_minute_at_most_and_what_was_lost_is_not_counted(self, duty: Duty) -> None:
        line = line_to(duty.ana, duty.wire.number, duty.now)
        for turn in range(6):
            make_message(line, kind="alert", idem_key=f"said:{turn}", created_at=duty.now, status="delivered")
            duty.later(minutes=2)
        urgent = duty.notice(duty.escalation(kind=EscalationClass.URGENT))
        assert duty.send() == 0
        duty.notice(duty.escalation(duty.customer("Sam")))
        assert duty.send() == 2
        urgent.refresh_from_db()
        assert (urgent.status, throttle.has_room(duty.ana.phone, now=duty.now, is_danger=True)) == ("bundled", False)
        Message.objects.filter(kind="alert").update(status="undelivered")
        assert throttle.has_room(duty.ana.phone, now=duty.now)

    def test_what_is_throttled_waits_and_is_put_together(self, duty: Duty) -> None:
        duty.notice(duty.escalation())
        duty.send()
        for name in ("Sam", "Kim"):
            duty.notice(duty.escalation(duty.customer(name)))
            assert duty.send() == 0
        duty.later(seconds=61)
        assert duty.send() == 2
        first, second = duty.received(duty.ana.phone)
        assert "Dana Fox" in first
        assert second.startswith("Alder Plumbing: 2 open")

    def test_what_somebody_has_meanwhile_does_not_leave(self, duty: Duty) -> None:
        ben = duty.member("Ben")
        notice = duty.notice(duty.escalation())
        acknowledging.acknowledge(notice.escalation, member=ben, via=AckMeans.INBOX, now=duty.now)
        assert (duty.send(), duty.received(duty.ana.phone)) == (0, [])

    def test_what_is_taken_between_the_outbox_and_the_carrier_does_not_leave_either(self, duty: Duty) -> None:
        notice = duty.notice(duty.escalation())
        sending.send_waiting(duty.now)
        acknowledging.acknowledge(notice.escalation, member=duty.member("Ben"), via=AckMeans.INBOX, now=duty.now)
        duty.wire.deliver_due()
        assert duty.received(duty.ana.phone) == []
        assert Message.objects.get(kind="alert").suppression == "taken_over"

    def test_a_reminder_goes_to_whoever_has_it(self, duty: Duty) -> None:
        first = duty.alert()
        duty.text(first.code)
        duty.later(minutes=20)
        duty.notice(first.escalation, position=100)
        duty.send()
        assert "still yours: Dana Fox" in duty.received(duty.ana.phone)[-1]
        assert f"{first.code} DONE if it is settled" in duty.received(duty.ana.phone)[-1]

    @pytest.mark.parametrize("why", ["opted out", "paused", "no phone", "no number"])
    def test_where_texts_cannot_go_the_chain_goes_on_at_once(self, duty: Duty, why: str) -> None:
        notice = duty.notice(duty.escalation(step=1, next_at=duty.now + timedelta(minutes=5)))
        if why == "opted out":
            make_opt_out(duty.wire.business, phone=duty.ana.phone)
        elif why == "paused":
            Business.objects.update(is_texting_paused=True)
        elif why == "no phone":
            Membership.objects.update(phone="")
        else:
            type(duty.wire.number).objects.update(is_active=False)
        assert duty.send() == 0
        notice.refresh_from_db()
        assert (notice.status, bool(notice.reason)) == ("not_sent", True)
        assert Escalation.objects.get().next_at == duty.now

    def test_a_text_that_the_carrier_refuses_lets_the_chain_go_on(self, duty: Duty) -> None:
        duty.wire.carrier.refusals[duty.ana.phone] = 21610
        notice = duty.notice(duty.escalation(step=1, next_at=duty.now + timedelta(minutes=5)))
        duty.send()
        duty.later(seconds=10)
        duty.send()
        notice.refresh_from_db()
        assert notice.status == NoticeStatus.NOT_SENT
        assert Escalation.objects.get().next_at == duty.now

    def test_a_blocked_or_never_texted_member_is_alerted_all_the_same(self, duty: Duty) -> None:
        Lead.objects.create(
            business=duty.wire.business, phone=duty.ana.phone, created_at=duty.now, blocked_at=duty.now, name="Ana"
        )
        duty.alert()
        assert len(duty.received(duty.ana.phone)) == 1
        assert not Lead.objects.get(phone=duty.ana.phone).is_team

    def test_who_may_not_work_by_text_gets_the_link_alone(self, duty: Duty) -> None:
        Membership.objects.update(works_by_text=False)
        notice = duty.alert()
        assert notice.code == ""
        assert f"Open the link to take it. {links.address_of(notice)}" in duty.received(duty.ana.phone)[0]

    def test_e_mail_with_the_link(self, duty: Duty, mailoutbox: list[object]) -> None:
        notice = duty.notice(duty.escalation(), channel=AlertChannel.EMAIL)
        assert duty.send() == 1
        (mail,) = mailoutbox
        assert (mail.to, mail.subject) == (["ana@example.com"], "Alder Plumbing: DANGER: Dana Fox")  # type: ignore[attr-defined]
        assert links.address_of(notice) in mail.body  # type: ignore[attr-defined]
        notice.refresh_from_db()
        assert (notice.status, notice.token_digest) == ("sent", links.digest_of(notice))

    def test_a_mail_server_that_is_away_is_asked_again_for_a_while(
        self, duty: Duty, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr("recoverline.lib.mail.send", refuse)
        notice = duty.notice(duty.escalation(), channel=AlertChannel.EMAIL)
        duty.send()
        notice.refresh_from_db()
        assert notice.status == NoticeStatus.WAITING
        duty.later(minutes=5)
        duty.send()
        notice.refresh_from_db()
        assert notice.status == NoticeStatus.NOT_SENT

    @pytest.mark.parametrize("channel", [AlertChannel.EMAIL, AlertChannel.CALL])
    def test_one_that_breaks_does_not_stop_the_others_and_is_given_up(
        self, duty: Duty, monkeypatch: pytest.MonkeyPatch, channel: AlertChannel
    ) -> None:
        escalation = duty.escalation(step=1, next_at=duty.now + timedelta(hours=1))
        bad = duty.notice(escalation, channel=channel)
        good = duty.notice(escalation, channel=channel, member=duty.member("Ben"))
        is_dropped = notices.is_dropped

        def break_off(notice: EscalationNotice) -> bool:
            if notice.pk == bad.pk:
                raise RuntimeError("out of order")
            return is_dropped(notice)

        monkeypatch.setattr(notices, "is_dropped", break_off)
        assert duty.send() == 1
        duty.later(minutes=5)
        duty.send()
        bad.refresh_from_db()
        good.refresh_from_db()
        assert (good.status, bad.status, bad.reason) == ("sent", "not_sent", "It could not be sent.")

    def test_the_chain_goes_on_after_the_transaction_in_which_the_text_was_refused(
        self, duty: Duty, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_opt_out(duty.wire.business, phone=duty.ana.phone)
        duty.notice(duty.escalation())
        inside: list[bool] = []
        monkeypatch.setattr(notices, "not_sent", lambda *rows, now: inside.append(connection.in_atomic_block))
        duty.send()
        assert inside == [False]

    def test_a_failing_phone_does_not_stop_the_others(self, duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
        ben = duty.member("Ben")
        escalation = duty.escalation()
        duty.notice(escalation)
        duty.notice(escalation, member=ben)
        queue_text = outbound.queue_text

        def fail_for_ana(line: Conversation, **values: object) -> Message:
            if line.lead.phone == duty.ana.phone:
                raise RuntimeError("out of order")
            return queue_text(line, **values)  # type: ignore[arg-type]

        monkeypatch.setattr(outbound, "queue_text", fail_for_ana)
        assert duty.send() == 1
        assert [to for to, _ in duty.wire.sent] == [ben.phone]
        assert EscalationNotice.objects.filter(status=NoticeStatus.WAITING).count() == 1
        assert Message.objects.get(kind="alert").status != MessageStatus.SUPPRESSED
