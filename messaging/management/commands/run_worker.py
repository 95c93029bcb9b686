import signal
import sys

from django.core.management.base import BaseCommand

from messaging.ticker import Ticker


class Command(BaseCommand):
    help = "Run queued and regular tasks until stopped (the worker process)."

    def handle(self, *args: object, **options: object) -> None:
        ticker = Ticker()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: ticker.stop())
        sys.exit(ticker.run())
