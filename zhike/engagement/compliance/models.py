from __future__ import annotations

from django.db import models


class Decision(models.Model):
    """What the send gate decided about one party, step and channel of one origin: written once, kept 20 years.

    One that is `leaving` refused what an earlier one had allowed, when it was about to leave.
    """

    uid = models.UUIDField(unique=True)
    origin_kind = models.TextField()
    origin_uid = models.UUIDField()
    step = models.TextField()
    party_id = models.BigIntegerField()
    occurrence = models.IntegerField(default=1)
    channel = models.TextField()
    allowed = models.BooleanField()
    leaving = models.BooleanField(default=False, db_default=False)
    reasons = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_uid", "step", "party_id", "occurrence", "channel"], name="decision_once"
            )
        ]
        indexes = [
            models.Index(fields=["party_id", "-decided_at"], name="decision_party"),
            models.Index(fields=["origin_uid", "channel"], name="decision_refused", condition=models.Q(allowed=False)),
        ]


class CapReservation(models.Model):
    """One place of a frequency cap, taken in the transaction of the decision that uses it."""

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="+")
    party_id = models.BigIntegerField()
    channel = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party_id", "channel", "at"], name="cap_party")]
