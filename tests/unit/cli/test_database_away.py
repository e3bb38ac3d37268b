"""A command whose database goes away says so and ends with 1; what the database refuses is no such thing."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError

from tests.environment import SERVER
from zhike.cli import main


def nobody_there():
    psycopg.connect("postgresql://zhike@/zhike?host=/tmp/zhike-nobody-there")


def ended():
    with psycopg.connect(SERVER.url) as connection:
        connection.execute("select pg_terminate_backend(pg_backend_pid())")


def killed():
    raise OperationalError("no such socket /tmp/zhike-0") from psycopg.OperationalError("no such socket /tmp/zhike-0")


def refused():
    with psycopg.connect(SERVER.url) as connection, connection.transaction():
        connection.execute("set local statement_timeout = 1")
        connection.execute("select pg_sleep(10)")


def command(monkeypatch, doing):
    monkeypatch.setattr(main, "_run", lambda _options, _output: doing())
    return main.main(["openapi"])


@pytest.mark.parametrize("doing", [nobody_there, ended, killed])
def test_a_command_whose_database_goes_away_says_so_in_one_line(monkeypatch, capsys, doing):
    code = command(monkeypatch, doing)

    shown = capsys.readouterr()
    assert (code, shown.out, shown.err) == (1, "", "database.away: 数据库暂不可用，请稍后重试\n")


def test_a_statement_that_the_database_stops_is_told_as_it_is(monkeypatch):
    with pytest.raises(psycopg.errors.QueryCanceled):
        command(monkeypatch, refused)
