"""Messages a second through gate, outbox and dispatcher, against bare inserts and updates of the same rows.

The sink that answers at once is a mail server inside the process: it takes every message and does nothing with it, so
that nothing but the product and the database is measured. By hand the same rows are written in the same transactions:
decisions, places of the cap and messages 500 at a time, claims 50 at a time, and for each message the mark that it is
about to leave, then that it left, with its event. What was written is removed at the end: the seed stays as it is.
"""

from __future__ import annotations

import json
import random
import smtplib
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from benchmarks import installation
from benchmarks.measure import CUSTOMERS, Result

MESSAGES = {"small": 1_000, "seed": 4_000}
ROUNDS = 5
AT_LEAST = 0.3
#: As campaigns take people through the gate, and as the pump sends.
_GATE, _CLAIM = 500, 50
_TEMPLATE = "idle_cash_care"
_SETTINGS = {"host": "sink", "port": 25, "sender": "service@zhike.example"}
_ORIGIN = "bench"
_DELIVERY, _CAP, _DECISION = "channels_delivery", "compliance_capreservation", "compliance_decision"


class _Sink:
    """A mail server that answers yes at once."""

    def __init__(self, *_where: object, **_how: object) -> None: ...

    def ehlo_or_helo_if_needed(self) -> None:
        """Be greeted."""

    def mail(self, _address: str) -> tuple[int, bytes]:
        """Take a sender or a recipient."""
        return 250, b"ok"

    rcpt = mail

    def docmd(self, _command: str) -> tuple[int, bytes]:
        """Let a message begin."""
        return 354, b"go on"

    def send(self, message: bytes) -> None:
        """Take a message."""
        assert message.endswith(b"\r\n.\r\n")

    def getreply(self) -> tuple[int, bytes]:
        """Say that it is taken."""
        return 250, b"ok"

    def close(self) -> None:
        """Nothing is open."""


def run(scale: str) -> Result:
    """Measure messages a second among the customers of the scale."""
    with installation.customers("dispatch", scale):
        if scale == "small":
            _make_reachable(CUSTOMERS[scale])
        return measure(scale, MESSAGES[scale])


def measure(scale: str, count: int, rounds: int = ROUNDS) -> Result:
    """Ask the gate about `count` customers a round, others each time, by the product and by hand in turn."""
    from zhike.kernel import clock
    from zhike.kernel.trading_days import trading_calendar

    parties = _parties(count * (rounds + 1))
    times: tuple[list[float], list[float]] = ([], [])
    cpu: list[float] = []
    allowed = 0
    with _sink(), _removed_afterwards(), clock.travel(clock.at(trading_calendar().add(installation.DAY, 1), 10)):
        for number in range(rounds + 1):
            origin, chosen = uuid.uuid4(), parties[number * count : (number + 1) * count]
            started = time.process_time()
            product = _timed(lambda: _send(origin, chosen))  # noqa: B023
            used = time.process_time() - started
            by_hand = _prepared(origin)
            sent = len(by_hand["messages"])
            base = _timed(lambda: _write(by_hand))  # noqa: B023
            assert _states(origin) == {"sent": sent}, _states(origin)
            assert _states(by_hand["origin"]) == {"sent": sent}
            if number:
                times[0].append(sent / product)
                times[1].append(sent / base)
                cpu.append(used * 1000 / sent)
                allowed += sent
    value, base = (statistics.median(found) for found in times)
    detail = {
        "asked": count * rounds,
        "sent": allowed,
        "product_cpu_ms": round(statistics.median(cpu), 2),
    }
    bar, passed = f">= {AT_LEAST} x bare rows", value >= AT_LEAST * base
    return Result("dispatch", scale, value, base, bar, passed, unit="messages/s", detail=detail)


def _timed(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


@contextmanager
def _sink() -> Iterator[None]:
    server = smtplib.SMTP
    smtplib.SMTP = _Sink  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        smtplib.SMTP = server  # type: ignore[misc]


@contextmanager
def _removed_afterwards() -> Iterator[None]:
    try:
        yield
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"delete from kernel_event where subject = 'delivery' and subject_id in"
                f" (select id from {_DELIVERY} where origin_kind = %s)",
                [_ORIGIN],
            )
            cursor.execute(f"delete from {_DELIVERY} where origin_kind = %s", [_ORIGIN])
            cursor.execute(
                f"delete from {_CAP} where decision_id in (select id from {_DECISION} where origin_kind = %s)",
                [_ORIGIN],
            )
            cursor.execute(f"delete from {_DECISION} where origin_kind = %s", [_ORIGIN])
        with connection.cursor() as cursor:
            for table in (_DELIVERY, _CAP, _DECISION, "kernel_event"):
                cursor.execute(f"vacuum {table}")


def _parties(count: int) -> list[int]:
    """Return customers drawn from all by the fixed seed."""
    from zhike.platform.objects import catalogue

    with connection.cursor() as cursor:
        cursor.execute(f"select id from {catalogue.describe('party').table} where deleted_at is null order by id")
        ids = [row[0] for row in cursor]
    return random.Random(installation.SEED).sample(ids, count)


def _send(origin: uuid.UUID, parties: Sequence[int]) -> None:
    """Take the parties through gate and outbox as a campaign does, then send until nothing waits, as the pump does."""
    from zhike.engagement.channels import api as channels
    from zhike.engagement.compliance import api as compliance
    from zhike.engagement.compliance.types import Touch
    from zhike.kernel import database

    found = channels.template(_TEMPLATE)
    touch = Touch(
        _ORIGIN,
        origin,
        "first",
        found.channel,
        "marketing",
        found.risk_level or "",
        content_digest=found.digest,
        current_digest=found.digest,
    )
    for first in range(0, len(parties), _GATE):
        batch = sorted(parties[first : first + _GATE])
        with database.writing():
            missing = {i: m.missing for i, m in channels.messages(found.key, batch).items() if m.missing}
            verdicts = compliance.decide(touch, batch, missing=missing)
            allowed = [(v.decision_id, v.party_id) for v in verdicts if v.allowed and v.decision_id is not None]
            channels.enqueue(allowed, origin_kind=_ORIGIN, origin_uid=origin, channel=found.channel, template=found.key)
    while channels.dispatch(_SETTINGS, limit=_CLAIM).sent:
        pass


def _states(origin: uuid.UUID) -> dict[str, int]:
    from zhike.engagement.channels import api as channels

    return channels.counts(origin)


def _prepared(origin: uuid.UUID) -> dict[str, Any]:
    """Return the rows that the product wrote for an origin, as another origin writes them again."""
    other = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select step, party_id, occurrence, channel, allowed, reasons::text, evidence::text, decided_at from {_DECISION}"
            " where origin_uid = %s order by id",
            [origin],
        )
        decisions = [(uuid.uuid4(), _ORIGIN, other, *row) for row in cursor]
        cursor.execute(
            f"select party_id, channel, template, not_before, created_at from {_DELIVERY} where origin_uid = %s order by id",
            [origin],
        )
        messages = {row[0]: (uuid.uuid4(), _ORIGIN, other, *row) for row in cursor}
    return {"origin": other, "decisions": decisions, "messages": messages}


def _write(rows: dict[str, Any]) -> None:
    """Write the rows as somebody does who knows them: one statement a table and transaction, one a message's state."""
    decisions, messages = rows["decisions"], rows["messages"]
    for first in range(0, len(decisions), _GATE):
        batch = decisions[first : first + _GATE]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSERT_DECISIONS, [list(column) for column in zip(*batch, strict=True)])
            ids = {party_id: pk for pk, party_id, allowed in cursor.fetchall() if allowed}
            cursor.execute(
                f"insert into {_CAP} (decision_id, party_id, channel, at) select d, p, %s, now()"
                " from unnest(%s::bigint[], %s::bigint[]) t(d, p)",
                [batch[0][6], list(ids.values()), list(ids)],
            )
            fresh = [(ids[party_id], *messages[party_id]) for party_id in ids]
            cursor.execute(_INSERT_MESSAGES, [list(column) for column in zip(*fresh, strict=True)])
    while claimed := _claimed():
        for pk, party_id in claimed:
            with connection.cursor() as cursor:
                cursor.execute(f"update {_DELIVERY} set state = 'sending', lease_until = now() where id = %s", [pk])
                payload = json.dumps({"origin": str(rows["origin"]), "party": party_id})
                cursor.execute(_SENT, [pk, uuid.uuid4(), payload])


_INSERT_DECISIONS = (
    f"insert into {_DECISION} (uid, origin_kind, origin_uid, step, party_id, occurrence, channel, allowed, reasons,"
    " evidence, decided_at) select * from unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::bigint[],"
    " %s::integer[], %s::text[], %s::boolean[], %s::jsonb[], %s::jsonb[], %s::timestamptz[])"
    " returning id, party_id, allowed"
)
_INSERT_MESSAGES = (
    f"insert into {_DELIVERY} (decision_id, uid, origin_kind, origin_uid, party_id, channel, template, not_before,"
    " created_at, state, held, attempts, token, error)"
    " select *, 'waiting', false, 0, 0, '' from unnest(%s::bigint[], %s::uuid[], %s::text[], %s::uuid[], %s::bigint[],"
    " %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])"
)
_SENT = (
    f"with left_us as (update {_DELIVERY} set state = 'sent', error = '', sent_at = now(), lease_until = null"
    " where id = %s returning id) insert into kernel_event (uid, name, subject, subject_id, at, actor, payload)"
    " select %s, 'delivery.sent', 'delivery', id, now(), 'system', %s::jsonb from left_us"
)


def _claimed() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {_DELIVERY} set state = 'claimed', lease_until = now(), token = token + 1, attempts = attempts + 1"
            f" where id in (select id from {_DELIVERY} where state = 'waiting' and not held order by not_before, id"
            " limit %s for update skip locked) returning id, party_id",
            [_CLAIM],
        )
        return cursor.fetchall()


def _make_reachable(customers: int) -> None:
    """Give every customer of a firm without a sample broker an address and their consent."""
    from zhike.platform.exchange import api as exchange
    from zhike.platform.exchange.types import LoadColumn

    ids = range(1, customers + 1)
    exchange.load(
        "party",
        columns=[LoadColumn("email"), LoadColumn("risk_level")],
        rows=((n, f"bench:{n}", f"c{n}@example.com", f"C{1 + n % 5}") for n in ids),
        by_id=True,
    )
    said = [LoadColumn("party", by="id"), *map(LoadColumn, ("purpose", "channel", "state", "valid_from", "evidence"))]
    rows = ((None, f"e{n}", n, "marketing", "email", "granted", "2024-01-02", f"开户协议签署 {n}") for n in ids)
    loaded = exchange.load("consent", columns=said, rows=rows)
    assert not loaded.rejected, loaded
