"""What audiences read of a day: a file made before the day is shown, that nothing else can be reached from."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import duckdb
import pytest
from django.conf import settings

from tests.integration.audiences import day
from tests.integration.audiences.day import money
from zhike.expressions import trees
from zhike.insight.audiences import api as audiences
from zhike.insight.serving.logic import published, served_files
from zhike.insight.warehouse.logic import stages

RICH = money("total_asset", ">=", "300000")


@pytest.fixture(autouse=True)
def alone():
    """Files of other tests of the day are gone."""
    shutil.rmtree(Path(settings.HOME) / "served", ignore_errors=True)


def files():
    return sorted(path.name for path in (Path(settings.HOME) / "served").iterdir())


def wide():
    return published.published()


def test_the_file_of_a_day_is_there_before_the_day_is_shown(alone, parties, firm, monkeypatch):
    """No screen waits for it: what the stage made is what is opened."""
    (made,) = files()
    assert made.startswith(f"party_wide-{day.DAY}-") and made.endswith(".duckdb")
    monkeypatch.setattr(served_files.os, "replace", lambda *_made: pytest.fail("made while somebody waits"))
    assert audiences.preview(RICH, principal=firm.operator).count > 0


def test_a_missing_file_is_made_again(alone, parties, firm):
    before = audiences.preview(RICH, principal=firm.operator).count
    for name in files():
        (Path(settings.HOME) / "served" / name).unlink()
    published._current = None
    assert audiences.preview(RICH, principal=firm.operator).count == before
    assert len(files()) == 1


def test_who_reads_a_day_goes_on_reading_it_when_the_next_one_is_shown(alone, parties, firm):
    old = wide()
    with old.session() as session:
        rows = session.stream(trees.sql("select party_id from wide order by party_id"))
        first = next(rows)
        old_file = files()[0]
        os.utime(Path(settings.HOME) / "served" / old_file, (time.time() - 90_000,) * 2)
        day.publish(parties)
        assert wide() is not old and wide().publication > old.publication
        assert len([first, *rows]) == len(parties)
    day.publish(parties)
    assert old_file not in files(), "an old file goes with a later day"


def test_a_publication_with_the_same_rows_reads_the_same_file(alone, parties, firm):
    """A day computed again before the one that is shown leaves its rows as they are, and who reads them undisturbed."""
    old = wide()
    with old.session() as session:
        stages.publish(day.DAY)
        assert wide().publication > old.publication and len(files()) == 1
        assert session.row(trees.sql("select count(*) from wide")) == (len(parties),)
        with wide().session() as another:
            assert another.row(trees.sql("select current_setting('timezone')")) == ("UTC",)
            with pytest.raises(duckdb.Error):
                another.rows(trees.sql("select * from read_text('/etc/hostname')"))


@pytest.mark.parametrize(
    "text",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_parquet('/tmp/*.parquet')",
        "attach '/tmp/other.duckdb' as other",
        "copy wide to '/tmp/wide.csv'",
        "set memory_limit = '60GB'",
        "set enable_external_access = true",
        "create table mine as select 1",
        "delete from wide",
        "install httpfs",
    ],
)
def test_nothing_else_is_reached_or_changed_from_the_file(alone, parties, text):
    with wide().session() as session, pytest.raises(duckdb.Error):
        session._connection.execute(text)
