import uuid

from django.conf import settings
from django.db import models

from leads.enums import Language
from leads.models import Business


class CannedReply(models.Model):
    """What the front desk says often: typed as "/shortcut", with the placeholders of a script."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="canned_replies")
    shortcut = models.SlugField(max_length=30, help_text="What is typed after the slash, such as hours.")
    title = models.CharField(max_length=80)
    body = models.TextField(max_length=1000)
    language = models.CharField(
        max_length=8, choices=Language.choices, blank=True, help_text="Empty: for customers of any language."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "canned replies"
        ordering = ["shortcut", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "shortcut", "language"], name="canned_reply_once_per_shortcut_and_language"
            )
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class SavedView(models.Model):
    """A queue with filters under a name: somebody's own link above the list."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400, help_text="The query string of the list.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_once_per_name")]

    def __str__(self) -> str:
        return self.name
