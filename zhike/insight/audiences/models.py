from __future__ import annotations

from django.db import models


class Audience(models.Model):
    """A stored condition over parties."""

    uid = models.UUIDField(unique=True)
    name = models.TextField()
    description = models.TextField(default="", blank=True)
    condition = models.JSONField()
    owner = models.TextField(default="", blank=True)
    owner_name = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    revision = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-updated_at"], condition=models.Q(deleted_at=None), name="audience_listed")]


class Snapshot(models.Model):
    """The members of an audience on a business date, frozen; it outlives changes of the audience and its deletion."""

    uid = models.UUIDField(unique=True)
    audience = models.ForeignKey(Audience, models.PROTECT, related_name="snapshots")
    business_date = models.DateField()
    condition = models.JSONField()
    count = models.BigIntegerField()
    members = models.BinaryField()
    taken_at = models.DateTimeField()
    taken_by = models.TextField()
