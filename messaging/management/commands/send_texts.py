import signal
import threading

from django.core.management.base import BaseCommand

from messaging.agent.warming import warm_up
from messaging.sender import Sender
from recoverline.lib.threads import let_waiting_threads_in


class Command(BaseCommand):
    help = "Send queued texts until stopped (the sender process)."

    def handle(self, *args: object, **options: object) -> None:
        sender = Sender()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: sender.stop())
        # The robot's turns compute, and no text is to wait for them.
        let_waiting_threads_in()
        # Texts leave meanwhile; a turn that comes too early waits for what it needs itself.
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        self.stdout.write("Sender is ready.")
        sender.run()
