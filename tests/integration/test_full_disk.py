"""A full disk is a sentence, whoever meets it: /dev/full answers every write as a full disk does."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from zhike.cli import main
from zhike.insight.warehouse.errors import StageDiskFull
from zhike.insight.warehouse.logic import stages
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import clock, jobs
from zhike.kernel.full_disk import full_disk
from zhike.kernel.models import Run
from zhike.server import http

FULL = "/dev/full"
RAISED = "do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$"


def of_the_system():
    with open(FULL, "w") as file:
        file.write("x" * 10_000_000)


def of_postgres():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAISED)


def of_the_engine():
    duckdb.connect().execute(f"copy (select range from range(1000000)) to '{FULL}' (format csv)")


def wrapped():
    try:
        of_the_engine()
    except duckdb.Error as error:
        raise RuntimeError("the night failed") from error


MET = [of_the_system, of_postgres, of_the_engine, wrapped]


def error_of(meet):
    with pytest.raises(Exception) as caught:
        meet()
    return caught.value


@pytest.mark.django_db
@pytest.mark.parametrize("meet", MET)
def test_an_answer_says_so(meet):
    error = error_of(meet)
    handler = http.on_database_away if meet is of_postgres else http.on_fault
    answer = handler(RequestFactory().get("/"), error)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (507, "disk.full")
    assert "磁盘已满" in json.loads(answer.content)["message"]


@pytest.mark.django_db
@pytest.mark.parametrize("meet", MET)
def test_a_run_says_so(meet, monkeypatch):
    monkeypatch.setitem(jobs._handlers, "filling", (lambda _handle: meet(), "interactive"))
    with pytest.raises(type(error_of(meet))):
        jobs.run_now("filling", "filling")
    [run] = Run.objects.filter(kind="filling")
    assert (run.state, run.error["code"]) == ("failed", "disk.full")
    assert run.error["message_en"].startswith("The server's disk is full")


@pytest.mark.parametrize("meet", [of_the_system, of_the_engine, wrapped])
def test_a_command_says_so(meet, monkeypatch, capsys):
    monkeypatch.setattr(main, "_run", lambda _options, _output: meet())
    assert main.main(["--lang", "zh", "doctor"]) == 1
    assert "磁盘已满" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_stage_says_that_nothing_was_published(monkeypatch):
    def run(_day, _handle):
        try:
            of_the_engine()
        except duckdb.Error as error:
            raise RuntimeError("a step failed") from error

    monkeypatch.setattr(stages, "run", run)
    monkeypatch.setattr(stages, "publication", lambda: PublicationInfo(1, date(2026, 3, 16), {}, clock.now()))
    with pytest.raises(StageDiskFull):
        jobs.run_now("stage", "stage", {"business_date": "2026-03-17"})
    error = Run.objects.get(kind="stage").error
    assert error["code"] == "stage.disk_full"
    assert "2026-03-17 的跑批没有完成，也没有发布：各页面仍显示 2026-03-16 日终" in error["message"]
    assert "未保存" not in error["message"] + full_disk(error_of(of_the_system)).message()


def test_words_about_full_disks_are_none():
    assert full_disk(ValueError("No space left on device")) is None
    assert full_disk(FileNotFoundError(2, "no such file")) is None
