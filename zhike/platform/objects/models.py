from __future__ import annotations

from django.db import models


class PhysicalObject(models.Model):
    """The table of an object type: named at birth, never renamed."""

    key = models.TextField(unique=True)
    table = models.TextField(unique=True)


class PhysicalField(models.Model):
    """The column of a field: named at birth, never renamed; `retired` when its definition was removed."""

    object = models.ForeignKey(PhysicalObject, models.CASCADE, related_name="fields")
    key = models.TextField()
    column = models.TextField()
    type = models.TextField()
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="physical_field_once")]


class Export(models.Model):
    """A list that somebody exports above the limit, with an approval: what was asked for, and the file."""

    uid = models.UUIDField(unique=True)
    object = models.TextField()
    asked_by = models.TextField(db_index=True)
    query = models.JSONField()
    run = models.UUIDField()
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)
    rows = models.IntegerField(default=0)
    file = models.TextField(default="")
    #: The posts, as role@unit, with which the file was made: without one of them its asker may see less today.
    posts = models.JSONField(default=list)
    #: Whether somebody was erased since: the file may hold them.
    outdated = models.BooleanField(default=False)


class SideTable(models.Model):
    """The wide rows beside an object: those that are read (`current`), and those prepared for the next publication."""

    object = models.TextField()
    table = models.TextField()
    business_date = models.DateField()
    columns = models.JSONField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "current"], name="one_side_table_of_a_kind")]


class TableChange(models.Model):
    """Which state a table of records is in: the numbers of its rows here, together; see `logic.table_changes`."""

    table = models.TextField(db_index=True)
    change = models.BigIntegerField()


class RetiredTable(models.Model):
    """A table that nobody reads any more once those are done who began before; `noticed_at` is when that was known."""

    table = models.TextField(unique=True)
    noticed_at = models.DateTimeField(null=True)


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
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, unit__isnull=False) | models.Q(user__isnull=False, unit=None),
                name="share_with_one",
            )
        ]
        indexes = [models.Index(fields=["object", "record_id"], name="share_of_record")]
