from __future__ import annotations

from django.db import models


class Feed(models.Model):
    """What a feed of master records was last made of; unchanged inputs are not fed again unless rows were left out."""

    key = models.TextField(unique=True)
    inputs = models.JSONField()
    fed_at = models.DateTimeField()
    rows = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
