from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One line of the journal: who changed or looked at what, when, in which request and why. Append-only."""

    at = models.DateTimeField()
    actor = models.TextField()
    request_id = models.TextField(default="")
    reason = models.TextField(default="")
    operation = models.TextField()
    subject = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "-at"], name="audit_subject"),
            models.Index(
                fields=["actor", "-at"],
                condition=models.Q(operation__in=["unmask", "find_by_number"]),
                name="audit_in_series",
            ),
        ]
