"""Replaced files go once nobody can read them any more, and not before."""

from __future__ import annotations

import pytest

from tests.factories.lake import asked
from tests.integration.insight.conftest import run_stage
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import received
from zhike.insight.warehouse.logic import tables, vacuuming
from zhike.insight.warehouse.models import Publication

ASSET, CUSTOMER = "core.counter_daily_asset", "core.counter_customer"


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch, settings):
    monkeypatch.setattr(vacuuming, "GRACE_HOURS", 0)
    settings.WAREHOUSE_KEPT_PUBLICATIONS = 2


def on_disk(dataset: str) -> set[str]:
    return {str(path) for path in tables.folder(dataset).rglob("*.parquet")}


def size(dataset: str) -> int:
    return sum(path.stat().st_size for path in tables.folder(dataset).rglob("*.parquet"))


def read_by(dataset: str, *versions: int) -> set[str]:
    return {uri for version in versions for files in tables.parts_of(dataset, version).values() for uri in files}


def counted(dataset: str, publication=None) -> int:
    return asked("select count(*) from _rows", rows=dataset, pins=publication)[0][0]


def rerun(golden_files, golden_day) -> None:
    """The day's assets and the customers arrive again; then the stage runs."""
    for key in ("counter_daily_asset", "counter_customer"):
        assert received.load_file(key, golden_files / f"{key}_{golden_day:%Y%m%d}.csv", again=True).state == "done"
    run_stage(golden_day)


def test_files_of_a_pinned_publication_stay_and_go_when_it_is_forgotten(golden_day, golden_files):
    pinned = warehouse.published()
    rows = counted(ASSET, pinned)
    first = read_by(CUSTOMER, pinned.versions[CUSTOMER])

    rerun(golden_files, golden_day)

    assert (counted(ASSET, pinned), counted(ASSET), counted(CUSTOMER, pinned)) == (rows, rows, 12)
    assert first <= on_disk(CUSTOMER)

    rerun(golden_files, golden_day)

    assert [row.pk for row in Publication.objects.filter(pk=pinned.id)] == []
    assert not first & on_disk(CUSTOMER)
    kept = [row.versions for row in Publication.objects.all()]
    for dataset in tables.versions():
        pinned_versions = [versions[dataset] for versions in kept if dataset in versions]
        assert on_disk(dataset) == read_by(dataset, *pinned_versions, warehouse.table_version(dataset)), dataset


def test_days_of_a_compacted_month_go_and_the_bytes_shrink(golden_day, golden_files, tmp_path):
    path = golden_files / "counter_daily_asset_20260203.csv"
    received.load_file("counter_daily_asset", path, again=True)
    run_stage(golden_day)
    parts = {part: len(files) for part, files in tables.parts_of(ASSET).items()}
    assert parts["2026-02"] == 1 and "2026-02-03" not in parts
    before, rows = size(ASSET), counted(ASSET)
    rerun(golden_files, golden_day)
    rerun(golden_files, golden_day)

    assert size(ASSET) < before
    assert counted(ASSET) == rows
    assert not (tables.folder(ASSET) / "part=2026-02-03").exists()
    assert len(on_disk(ASSET)) == sum(parts.values()) + 1  # the day's file of the publication before the newest


def test_twice_is_harmless_moves_no_version_and_spares_what_no_commit_names(golden_day):
    versions = tables.versions()
    orphan = tables.folder(ASSET) / "part=2026-03-17" / "being-written.parquet"
    orphan.write_bytes(b"half")
    files = on_disk(ASSET)

    assert vacuuming.vacuum() == (0, 0)
    assert (on_disk(ASSET), tables.versions()) == (files, versions)
    orphan.unlink()


def test_files_replaced_a_moment_ago_have_their_grace(golden_day, golden_files, monkeypatch, settings):
    monkeypatch.setattr(vacuuming, "GRACE_HOURS", 1)
    settings.WAREHOUSE_KEPT_PUBLICATIONS = 1
    files = on_disk(CUSTOMER)

    rerun(golden_files, golden_day)

    assert files < on_disk(CUSTOMER)
