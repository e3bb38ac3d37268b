from __future__ import annotations

from django.db import models


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

    class Meta:
        db_table = "objects_export"


class Ending(models.Model):
    """The end that a load gave to a record: a later load that names the record again takes it back, if it still stands."""

    object = models.TextField()
    record = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "record"], name="exchange_ending_once")]


class ChosenHeads(models.Model):
    """What somebody chose for heads of a file that are called otherwise than is wanted: head → wanted column.

    `scope` says whose files they are, `of` which: those with the same heads, or one file by its content.
    """

    scope = models.TextField()
    of = models.TextField()
    columns = models.JSONField()
    chosen_by = models.TextField()
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "of"], name="chosen_heads_once")]
