from __future__ import annotations

from django.db import models


class PhysicalObject(models.Model):
    """The table of an object type: named at birth, never renamed."""

    key = models.TextField(unique=True)
    table = models.TextField(unique=True)
    #: The version of the folds by which the search tokens and hashes of its records were made.
    folds = models.IntegerField(default=1)


class PhysicalField(models.Model):
    """The column of a field: named at birth, never renamed; `retired` when its definition was removed."""

    object = models.ForeignKey(PhysicalObject, models.CASCADE, related_name="fields")
    key = models.TextField()
    column = models.TextField()
    type = models.TextField()
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="physical_field_once")]


class SideTable(models.Model):
    """The wide rows beside an object: those that are read (`current`), and those prepared for the next publication."""

    object = models.TextField()
    table = models.TextField()
    business_date = models.DateField()
    columns = models.JSONField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "current"], name="one_side_table_of_a_kind")]


class ScopeKeys(models.Model):
    """The keys by which records beside a side table are in somebody's scope; see `logic.scope_keys`.

    `source` is the table whose rows have the key in `column`, and in `record` the id of the record that it is a key of;
    `figures` are the columns of the side table that lie beside the keys, too. Lists ask by keys that are `whole`.
    """

    side = models.ForeignKey(SideTable, models.CASCADE, related_name="keys")
    table = models.TextField(unique=True)
    source = models.TextField(db_index=True)
    column = models.TextField()
    record = models.TextField()
    figures = models.JSONField()
    whole = models.BooleanField(default=False)


class TableChange(models.Model):
    """Which state a table of records is in: the numbers of its rows here, together; see `logic.table_changes`."""

    table = models.TextField(db_index=True)
    change = models.BigIntegerField()


class RetiredTable(models.Model):
    """A table that nobody reads any more once those are done who began before; `noticed_at` is when that was known."""

    table = models.TextField(unique=True)
    noticed_at = models.DateTimeField(null=True)
