"""What audiences stored before they named units by code means the same afterwards."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from tests.integration.audiences.day import ask
from zhike.insight.audiences import api
from zhike.insight.audiences.models import Audience, Snapshot
from zhike.platform.organization import api as organization

by_code = import_module("zhike.insight.audiences.migrations.0003_units_by_code").by_code


def test_ids_that_were_written_as_text_become_codes(parties, firm):
    first, second = (str(organization.unit_by_code(code).id) for code in ("B1", "B2"))
    made = api.create(name="两家", condition=ask("risk_level", "=", "C5"), principal=firm.operator)
    api.take_snapshot(made.uid, principal=firm.operator)
    before = {"and": [ask("branch", "in", first, second), {"not": {"or": [ask("branch", "=", second), ask("branch", "!=", "99999")]}},
                      ask("trades_30d", "=", int(first), kind="integer"), ask("risk_level", "=", first)]}  # fmt: skip
    after = {"and": [ask("branch", "in", "B1", "B2"), {"not": {"or": [ask("branch", "=", "B2"), ask("branch", "!=", "99999")]}},
                     *before["and"][2:]]}  # fmt: skip
    for model in (Audience, Snapshot):
        model.objects.update(condition=before)

    by_code(apps, None)
    by_code(apps, None)

    assert [row.condition for model in (Audience, Snapshot) for row in model.objects.all()] == [after, after]
