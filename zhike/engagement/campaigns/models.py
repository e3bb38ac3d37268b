from __future__ import annotations

from django.db import models


class Campaign(models.Model):
    """A planned contact with an audience, and what it is meant to bring about."""

    class State(models.TextChoices):
        DRAFT = "draft"
        CONFIRMING = "confirming"
        CONFIRMED = "confirmed"
        RUNNING = "running"
        PAUSED = "paused"
        STOPPED = "stopped"
        FINISHED = "finished"

    uid = models.UUIDField(unique=True)
    name = models.TextField()
    purpose = models.TextField(default="")
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    audience_uid = models.UUIDField()
    audience_name = models.TextField()
    template = models.TextField()
    product_id = models.BigIntegerField(null=True)
    product_level = models.TextField(default="")
    goal = models.TextField()
    goal_days = models.IntegerField()
    script = models.TextField(default="")
    due_days = models.IntegerField(default=3)
    result_set = models.TextField(default="follow_up")
    control_percent = models.IntegerField(default=10)
    snapshot_uid = models.UUIDField(null=True)
    business_date = models.DateField(null=True)
    content_digest = models.TextField(default="")
    owner = models.TextField()
    owner_name = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    launched_at = models.DateTimeField(null=True)
    reach_date = models.DateField(null=True)
    finished_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)


class Member(models.Model):
    """One chosen party of a campaign: in the control group or treated; `next_at` is when the gate is asked (again).

    One who could not be taken through it has failed, with the `error`.
    """

    class Group(models.TextChoices):
        TREATED = "treated"
        CONTROL = "control"

    class State(models.TextChoices):
        WAITING = "waiting"
        REFUSED = "refused"
        QUEUED = "queued"
        CONTROL = "control"
        STOPPED = "stopped"
        FAILED = "failed"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="members")
    party_id = models.BigIntegerField()
    group = models.TextField(choices=Group.choices)
    state = models.TextField(choices=State.choices)
    next_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")
    error_en = models.TextField(db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "party_id"], name="member_once")]
        indexes = [
            models.Index(fields=["campaign", "state", "next_at"], name="member_due"),
            models.Index(fields=["campaign", "party_id"], name="member_next", condition=models.Q(state="waiting")),
            models.Index(fields=["party_id"], name="member_party"),
        ]


class CampaignRun(models.Model):
    """The newest run of one kind for a campaign, and the newest result of that kind: what it was made of, and when.

    `people` are the inner ids that the result speaks of, where it does, as a bitmap.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="runs")
    kind = models.TextField()
    run = models.UUIDField()
    inputs = models.JSONField(null=True)
    result = models.JSONField(null=True)
    people = models.BinaryField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "kind"], name="campaign_run_once")]


class Verdict(models.Model):
    """What was found of a campaign once its end day was observed, never changed; a recalculation is another version.

    `last_file` is the last load with facts of the campaign's days that it counted; `files` are those that the version
    before had not counted.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="verdicts")
    version = models.IntegerField()
    run = models.UUIDField()
    made_at = models.DateTimeField()
    result = models.JSONField()
    last_file = models.BigIntegerField()
    files = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "version"], name="verdict_once")]


class KeptCounts(models.Model):
    """What the ledgers of a campaign that has ended said when they were counted: its people by state, and its work.

    They hold as long as what may still change has not (`logic.keeping`).
    """

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True)
    people = models.JSONField(null=True)
    work = models.JSONField(null=True)
