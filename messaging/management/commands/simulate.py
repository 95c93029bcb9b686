"""Be the caller in a terminal."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging.models import PhoneNumber
from messaging.simulator import server, steps
from messaging.simulator.errors import SimulatorError
from messaging.simulator.phone_screen import screen_of
from messaging.simulator.phones import describe
from messaging.simulator.player import Player, find_number, simulated_numbers
from messaging.simulator.trace import Episode, trace_of
from recoverline.lib import clock


class Command(BaseCommand):
    help = "Call and text a simulated business: simulate \"call new busy; text 'my basement is flooding'\""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = steps.__doc__
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("script", help="What to do, step by step, separated by semicolons.")
        parser.add_argument(
            "--number", default="", help="Which simulated number to call first. Default: the oldest one."
        )
        parser.add_argument("--brief", action="store_true", help="Print the phone's texts without the trace.")

    def handle(self, *args: Any, script: str, number: str, brief: bool, **options: Any) -> None:
        if not settings.SIMULATOR:
            raise CommandError("The simulator is off. It is on with DEBUG=true or SIMULATOR=true.")
        try:
            self._play(script, number, brief)
        except SimulatorError as problem:
            raise CommandError(str(problem)) from problem

    def _play(self, script: str, number: str, brief: bool) -> None:
        wanted = steps.parse_steps(script)
        called = find_number(number) if number else simulated_numbers().order_by("pk").first()
        if called is None:
            raise CommandError(
                "There is no simulated number. `make demo` sets one up; so does load_business with --simulated."
            )
        running = server.is_running()
        with nullcontext() if running else server.own_server():
            player = Player(called, delivers=not running)
            for step in wanted:
                player.aim(step)
                known = _keys(trace_of(player.number, player.caller))
                player.play([step])
                if isinstance(step, steps.ShowPhone):
                    self._print_phone(player.number, player.caller)
                elif not brief:
                    self._print_trace(player, known)
        if not isinstance(wanted[-1], steps.ShowPhone):
            self._print_phone(player.number, player.caller)
        for note in player.notes:
            self.stderr.write(note)

    def _print_trace(self, player: Player, known: set[str]) -> None:
        """What is new since the step began."""
        zone = player.number.location.zone
        for episode in reversed(trace_of(player.number, player.caller)):
            for step in episode.steps:
                if step.key in known:
                    continue
                self.stdout.write(f"{_at(step.at, zone)}  {step.label}: {step.title}")
                for line in [*step.lines, *([f"“{step.quote}”"] if step.quote else [])]:
                    self.stdout.write(f"{'':14}{line}")

    def _print_phone(self, number: PhoneNumber, phone: str) -> None:
        zone, country = number.location.zone, number.business.country
        screen = screen_of(number, phone)
        shown = describe(phone, country)
        title = f"{number.business} on the phone of {shown}, {clock.now().astimezone(zone):%a %H:%M}"
        self.stdout.write(f"\n{title}\n{'-' * len(title)}")
        if screen.call_line:
            self.stdout.write(f"Last call: {screen.call_line}")
        for words in screen.heard:
            self.stdout.write(f"  heard: “{words}”")
        for bubble in screen.bubbles:
            who = "me" if bubble.is_mine else str(number.business)
            pictures = " [picture]" * bubble.pictures
            self.stdout.write(f"{_at(bubble.at, zone)}  {who}: {bubble.body}{pictures}")
        if not screen.bubbles:
            self.stdout.write("No texts.")


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %H:%M:%S}"


def _keys(episodes: list[Episode]) -> set[str]:
    return {step.key for episode in episodes for step in episode.steps}
