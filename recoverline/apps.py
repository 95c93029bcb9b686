from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class RecoverlineConfig(AppConfig):
    name = "recoverline"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from messaging import beats
        from recoverline import checks  # noqa: F401  registering system checks needs the app registry
        from recoverline.accounts.sessions import begin
        from recoverline.lib import queue

        user_logged_in.connect(begin, dispatch_uid="recoverline.begin")
        queue.count_starts()
        queue.carry_request_ids()
        queue.after_each(beats.show_worker)
        if settings.SENTRY_DSN:
            # 150 modules that nobody without it has to load, at every start of every process.
            import_string("recoverline.error_tracking.start")()
