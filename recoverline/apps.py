from django.apps import AppConfig


class RecoverlineConfig(AppConfig):
    name = "recoverline"

    def ready(self) -> None:
        from recoverline import checks  # noqa: F401  registering system checks needs the app registry
