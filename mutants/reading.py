"""Breaks of what is read together: one state for every answer, one instant for every publication."""

from __future__ import annotations

from mutants.types import Break

_DATABASE = "zhike/kernel/database.py"
_OF_READING = ("tests/integration/test_reading.py",)
_OF_PUBLISHING = ("tests/integration/insight/test_publishing.py",)

BREAKS = (
    Break(
        "reading: one state",
        "a reading block sees one state of the database",
        _DATABASE,
        "driver.isolation_level = IsolationLevel.REPEATABLE_READ",
        "driver.isolation_level = None",
        _OF_READING,
    ),
    Break(
        "reading: known of this state only",
        "a reading block that begins again asks anew",
        _DATABASE,
        "with _waited_for(turns), _one_state(turns), _remembering():",
        "with _waited_for(turns), _one_state(turns):",
        _OF_READING,
    ),
    Break(
        "reading: definitions of the same instant",
        "a reading block reads the definitions anew",
        _DATABASE,
        "definitions.pinned(anew=True)",
        "definitions.pinned()",
        _OF_READING,
    ),
    Break(
        "reading: turns before the state",
        "what waits for its turn reads after it has waited",
        _DATABASE,
        "raise BeginAgain(what)",
        "pass",
        _OF_READING,
    ),
    Break(
        "reading: turns kept",
        "a turn is given back when the block that waited for it ends",
        _DATABASE,
        '                    cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [what])',
        '                    cursor.execute("select 1")',
        _OF_READING,
    ),
    Break(
        "reading: turns of a block that has ended",
        "who waits for a turn in no reading block waits where they are",
        _DATABASE,
        "        _turns.reset(token)\n",
        "        pass\n",
        _OF_READING,
    ),
    Break(
        "reading: definitions of what is inside",
        "a block inside another acts on the definitions that the other began with",
        "zhike/kernel/definitions.py",
        "    if not anew and _pinned.get() is not None:\n",
        "    if False:\n",
        _OF_READING,
    ),
    Break(
        "reading: definitions read over",
        "a version that is read later takes the place of none that was acted on",
        "zhike/kernel/definitions.py",
        "    if held is not None and not held:\n",
        "    if held is not None:\n        held.clear()\n",
        _OF_READING,
    ),
    Break(
        "reading: met is a fault",
        "who met newer rows in the database is told to try again, not that it is away",
        "zhike/server/http.py",
        "_MET = (DeadlockDetected, SerializationFailure)",
        "_MET = (DeadlockDetected,)",
        ("tests/contract/test_bad_input.py",),
    ),
    Break(
        "reading: too old to write over",
        "what would be written over something newer is begun again",
        _DATABASE,
        "raise BeginAgain() from error",
        "raise",
        _OF_READING,
    ),
    Break(
        "reading: every route",
        "every route that reads does so from one state",
        "zhike/server/reading.py",
        'set(operation.methods) <= {"GET", "HEAD"} or wire',
        "wire",
        ("tests/contract/test_one_state.py",),
    ),
    Break(
        "publishing: the newest day stays",
        "computing an old day turns no screen back",
        "zhike/insight/warehouse/logic/stages.py",
        "return max(computed, before.business_date) if before else computed",
        "return computed",
        _OF_PUBLISHING,
    ),
    Break(
        "publishing: one instant",
        "lists and the warehouse change days at one instant",
        "zhike/insight/warehouse/logic/stages.py",
        "    with database.writing():\n        for step in steps():\n            step.publish(business_date)\n",
        "    for step in steps():\n        with database.writing():\n            step.publish(business_date)\n"
        "    with database.writing():\n",
        _OF_PUBLISHING,
    ),
    Break(
        "publishing: readers of the table before",
        "a replaced table goes once those who began before have ended",
        "zhike/platform/objects/logic/retired_tables.py",
        "and xact_start < noticed_at",
        "and xact_start > noticed_at",
        _OF_PUBLISHING,
    ),
)
