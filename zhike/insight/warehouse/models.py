from __future__ import annotations

from django.db import models


class Load(models.Model):
    """One received file and what became of it. The bytes lie in the file store under `file_hash` (landing)."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"
        #: What it would do is more than may be done unasked: a person accepts or discards it.
        WAITING = "waiting"
        DISCARDED = "discarded"
        #: It was loaded and taken back: what was there before is there again.
        UNDONE = "undone"
        #: It says that another one was taken back; see `undoes`.
        RESTORED = "restored"

    uid = models.UUIDField(unique=True)
    source = models.TextField()
    dataset = models.TextField()
    first_date = models.DateField(null=True)
    business_date = models.DateField(null=True)
    file = models.TextField()
    file_hash = models.TextField()
    definition = models.TextField(default="")
    state = models.TextField(choices=State.choices, default=State.RUNNING)
    rows_read = models.BigIntegerField(default=0)
    rows_loaded = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    rejected_hash = models.TextField(default="")
    findings = models.JSONField(default=list)
    #: What it would do or did, by kind and object: see `logic.effects`.
    effects = models.JSONField(default=list)
    #: Who answered for it, where it waited or was taken back.
    answered_by = models.TextField(default="")
    #: When what it does was done, in one order with the computing of days: see `logic.changes`.
    change = models.BigIntegerField(null=True)
    #: The load that this one took back, by putting there again what was there before it; or, while it waits, is to.
    undoes = models.UUIDField(null=True)
    error = models.JSONField(null=True)
    owner = models.TextField(db_default="")
    #: The run that does it; none, where a command loads by itself.
    run = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["dataset", "business_date"]),
            models.Index(fields=["-id"]),
            models.Index(fields=["change"], name="load_change"),
            models.Index(fields=["run"], name="load_running", condition=models.Q(state="running")),
        ]


class Publication(models.Model):
    """One published business date and the table versions its readers pin."""

    business_date = models.DateField()
    versions = models.JSONField()
    published_at = models.DateTimeField()


class StagedDay(models.Model):
    """A business date that was computed, and the last change that it took into account: see `logic.changes`."""

    business_date = models.DateField(unique=True)
    last_load = models.BigIntegerField()
    staged_at = models.DateTimeField()


class StepTime(models.Model):
    """When a step of a day's stage last ran, and for which run; without an end it is under way, or came to nothing."""

    business_date = models.DateField()
    step = models.TextField()
    run = models.UUIDField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business_date", "step"], name="step_time_once")]
