import signal

from django.core.management.base import BaseCommand

from messaging.sender import Sender


class Command(BaseCommand):
    help = "Send queued texts until stopped (the sender process)."

    def handle(self, *args: object, **options: object) -> None:
        sender = Sender()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: sender.stop())
        self.stdout.write("Sender is ready.")
        sender.run()
