"""The two ways of a transaction, writing and reading; a condition of the ORM as SQL; the clock offset the database keeps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Q
from psycopg import IsolationLevel
from psycopg.abc import Buffer
from psycopg.errors import QueryCanceled, SerializationFailure
from psycopg.types.datetime import TimestamptzLoader

from zhike.kernel import clock, context, definitions, time_limits
from zhike.kernel.errors import Contended
from zhike.kernel.written import Written

T = TypeVar("T")
#: How often a reading block begins before its asker is told to come back.
_ATTEMPTS = 5
_turns: ContextVar[frozenset[str] | None] = ContextVar("zhike_turns_of_a_reading_block", default=None)
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("zhike_known_in_a_reading_block", default=None)


class _Instant(TimestamptzLoader):
    """An instant as the database writes it, read by the standard library: the driver's own way in Python takes six times as long."""

    timezone = UTC  # Django compares it with the connection's

    def load(self, data: Buffer) -> datetime:
        """Return the instant in UTC; what has no year of four digits is left to the driver."""
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)


def read_instants(connection: BaseDatabaseWrapper, **_sent: object) -> None:
    """Have a new connection read instants quickly. A receiver of the signal that there is one."""
    connection.connection.adapters.register_loader("timestamptz", _Instant)


@contextmanager
def writing() -> Iterator[None]:
    """Run the block as one transaction on one snapshot; its audit lines know the actor, request, reason and clock."""
    with transaction.atomic(), definitions.pinned():
        _tell_actor()
        yield


class BeginAgain(BaseException):
    """What a reading block has seen is too old for what it is about to do; `turn` is what it must wait for first.

    No fault: it passes all that handles faults, on its way to `read_as_one`.
    """

    def __init__(self, turn: str = "") -> None:
        super().__init__(turn)
        self.turn = turn


def read_as_one(read: Callable[[], T]) -> T:
    """Return what `read` returns, which reads one state of the database: rows, definitions, the served day of one instant.

    What it writes beside (who looked) is committed with it. Where that meets what others have written since, or a turn
    to wait for, `read` is called again on a newer state. Inside a transaction it is that transaction's state. Raises
    Contended after several attempts, and TooCostly for a statement that works longer than a question may.
    """
    if connection.in_atomic_block:
        with _remembering():
            return read()
    turns: frozenset[str] = frozenset()
    for _attempt in range(_ATTEMPTS):
        try:
            with _waited_for(turns), _one_state(turns), _remembering():
                return read()
        except BeginAgain as again:
            turns |= {again.turn} if again.turn else set()
    raise Contended()


def once(question: Hashable, read: Callable[[], T]) -> T:
    """Return what `read` returns, which a reading block asks once, however many parts of its answer ask for it.

    `question` names whatever the answer depends on beside the state that the block reads. Whoever gets the answer leaves
    it as it is. Outside of a reading block, where others and the caller itself may write, it is asked each time.
    """
    known = _known.get()
    if known is None:
        return read()
    if question not in known:
        known[question] = read()
    found: T = known[question]
    return found


@contextmanager
def _remembering() -> Iterator[None]:
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def _waited_for(turns: frozenset[str]) -> Iterator[None]:
    """Take turns before there is a state to read: one that was read while waiting would not hold what was waited for."""
    with connection.cursor() as cursor:
        for what in sorted(turns):  # in one order, so that nobody waits for who waits
            cursor.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [what])
    try:
        yield
    finally:
        if turns and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                for what in turns:
                    cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [what])


@contextmanager
def _one_state(turns: frozenset[str]) -> Iterator[None]:
    connection.ensure_connection()
    driver = connection.connection
    driver.isolation_level = IsolationLevel.REPEATABLE_READ  # sent with the statement that begins the transaction
    token = _turns.set(turns)
    try:
        with (
            transaction.atomic(),
            definitions.pinned(anew=True),
            time_limits.limited() as seconds,
            connection.execute_wrapper(_told),
        ):
            _limit_statements(seconds)
            yield
    finally:
        _turns.reset(token)
        if not driver.closed:
            driver.isolation_level = None


def _limit_statements(seconds: float) -> None:
    """Have the database stop each statement of the open transaction that takes longer.

    The same statement reads the version of the definitions: whoever reads asks for them next.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('statement_timeout', %s, true), (select max(version) from kernel_definitionversion)",
            [f"{max(1, round(seconds * 1000))}ms"],
        )
        definitions.pin(cursor.fetchone()[-1] or 0)


def _told(execute: Callable[..., T], *given: Any) -> T:
    """Run a statement of a reading block; what its state is too old for begins again, what was stopped says so."""
    try:
        return execute(*given)
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure):
            raise BeginAgain() from error
        if isinstance(error.__cause__, QueryCanceled):
            raise time_limits.passed() from error
        raise


def in_turn(what: str) -> None:
    """Wait until nobody else is at `what`, a name that those who meet there agree on; until the caller's transaction ends.

    For what is read before it is written, where there is no row to lock yet.
    """
    turns = _turns.get()
    if turns is not None:
        if what not in turns:
            raise BeginAgain(what)
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


@lru_cache(maxsize=2_000)
def condition(model: type[Model], q: Q) -> tuple[Written, tuple[Any, ...]]:
    """Return a condition on a model's own columns as SQL and its values, for a statement written by hand.

    The ORM takes longer to compile a statement of many columns or counts than the database to answer it. Whoever asks
    asks the same again soon, so what was compiled last is kept.
    """
    query = model._default_manager.filter(q).query
    try:
        sql, values = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return Written("false"), ()
    except FullResultSet:
        return Written("true"), ()
    return (Written(sql), tuple(values)) if sql else (Written("true"), ())


def _tell_actor() -> None:
    """Set, for the rest of the open transaction, what the audit trigger writes beside each change.

    The same statement reads the version of the definitions: whoever writes asks for them next.
    """
    now = context.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('zhike.actor', %s, true), set_config('zhike.request', %s, true),"
            " set_config('zhike.reason', %s, true), set_config('zhike.now', %s, true),"
            " (select max(version) from kernel_definitionversion)",
            [now.actor, now.request_id, now.reason, clock.now().isoformat()],
        )
        definitions.pin(cursor.fetchone()[-1] or 0)


def read_clock_offset() -> timedelta:
    """Return the offset of the installation's clock; none before the tables exist."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('kernel_clocksetting') is not null")
        if not cursor.fetchone()[0]:
            return timedelta()
        cursor.execute('select "offset" from kernel_clocksetting limit 1')
        row = cursor.fetchone()
    return row[0] if row else timedelta()


def set_clock_offset(offset: timedelta) -> None:
    """Move the installation's clock; every process follows within a second. For trial installations."""
    with writing(), connection.cursor() as cursor:
        cursor.execute("delete from kernel_clocksetting")
        cursor.execute('insert into kernel_clocksetting ("offset") values (%s)', [offset])  # type: ignore[list-item]
    clock.read_offset_with(read_clock_offset)
