from django.apps import AppConfig


class RecoverlineConfig(AppConfig):
    name = "recoverline"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from recoverline import checks  # noqa: F401  registering system checks needs the app registry
        from recoverline.accounts.sessions import begin
        from recoverline.lib import queue

        user_logged_in.connect(begin, dispatch_uid="recoverline.begin")
        queue.count_starts()
        queue.carry_request_ids()
