from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class WorkItem(models.Model):
    """One piece of work about one record, or none, whatever it came from. Unique per origin, step, record and occurrence.

    `candidates` are those who may take it, as `Candidate.held_as` writes them; `assignee` is whoever has it, "" for
    nobody yet. `act` is what is done with it when it ends well, `outcome` what that answered. `urgent_at` is `due_at`, or
    the end of time without one: what lists are sorted by. `paused_*` are of the pause that lasts, or the last one.
    `proposed` are values that fields of the record should have, ciphered: they may be what its page masks.
    `*_en` is what a room composed, in English; "" where the one text is for every reader: the words of a person.
    """

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        CANCELLED = "cancelled"

    uid = models.UUIDField(unique=True)
    kind = models.TextField()
    origin_kind = models.TextField()
    origin_uid = models.UUIDField()
    origin_title = models.TextField()
    origin_title_en = models.TextField(db_default="")
    step = models.TextField(default="")
    occurrence = models.IntegerField(default=1)
    object = models.TextField(db_default="")
    record_id = models.BigIntegerField(null=True)
    assignee = models.TextField(default="")
    candidates = ArrayField(models.TextField(), db_default=[])
    delegated_by = models.TextField(db_default="")
    asked_by = models.TextField(db_default="")
    unit_id = models.BigIntegerField(null=True)
    subject = models.TextField()
    subject_en = models.TextField(db_default="")
    script = models.TextField(default="")
    script_en = models.TextField(db_default="")
    result_set = models.TextField()
    act = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    urgent_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    paused_by = models.TextField(db_default="")
    paused_why = models.TextField(db_default="")
    state = models.TextField(choices=State.choices, default=State.OPEN)
    result = models.TextField(default="")
    note = models.TextField(default="")
    form = models.JSONField(db_default={})
    proposed = models.TextField(db_default="")
    outcome = models.JSONField(db_default={})
    done_by = models.TextField(default="")
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    revision = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_uid", "step", "object", "record_id", "occurrence"],
                name="work_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["assignee", "state", "urgent_at", "id"], name="work_assignee"),
            models.Index(fields=["object", "record_id"], name="work_record"),
            models.Index(fields=["unit_id", "state", "urgent_at", "id"], name="work_unit"),
            models.Index(
                fields=["asked_by", "state", "urgent_at"], name="work_asked", condition=~models.Q(asked_by="")
            ),
            models.Index(
                fields=["delegated_by", "state", "urgent_at"],
                name="work_delegated",
                condition=~models.Q(delegated_by=""),
            ),
            models.Index(fields=["origin_uid", "state", "result"], name="work_origin"),
            GinIndex(fields=["candidates"], name="work_candidates", condition=models.Q(state="open", assignee="")),
        ]


class Comment(models.Model):
    """What somebody said about a piece of work."""

    uid = models.UUIDField(unique=True)
    item = models.ForeignKey(WorkItem, models.CASCADE, related_name="comments")
    by = models.TextField()
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["item", "id"], name="work_comment_item")]
