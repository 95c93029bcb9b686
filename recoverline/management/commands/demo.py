"""The second half of `make demo`: a business, its owner, a little history, and everything running."""

import logging
import os
import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from leads import config, kits
from leads.enums import Role
from leads.models import Business, Membership
from messaging.simulator import clock_moves, server
from messaging.simulator.erasing import erase
from messaging.simulator.errors import SimulatorError
from messaging.simulator.history import play_history
from messaging.simulator.player import simulated_numbers
from messaging.simulator.scenes import Desk
from recoverline import demo_login
from recoverline.processes import is_port_free, manage_argv, run_all
from scheduling.models import OnCallShift
from scheduling.models.hours import Weekday

OWNER, COLLEAGUE = "demo", "demo-colleague"
OWNERS_PHONE, COLLEAGUES_PHONE = "+16025550181", "+16025550182"
# Made up like the business, so that the reports can say what it earned: cents, and millionths of a dollar.
DEMO_MONEY = {
    "average_job_cents": 25_000, "subscription_cents": 9_900, "segment_micros": 8_300, "call_minute_micros": 8_500,
}  # fmt: skip
KITS = {kit.slug: kit for kit in kits.kits()}


@contextmanager
def only_warnings() -> Iterator[None]:
    """The log of the apps without what is no more than news: a played history is none."""
    loggers = [logging.getLogger(name) for name in ("recoverline", "leads", "scheduling", "messaging")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(logger.level, logging.WARNING))
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


class Command(BaseCommand):
    help = "Show everything with a made-up business: nothing is sent anywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--kit", choices=KITS, default="home_services", help="The trade of the made-up business.")
        parser.add_argument("--link", action="store_true", help="Only print a new sign-in link.")
        parser.add_argument("--prepare", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, port: int, kit: str, link: bool, prepare: bool, **options: Any) -> None:
        self._refuse_unless_local()
        if prepare:
            try:
                self._prepare(KITS[kit])
            except SimulatorError as problem:
                raise CommandError(str(problem)) from problem
        elif link:
            self.stdout.write(demo_login.link_for(self._owner()))
        else:
            self._run(port, kit)

    def _refuse_unless_local(self) -> None:
        if not settings.DEBUG or not settings.SIMULATOR:
            raise CommandError(
                "DEBUG is off here (.env): this is no demo. Run it in another folder, or `make run` for this one."
            )
        if urlsplit(settings.SITE_URL).hostname not in demo_login.LOOPBACK:
            raise CommandError(f"The demo runs on this machine only, and SITE_URL is {settings.SITE_URL}.")

    def _refuse_beside_real_accounts(self) -> None:
        account = clock_moves.real_accounts().select_related("business").order_by("pk").first()
        if account is None:
            return
        folder = settings.DATA_DIR.resolve()
        own_file = f"sqlite:///{settings.DATA_DIR / 'recoverline.sqlite3'}"
        if own_file == settings.DATABASE_URL:
            ways = (
                f"Give the demo a folder of its own: DATA_DIR={folder / 'demo'} make demo\n"
                f"Or, if nothing in it is needed any more, delete {folder}/."
            )
        else:
            ways = "Give the demo a database of its own, by another DATABASE_URL."
        raise CommandError(
            f"The account “{account.name}” of {account.business} is one of a real carrier, and it is active in this "
            f"database: this is not a place for a demo.\n{ways}"
        )

    # ------------------------------------------------------------ running
    def _run(self, port: int, kit: str) -> None:
        site = f"http://127.0.0.1:{port}"
        if site != settings.SITE_URL or site != settings.SIMULATOR_URL or settings.EMAIL_URL == "consolemail://":
            # Read anew, here and in every process that is started from here.
            mail = settings.DATA_DIR.resolve() / "mail"
            if os.environ.get("SITE_URL") == site == os.environ.get("SIMULATOR_URL"):
                raise CommandError(f"SITE_URL stays {settings.SITE_URL}, whatever is asked. Is it set twice?")
            os.environ |= {"SITE_URL": site, "SIMULATOR_URL": site}
            if settings.EMAIL_URL == "consolemail://":
                os.environ["EMAIL_URL"] = f"filemail:///{mail}"
            command = manage_argv("demo", "--port", str(port), "--kit", kit)
            os.execv(command[0], command)  # noqa: S606  no shell
        if not is_port_free("127.0.0.1", port):
            raise CommandError(
                f"Port {port} is in use. Stop what listens there, or choose another: make demo PORT={port + 1}"
            )
        # A process of its own: it has threads, and the parent of the others must have none.
        if subprocess.run(manage_argv("demo", "--prepare", "--kit", kit), check=False).returncode:
            raise SystemExit(1)
        raise SystemExit(run_all(port, on_ready=self._announce))

    def _announce(self) -> None:
        site, link = settings.SITE_URL, demo_login.link_for(self._owner())
        shown = Business.objects.filter(is_simulated=True, booking_settings__is_page_on=True).order_by("pk").first()
        connection.close()
        self.stdout.write(
            f"""
  Recoverline is running.

    Open this first (it signs you in, once, within 30 minutes):
      {link}

    Simulator   {site}/simulator/
    Inbox       {site}/inbox/
    Calendar    {site}/appointments/
    Booking     {f"{site}/book/{shown.slug}/" if shown else "its page is off"}
    Settings    {site}/admin/

  Nothing is really sent: calls and texts stay on this machine, e-mail goes to {settings.EMAIL_FILE_PATH}.
  Another sign-in link: {sys.executable} manage.py demo --link
  Ctrl-C stops everything.
"""
        )
        self.stdout.flush()

    # ------------------------------------------------------------ preparing
    def _prepare(self, kit: kits.Kit) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        self._refuse_beside_real_accounts()
        owner = self._owner()
        if simulated_numbers().filter(business__is_simulated=True).exists():
            business = Business.objects.filter(numbers__in=simulated_numbers(), is_simulated=True).order_by("pk")[0]
        else:
            business = config.load(kit.text(), simulated=True).business
            Business.objects.filter(pk=business.pk).update(**DEMO_MONEY)
        Membership.objects.get_or_create(business=business, user=owner, defaults={"role": Role.OWNER})
        if not business.calls.exists():
            self._play_history(business, owner)

    def _play_history(self, business: Business, owner: User) -> None:
        self.stdout.write(f"Playing a few days of {business}…")
        number = simulated_numbers().filter(business=business)[0]
        desk = Desk(owner, self._colleague(business))
        self._put_on_call(business, desk)
        try:
            with server.own_server(), only_warnings():
                count = play_history(number, desk=desk)
        except BaseException:
            # Half a history would never be completed: the next start begins anew.
            erase(business)
            raise
        self.stdout.write(f"{count} calls are in the inbox.")

    def _put_on_call(self, business: Business, desk: Desk) -> None:
        """Around the clock the colleague, and if nobody answers whoever looks at the demo; phones nobody has."""
        for rank, (user, phone) in enumerate([(desk.colleague, COLLEAGUES_PHONE), (desk.staff, OWNERS_PHONE)], 1):
            member = Membership.objects.get(business=business, user=user)
            Membership.objects.filter(pk=member.pk, phone="").update(phone=phone)
            for day in Weekday.values:
                OnCallShift.objects.get_or_create(
                    business=business, location=None, member=member, weekday=day,
                    defaults={"starts": time(0), "ends": time(0), "next_day": True, "rank": rank},
                )  # fmt: skip

    def _owner(self) -> User:
        """Without a password: only the link of `demo_login` signs in."""
        owner, created = User.objects.get_or_create(
            username=OWNER, defaults={"first_name": "Demo", "last_name": "Owner", "is_staff": True}
        )
        if created:
            owner.set_unusable_password()
            owner.save(update_fields=["password"])
        return owner

    def _colleague(self, business: Business) -> User:
        """Somebody to give conversations to, and to be named in notes; nobody can sign in as them."""
        colleague, created = User.objects.get_or_create(
            username=COLLEAGUE, defaults={"first_name": "Jamie", "last_name": "Park"}
        )
        if created:
            colleague.set_unusable_password()
            colleague.save(update_fields=["password"])
        Membership.objects.get_or_create(business=business, user=colleague, defaults={"role": Role.FRONT_DESK})
        return colleague
