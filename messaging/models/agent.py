import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from leads.enums import Language
from leads.models import Business, Faq, Location, Service, ServiceArea
from messaging.enums import AgentMode, Driver, Effort, Intent, QuestionStatus, TurnStatus
from messaging.models.conversations import Conversation, Message
from scheduling.models import Appointment


class AgentSettings(models.Model):
    """How much the robot handles for a business, and within which limits. Without a row it says nothing by itself."""

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="agent_settings")
    mode = models.CharField(
        "how much it does", max_length=8, choices=AgentMode.choices, default=AgentMode.AUTO,
        help_text="Per intent it can be less: see below.",
    )  # fmt: skip
    driver = models.CharField(
        "who writes", max_length=8, choices=Driver.choices, default=Driver.MODEL,
        help_text="Without a key for Claude, and whenever it is not available, the rules answer.",
    )  # fmt: skip
    model = models.CharField(max_length=60, blank=True, help_text="Empty: the installation's, ANTHROPIC_MODEL.")
    effort = models.CharField(max_length=8, choices=Effort.choices, default=Effort.LOW)
    instructions = models.TextField(
        max_length=2000, blank=True, help_text="For Claude: tone, what to stress. Facts belong into the knowledge."
    )
    approved_only = models.BooleanField(
        "approved answers only", default=False, help_text="Claude may only use answers word for word as you wrote them."
    )
    asks_urgency = models.BooleanField(default=False, help_text="Ask how urgent it is before times are offered.")
    asks_kind = models.BooleanField(
        "asks new or existing", default=False, help_text="Ask whether they have been here, before times are offered."
    )
    times_offered = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(4)], help_text="How many times at once."
    )
    quiet_seconds = models.PositiveSmallIntegerField(
        default=8, validators=[MaxValueValidator(60)],
        help_text="How long after the last text it waits: people write in bursts.",
    )  # fmt: skip
    most_texts = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="Texts of the robot in one conversation; then a person goes on.",
    )  # fmt: skip
    most_cents_per_conversation = models.PositiveIntegerField(
        default=10, help_text="For Claude; then the rules go on. 0: no limit."
    )
    most_cents_per_month = models.PositiveIntegerField(
        default=2000, help_text="For Claude, in a calendar month; then the rules go on. 0: no limit."
    )
    returns_after_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(10_080)],
        help_text="So long after a person's last text the robot takes over again. Empty: when somebody hands it back.",
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        verbose_name = "robot"
        verbose_name_plural = "robots"

    def __str__(self) -> str:
        return f"Robot of {self.business}"


class IntentMode(models.Model):
    """For this intent the robot does less than for the others."""

    settings = models.ForeignKey(AgentSettings, on_delete=models.CASCADE, related_name="intents")
    intent = models.CharField(max_length=16, choices=Intent.choices)
    mode = models.CharField(max_length=8, choices=AgentMode.choices, default=AgentMode.DRAFT)

    class Meta:
        ordering = ["settings", "intent"]
        constraints = [models.UniqueConstraint(fields=["settings", "intent"], name="intent_mode_once")]

    def __str__(self) -> str:
        return f"{self.get_intent_display()}: {self.get_mode_display()}"


class ModelPrice(models.Model):
    """What a model costs, in millionths of a dollar per million tokens. An unknown model costs an unknown amount."""

    model = models.CharField(max_length=60, unique=True, help_text="Its name, or the beginning that versions share.")
    input_micros = models.PositiveBigIntegerField("input", help_text="100000 is $0.10 per million tokens.")
    output_micros = models.PositiveBigIntegerField("output")
    cache_write_micros = models.PositiveBigIntegerField("writing the cache")
    cache_read_micros = models.PositiveBigIntegerField("reading the cache")

    class Meta:
        ordering = ["model"]

    def __str__(self) -> str:
        return self.model


class ModelOutage(models.Model):
    """The model is not asked before `until`: nobody waits twice for the same refusal."""

    model = models.CharField(max_length=60, unique=True)
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return f"{self.model}: {self.reason}"


class SlotOffer(models.Model):
    """A start that was offered in a conversation: only these can be booked there."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="slot_offers")
    number = models.PositiveSmallIntegerField(help_text="As the customer sees it: 1, 2.")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    area = models.ForeignKey(ServiceArea, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    arrival_ends_at = models.DateTimeField(null=True, blank=True)
    is_current = models.BooleanField(default=True, help_text="Of the last list; older numbers mean nothing any more.")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="What came of it."
    )
    moves = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="The appointment that would move here.",
    )  # fmt: skip
    offered_at = models.DateTimeField()

    class Meta:
        ordering = ["-offered_at", "number"]
        indexes = [models.Index(fields=["conversation", "-offered_at"], name="offer_by_conversation")]

    def __str__(self) -> str:
        return f"{self.number}) {self.starts_at:%Y-%m-%d %H:%M} UTC"


class AgentTurn(models.Model):
    """One answer of the robot, or why there was none: what it used, what it did, what it cost."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="turns")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    trigger = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="turns", help_text="The last text of the burst it answers."
    )
    status = models.CharField(max_length=12, choices=TurnStatus.choices, default=TurnStatus.RUNNING)
    driver = models.CharField(max_length=8, choices=Driver.choices, blank=True)
    model = models.CharField(max_length=60, blank=True)
    intents = models.JSONField(default=list, blank=True)
    summary = models.CharField(max_length=300, blank=True, help_text="What it did and why, in one line for staff.")
    reply = models.TextField(blank=True)
    tools = models.JSONField(default=list, blank=True, help_text="[{name, arguments, result, refused}]")
    facts = models.JSONField(default=list, blank=True, help_text="[[sentence, the fact it came from]]")
    objections = models.JSONField(default=list, blank=True, help_text="What the guards said.")
    calls = models.PositiveSmallIntegerField(default=0)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_micros = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Millionths of a dollar. Empty: the price of this model is not known."
    )
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="turn")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["conversation", "-started_at"], name="turn_by_conversation"),
            models.Index(fields=["business", "started_at"], name="turn_for_budget"),
        ]

    def __str__(self) -> str:
        return self.summary or self.get_status_display()


class UnansweredQuestion(models.Model):
    """Something a customer asked that the knowledge had no answer to."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="unanswered_questions")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="unanswered_questions"
    )
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="unanswered_questions"
    )
    text = models.CharField(max_length=300)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    status = models.CharField(max_length=12, choices=QuestionStatus.choices, default=QuestionStatus.OPEN)
    faq = models.ForeignKey(Faq, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["message", "text"], name="question_once_per_text")]
        indexes = [models.Index(fields=["business", "status", "-asked_at"], name="question_by_status")]

    def __str__(self) -> str:
        return self.text


class RegressionScenario(models.Model):
    """A conversation that must go on going well: run before what the robot knows is published."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="regression_scenarios")
    name = models.CharField(max_length=120)
    lines = models.JSONField(default=list, help_text="What the customer writes, one text a line.")
    must_say = models.JSONField(default=list, blank=True, help_text="What the answers must contain, one a line.")
    must_not_say = models.JSONField(default=list, blank=True, help_text="What they must not contain, one a line.")
    must_hand_off = models.BooleanField(
        null=True, blank=True, help_text="Yes: a person must be asked; no: must not; unknown: either."
    )
    is_active = models.BooleanField(default=True)
    source = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Where it is from."
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["business", "name"]
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="scenario_name_once_per_business")]

    def __str__(self) -> str:
        return self.name


class Publication(models.Model):
    """What the robot knows since this was published, whatever staff are editing meanwhile."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="publications")
    version = models.PositiveIntegerField()
    knowledge = models.JSONField()
    changes = models.JSONField(default=list, blank=True, help_text="Against the version before, in lines for staff.")
    results = models.JSONField(default=list, blank=True, help_text="[{name, passed, before, problems}]")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["business", "version"], name="version_once_per_business")]

    def __str__(self) -> str:
        return f"Version {self.version}"


class Rehearsal(models.Model):
    """A conversation in the playground: nothing of it is sent, booked or kept in a lead."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="rehearsals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_draft = models.BooleanField(default=True, help_text="With what staff are editing; else what is published.")
    driver = models.CharField(max_length=8, choices=Driver.choices, default=Driver.RULES)
    lines = models.JSONField(default=list, help_text="[{who, text, why}]")
    state = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return f"Rehearsal of {self.business}"
