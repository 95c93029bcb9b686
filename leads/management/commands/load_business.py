"""manage.py load_business: create or update a business from a YAML file or a starter kit."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from leads.config import ConfigErrors, LoadReport, load
from leads.kits import Kit, kits
from recoverline.lib.phones import parse_phone


class Command(BaseCommand):
    help = "Create or update a whole business from a YAML file or from a starter kit: all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="the YAML file; dump_business writes such a one")
        parser.add_argument(
            "--kit", choices=[kit.slug for kit in kits()], help="begin with a starter kit instead of a file"
        )
        parser.add_argument("--name", help="with --kit: the name of the business")
        parser.add_argument("--time-zone", help="with --kit: its time zone, such as America/Chicago")
        parser.add_argument(
            "--number",
            action="append",
            default=[],
            help="with --kit: the number customers call; again for the kit's second. Those not given are left out",
        )
        parser.add_argument("--slug", help="load it under this short name instead of the one in the file")
        parser.add_argument("--prune", action="store_true", help="also remove what is not in the file")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument(
            "--simulated", action="store_true", help="a business for the simulator: nothing is ever sent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._load(options)
        except ConfigErrors as failure:
            count = len(failure.errors)
            lines = "\n".join(f"  {error}" for error in failure.errors)
            raise CommandError(f"Nothing was loaded: {count} error{'s' if count > 1 else ''}.\n{lines}") from None
        self._tell(report, is_dry_run=options["dry_run"])
        if options["kit"]:
            self._tell_left_out(options)
            self.stdout.write("A kit is a starting point: check its addresses, prices, phones and never-text list.")

    def _load(self, options: dict[str, Any]) -> LoadReport:
        common = {key: options[key] for key in ("slug", "prune", "dry_run", "simulated")}
        if bool(options["file"]) == bool(options["kit"]):
            raise CommandError("Name one: a file, or a starter kit with --kit.")
        if options["kit"]:
            return load(self._kit_text(options), changes=self._changes(options), **common)
        if options["name"] or options["time_zone"] or options["number"]:
            raise CommandError("--name, --time-zone and --number go with --kit. Change the file instead.")
        try:
            text = Path(options["file"]).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError(f"{options['file']} is not UTF-8 text.") from None
        return load(text, **common)

    def _kit_text(self, options: dict[str, Any]) -> str:
        numbers = []
        for raw in options["number"]:
            number = parse_phone(raw, "US")
            if number is None:
                raise CommandError(f"“{raw}” is not a phone number. Write it with the country code, as +15555550100.")
            numbers.append(number)
        try:
            # Nobody answers at a made-up number, and one day it may be somebody's.
            return self._kit(options).text(numbers=tuple(numbers), only_these=not options["simulated"])
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _kit(self, options: dict[str, Any]) -> Kit:
        return next(kit for kit in kits() if kit.slug == options["kit"])

    def _changes(self, options: dict[str, Any]) -> dict[str, str]:
        changes = {}
        if options["name"]:
            changes = {"business.name": options["name"], "business.slug": slugify(options["name"])}
        if options["time_zone"]:
            changes["business.time_zone"] = options["time_zone"]
        return changes

    def _tell_left_out(self, options: dict[str, Any]) -> None:
        given, of_kit = len(options["number"]), len(self._kit(options).numbers)
        if options["simulated"] or given >= of_kit:
            return
        if given:
            which, again = ("second number was" if of_kit == 2 else "other numbers were"), "--number again"
        else:
            which, again = ("number was" if of_kit == 1 else "numbers were"), "--number"
        what = "it" if which.endswith("was") else "them"
        self.stdout.write(f"The kit's {which} left out: give {again} or add {what} in the admin.")

    def _tell(self, report: LoadReport, *, is_dry_run: bool) -> None:
        for warning in report.warnings:
            self.stdout.write(self.style.WARNING(f"Warning: {warning}"))
        for section, counts in report.counts.items():
            parts = [f"{getattr(counts, what)} {what}" for what in ("created", "updated", "removed", "unchanged")]
            self.stdout.write(f"{section}: {', '.join(part for part in parts if not part.startswith('0 ')) or 'none'}")
        done = (
            "Nothing was saved, this was a dry run."
            if is_dry_run
            else "Loaded."
            if report.has_changes
            else "No changes."
        )
        self.stdout.write(self.style.SUCCESS(f"{report.business.name} ({report.business.slug}). {done}"))
