"""Breaks of events, timers and changes of definitions."""

from __future__ import annotations

from mutants.types import Break

_EVENTS = "zhike/kernel/event_delivery.py"
_TIMERS = "zhike/kernel/timers.py"
_CHANGES = "zhike/kernel/definition_changes.py"

_JOBS = "zhike/kernel/jobs.py"
_SCHEDULES = "zhike/kernel/schedules.py"
_HOUSEKEEPING = "zhike/kernel/housekeeping.py"
_LETTERS = "zhike/kernel/dead_letters.py"

_OF_EVENTS = ("tests/integration/test_event_delivery.py",)
_OF_LOST = ("tests/integration/test_lost_runs.py",)
_OF_TIMERS = ("tests/integration/test_timers.py",)
_OF_CHANGES_AT_ONCE = ("tests/integration/definitions/test_changes_at_once.py",)

BREAKS = (
    Break(
        "schedules: once",
        "workers that look at once begin one run",
        _SCHEDULES,
        "ScheduleRow.objects.select_for_update(skip_locked=True)",
        "ScheduleRow.objects",
        ("tests/integration/test_schedules.py",),
    ),
    Break(
        "schedules: interrupted",
        "a schedule waits for its interrupted run as long as that is taken up again",
        _JOBS,
        "return bool(_queued([run.uid]))",
        "return False",
        _OF_LOST,
    ),
    Break(
        "schedules: unknown kind",
        "a schedule of a kind that nobody does keeps no other from beginning",
        _SCHEDULES,
        "schedule in _schedules.items() if not _unknown(schedule)]",
        "schedule in _schedules.items()]",
        _OF_LOST,
    ),
    Break(
        "jobs: lost once",
        "a run that lost its entry twice ends",
        _JOBS,
        "if run.attempts or run.kind not in _handlers:",
        "if run.kind not in _handlers:",
        _OF_LOST,
    ),
    Break(
        "housekeeping: last event",
        "the event that the next position is found from stays",
        _HOUSEKEEPING,
        '" (select max(position) from kernel_event))',
        '" (select max(position) + 1 from kernel_event))',
        ("tests/integration/test_housekeeping.py",),
    ),
    Break(
        "housekeeping: fresh rows",
        "rows that are not old are not looked at",
        _HOUSEKEEPING,
        "if end is None or oldest >= before:",
        "if end is None:",
        ("tests/integration/test_housekeeping.py",),
    ),
    Break(
        "housekeeping: places of caps",
        "a place stays as long as a cap may count it",
        "zhike/engagement/compliance/logic/clearing.py",
        "max([settings.KEPT_CONTACT_DAYS, *counted])",
        "settings.KEPT_CONTACT_DAYS",
        ("tests/integration/engagement/test_clearing_places.py",),
    ),
    Break(
        "dead letters: as seen",
        "what came after the operator looked is not given up",
        _LETTERS,
        "error=chosen.reason, position__lte=chosen.up_to)",
        "error=chosen.reason)",
        ("tests/integration/test_operations.py",),
    ),
    Break(
        "events: passed by",
        "who wants one of the next events is not moved past it",
        _EVENTS,
        "if position < end} - wanting",
        "if position < end}",
        _OF_EVENTS,
    ),
    Break(
        "events: held record",
        "what comes later about a record that failed waits behind it",
        _EVENTS,
        "        elif record in held:\n            _hold(subscriber, event, None)\n",
        "",
        _OF_EVENTS,
    ),
    Break(
        "events: order of what is held",
        "held events of a record are tried in order",
        _EVENTS,
        "(select min(o.position)",
        "(select max(o.position)",
        _OF_EVENTS,
    ),
    Break(
        "events: numbered after commit",
        "one process numbers at a time",
        _EVENTS,
        '"select pg_try_advisory_xact_lock(%s)"',
        '"select %s::bigint > 0"',
        _OF_EVENTS,
    ),
    Break(
        "events: dead letter",
        "a record that fails for ever ends as a dead letter",
        _EVENTS,
        "row.dead = row.attempts >= TRIES",
        "row.dead = False",
        _OF_EVENTS,
    ),
    Break(
        "events: place before numbers",
        "nothing is numbered past a new subscriber",
        _EVENTS,
        '    _begin()\n    with transaction.atomic(), connection.cursor() as cursor:\n        cursor.execute("select pg_try',
        '    with transaction.atomic(), connection.cursor() as cursor:\n        cursor.execute("select pg_try',
        _OF_EVENTS,
    ),
    Break(
        "events: one deliverer",
        "two deliverers do not tell the same subscriber at once",
        _EVENTS,
        "where key = %s for update skip locked",
        "where key = %s",
        _OF_EVENTS,
    ),
    Break(
        "timers: one sweeper a timer",
        "two sweepers take different timers",
        _TIMERS,
        "select_for_update(skip_locked=True)",
        "select_for_update()",
        _OF_TIMERS,
    ),
    Break(
        "timers: a fault of one",
        "a handler that fails holds only its own timer",
        _TIMERS,
        "        if rows and fault_of(lambda: _fire(rows)) is not None:\n",
        "        if rows and _fire(rows) is not None:\n",
        _OF_TIMERS,
    ),
    Break(
        "timers: set anew by the handler",
        "a handler may set its timer anew",
        _TIMERS,
        "    TimerRow.objects.filter(pk__in=[row.pk for row in rows]).delete()\n    for row in rows:\n"
        "        assert row.due_at is not None\n        _handlers[row.kind](Timer(row.kind, row.key, row.due_at))\n",
        "    for row in rows:\n        assert row.due_at is not None\n"
        "        _handlers[row.kind](Timer(row.kind, row.key, row.due_at))\n"
        "        TimerRow.objects.filter(kind=row.kind, key=row.key).delete()\n",
        _OF_TIMERS,
    ),
    Break(
        "definitions: lock",
        "a change of definitions acts on what the one before it has made of them",
        _CHANGES,
        "    DefinitionVersion.objects.select_for_update().get()\n    definitions.forget()  # whoever",
        "    definitions.forget()  # whoever",
        _OF_CHANGES_AT_ONCE,
    ),
    Break(
        "definitions: read anew",
        "a change that has waited for its turn reads what there is by then",
        _CHANGES,
        "    definitions.forget()  # whoever held the lock",
        "    # whoever held the lock",
        ("tests/integration/definitions/test_changes.py",),
    ),
    Break(
        "events: about many",
        "an event about many records holds nothing but itself",
        _EVENTS,
        "            held |= {record} if event.subject_id else set()",
        "            held.add(record)",
        _OF_EVENTS,
    ),
    Break(
        "events: told again in front",
        "what is told again goes before what is held of its record",
        _EVENTS,
        ".update(due_at=None)",
        ".count()",
        _OF_EVENTS,
    ),
    Break(
        "events: what is held of a record",
        "what comes later about a record waits for what is held of it",
        _EVENTS,
        '" where h.subscriber = %s",\n            [[subject',
        '" where h.subscriber <> %s",\n            [[subject',
        _OF_EVENTS,
    ),
    Break(
        "timers: not earlier for a rest",
        "what is due on a day off is not due earlier for having rested",
        _TIMERS,
        "row.due_at = max(due, row.not_before or due)",
        "row.due_at = due",
        _OF_TIMERS,
    ),
)
