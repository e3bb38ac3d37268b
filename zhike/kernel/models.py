from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class ClockSetting(models.Model):
    """How far this installation's clock is ahead of the machine's; one row."""

    offset = models.DurationField()


class StoredDefinition(models.Model):
    """One definition in one layer: what a pack brought ("pack"), or the installation's own ("own"), which goes before."""

    kind = models.TextField()
    key = models.TextField()
    layer = models.TextField()
    uuid = models.UUIDField()
    pack = models.TextField()
    body = models.JSONField()
    digest = models.TextField()
    revision = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "layer"], name="stored_definition_kind_key_layer"),
            models.UniqueConstraint(fields=["uuid", "layer"], name="stored_definition_uuid_layer"),
        ]


class DefinitionChange(models.Model):
    """One change of definitions, as a whole: who, when, why."""

    uid = models.UUIDField(unique=True)
    at = models.DateTimeField()
    actor = models.TextField()
    reason = models.TextField()


class DefinitionRevision(models.Model):
    """What one change made of one definition; without `after` it went."""

    change = models.ForeignKey(DefinitionChange, on_delete=models.PROTECT, related_name="revisions")
    kind = models.TextField()
    key = models.TextField()
    layer = models.TextField()
    pack = models.TextField()
    pack_before = models.TextField()
    revision = models.IntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "key"], name="revision_kind_key")]


class DefinitionVersion(models.Model):
    """The number of the last change to the definitions; one row, read in each request's transaction."""

    version = models.BigIntegerField()


class Run(models.Model):
    """One execution of a job: its state, progress, error and log. Jobs and commands both write it.

    An empty English title or step: the other is for all readers.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"
        INTERRUPTED = "interrupted"

    uid = models.UUIDField(unique=True)
    kind = models.TextField(db_index=True)
    title = models.TextField()
    title_en = models.TextField(db_default="")
    params = models.JSONField(default=dict)
    actor = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    step = models.TextField(default="")
    step_en = models.TextField(db_default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    log = models.JSONField(default=list)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)


class Event(models.Model):
    """A fact that happened, written in the transaction that made it true (the outbox).

    `position` is its place in the order in which subscribers hear of it; it is given after that transaction committed.
    """

    position = models.BigIntegerField(null=True)
    uid = models.UUIDField(unique=True)
    name = models.TextField()
    subject = models.TextField()
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    payload = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["position"], name="event_position")]
        indexes = [
            models.Index(fields=["id"], name="event_fresh", condition=models.Q(position__isnull=True)),
            BrinIndex(fields=["at"], name="event_at"),
        ]


class Subscription(models.Model):
    """How far a subscriber of events has come."""

    key = models.TextField(primary_key=True)
    position = models.BigIntegerField()


class HeldEvent(models.Model):
    """An event that a subscriber failed at, or that waits behind such a one of the same record; `dead` after all tries.

    One that waits is due when it is the first of its record.
    """

    subscriber = models.TextField()
    position = models.BigIntegerField()
    name = models.TextField()
    subject = models.TextField()
    subject_id = models.BigIntegerField()
    attempts = models.IntegerField()
    error = models.TextField()
    due_at = models.DateTimeField(null=True)
    dead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "position"], name="held_event_once")]
        indexes = [
            models.Index(fields=["subscriber", "subject", "subject_id", "position"], name="held_event_record"),
            models.Index(fields=["subscriber", "due_at"], condition=models.Q(dead=False), name="held_event_due"),
        ]


class TimerRow(models.Model):
    """What is due at an instant; a paused one has the time that is `left` instead; `dead` after all tries."""

    kind = models.TextField()
    key = models.TextField()
    due_at = models.DateTimeField(null=True)
    left = models.DurationField(null=True)
    #: When a paused one was due: it is not due before that once it goes on.
    not_before = models.DateTimeField(null=True)
    counting = models.TextField()
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="")
    dead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="timer_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="timer_due", condition=models.Q(dead=False))]


class DoneAction(models.Model):
    """An action that was asked for with an idempotency key, and what it answered."""

    action = models.TextField()
    once = models.TextField()
    actor = models.TextField()
    at = models.DateTimeField()
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "once"], name="action_once")]


class WorkerRow(models.Model):
    """A process that does background work: it says now and then that it lives, and which pumps rest until when."""

    name = models.TextField(primary_key=True)
    queues = models.JSONField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    resting = models.JSONField(default=dict)


class Sample(models.Model):
    """How many waited for a queue or pump in a minute, and how many left it since the one before.

    `passed` is how many ever left it, where the place in an order says so.
    """

    key = models.TextField()
    at = models.DateTimeField()
    waiting = models.BigIntegerField()
    left = models.BigIntegerField(null=True)
    passed = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["at", "key"], name="sample_once")]


class ScheduleRow(models.Model):
    """When a schedule is due next, by which rule that was found, and the last run that it began."""

    key = models.TextField(primary_key=True)
    rule = models.TextField()
    due_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    last_run = models.UUIDField(null=True)
    error = models.TextField(default="")
