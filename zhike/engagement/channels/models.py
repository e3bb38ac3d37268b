from __future__ import annotations

from django.db import models


class Delivery(models.Model):
    """One message on its way to one party, for one decision of the gate.

    waiting → claimed (leased by a dispatcher) → sending (committed before DATA leaves) → sent | failed | unknown.
    A claimed one that the gate, asked again, does not let go is refused. A lease that runs out while claimed gives the row back; one that runs out while sending makes it unknown.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"
        STOPPED = "stopped"
        REFUSED = "refused"

    uid = models.UUIDField(unique=True)
    decision_id = models.BigIntegerField(unique=True)
    origin_kind = models.TextField()
    origin_uid = models.UUIDField()
    party_id = models.BigIntegerField()
    channel = models.TextField()
    template = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    held = models.BooleanField(default=False)
    #: The origin was stopped while the message was leaving: should the server not take it, it is not tried again.
    recalled = models.BooleanField(default=False, db_default=False)
    not_before = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    #: Since when the server has answered that it does not take the message now; none: it has not, or not since a hold.
    tried_since = models.DateTimeField(null=True)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(default="")
    error_en = models.TextField(default="", db_default="")
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before", "id"], name="delivery_due", condition=models.Q(state="waiting", held=False)
            ),
            models.Index(fields=["origin_uid", "state"], name="delivery_origin"),
            models.Index(fields=["party_id"], name="delivery_party"),
        ]


class ChannelAway(models.Model):
    """A channel whose server is away, from the first fault until it answers; a channel without a row works."""

    channel = models.TextField(primary_key=True)
    since = models.DateTimeField()
    retry_at = models.DateTimeField()
    attempts = models.IntegerField()
    error = models.TextField()
    error_en = models.TextField(db_default="")
