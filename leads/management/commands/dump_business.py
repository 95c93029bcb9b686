"""manage.py dump_business: a whole business as YAML on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.config import ConfigErrors, dump
from leads.models import Business


class Command(BaseCommand):
    help = "Write a whole business as YAML, without secrets. load_business reads it back without a change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the short name of the business")

    def handle(self, *args: Any, **options: Any) -> None:
        business = Business.objects.filter(slug=options["slug"]).first()
        if business is None:
            known = ", ".join(Business.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no business “{options['slug']}”. There are: {known}.")
        try:
            self.stdout.write(dump(business), ending="")
        except ConfigErrors as failure:
            raise CommandError(str(failure)) from None
