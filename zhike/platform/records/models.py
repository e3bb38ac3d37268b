from __future__ import annotations

from django.db import models


class Share(models.Model):
    """One record that somebody lets a user or the people of a unit see, through the day `until`."""

    uid = models.UUIDField(unique=True)
    object = models.TextField()
    record_id = models.BigIntegerField()
    user = models.ForeignKey("organization.User", models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey("organization.Unit", models.CASCADE, null=True, related_name="+")
    until = models.DateField()
    by = models.ForeignKey("organization.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "objects_share"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, unit__isnull=False) | models.Q(user__isnull=False, unit=None),
                name="share_with_one",
            )
        ]
        indexes = [models.Index(fields=["object", "record_id"], name="share_of_record")]
