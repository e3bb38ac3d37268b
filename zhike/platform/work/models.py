from __future__ import annotations

from django.db import models


class WorkItem(models.Model):
    """One piece of work for one employee, whatever it came from. Unique per origin, step, party and occurrence."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        CANCELLED = "cancelled"

    uid = models.UUIDField(unique=True)
    origin_kind = models.TextField()
    origin_uid = models.UUIDField()
    origin_title = models.TextField()
    step = models.TextField(default="")
    occurrence = models.IntegerField(default=1)
    party_id = models.BigIntegerField(null=True)
    assignee = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    kind = models.TextField()
    subject = models.TextField()
    script = models.TextField(default="")
    result_set = models.TextField()
    due_at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    result = models.TextField(default="")
    note = models.TextField(default="")
    done_by = models.TextField(default="")
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    revision = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_uid", "step", "party_id", "occurrence"], name="work_once"
            )
        ]
        indexes = [
            models.Index(fields=["assignee", "state", "due_at"], name="work_assignee"),
            models.Index(fields=["party_id"], name="work_party"),
            models.Index(fields=["unit_id", "state", "due_at"], name="work_unit"),
        ]
