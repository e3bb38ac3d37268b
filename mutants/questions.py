"""Breaks of what keeps questions from holding the site, and of what their answers are made of."""

from __future__ import annotations

from mutants.types import Break

_OF_LIMITS = ("tests/integration/test_time_limits.py",)
_OF_SCOPES = ("tests/integration/test_scope_bitmaps.py",)
_OF_KEYS = ("tests/integration/test_served_scopes.py",)
_SERVED = "zhike/platform/objects/logic/served_scopes.py"
_SCOPE_KEYS = "zhike/platform/objects/logic/scope_keys.py"
_SERVING = "zhike/platform/objects/logic/serving.py"
_OF_UNITS = ("tests/property/test_units_agree.py",)

BREAKS = (
    Break(
        "questions: without end",
        "a question of a person that works too long is stopped",
        "zhike/kernel/database.py",
        "            _limit_statements(seconds)\n",
        "            pass\n",
        _OF_LIMITS,
    ),
    Break(
        "questions: stopped as a fault",
        "a question that was stopped says so",
        "zhike/kernel/database.py",
        "        if isinstance(error.__cause__, QueryCanceled):\n",
        "        if False:\n",
        _OF_LIMITS,
    ),
    Break(
        "questions: rings afterwards",
        "a question is never stopped in the place of another one",
        "zhike/kernel/time_limits.py",
        "            if not self._over:\n",
        "            if True:\n",
        _OF_LIMITS,
    ),
    Break(
        "questions: however much work",
        "what a person asks is limited by the work that it makes",
        "zhike/expressions/api.py",
        "    refuse_costly(found)\n",
        "",
        ("tests/unit/expressions/test_work.py",),
    ),
    Break(
        "questions: the text of another role",
        "the text of a statement is that of the asker's own roles",
        "zhike/platform/objects/logic/questions.py",
        "shape = (self.owner.key, self.principal.shape, self.operation,",
        "shape = (self.owner.key, self.operation,",
        ("tests/property/test_scopes_agree.py",),
    ),
    Break(
        "questions: a text for each value",
        "the text of a statement is made once for a shape, whatever the values",
        "zhike/platform/objects/logic/questions.py",
        "        shape, written = expressions.shape_of(condition)\n",
        "        shape, written = condition, ()\n",
        ("tests/integration/test_statement_texts.py",),
    ),
    Break(
        "scopes: as they were",
        "a handover is true at once",
        "zhike/platform/objects/logic/table_changes.py",
        "    return tuple(found or ())\n",
        "    return ()\n",
        _OF_SCOPES,
    ),
    Break(
        "scopes: of one for all",
        "what is kept of a scope is for whoever has its values",
        "zhike/platform/objects/logic/scopes.py",
        "tuple((name, str(values[name])) for name in named)",
        "tuple(named)",
        _OF_SCOPES,
    ),
    Break(
        "scopes: shown before",
        "each question is answered in its own scope",
        "zhike/insight/serving/logic/published.py",
        "        elif found is self._kept[0]:\n",
        "        elif True:\n",
        ("tests/integration/audiences/test_scopes.py",),
    ),
    Break(
        "units: explained by another meaning",
        "a unit means the same in a count and in its explanation",
        "zhike/insight/audiences/logic/explaining.py",
        "answerable(node.expression, terms)",
        "node.expression",
        _OF_UNITS,
    ),
    Break(
        "units: a code that nothing has",
        "a code that no unit has is told, not counted as nobody",
        "zhike/platform/objects/logic/asking.py",
        "    expressions.refuse_unknown(found, lambda steps: _keys_at(objects, owner, steps))\n",
        "",
        _OF_UNITS,
    ),
    Break(
        "questions: keys are believed",
        "who is on the first page of a scope is said by the records, not by the keys of the day",
        _SERVED,
        "    asked = Where(where.objects, [part.copy() for part in where.parts])\n",
        "    asked = Where(where.objects)\n",
        _OF_KEYS,
    ),
    Break(
        "questions: a customer twice",
        "a record that had two keys of a scope is on its page once",
        _SERVED,
        "    if way.own:\n",
        "    if False:\n",
        _OF_KEYS,
    ),
    Break(
        "questions: reached twice",
        "a record that two roles reach is on the page once",
        _SERVED,
        "return exp.union(one.subquery(), other.subquery())",
        "return exp.union(one.subquery(), other.subquery(), distinct=False)",
        _OF_KEYS,
    ),
    Break(
        "questions: a share is no way",
        "what was shared is on the page of a scope",
        _SERVED,
        "    if scope.shared and side is not None:\n",
        "    if False:\n",
        _OF_KEYS,
    ),
    Break(
        "questions: keys of another moment",
        "a record that comes into a scope is on its first page at once",
        _SCOPE_KEYS,
        "after update on {} referencing old table as previous new table as changed",
        "after delete on {} referencing old table as changed",
        _OF_KEYS,
    ),
    Break(
        "questions: keys with a gap",
        "what others write while keys are made is among them",
        _SERVING,
        "    ended = other_writers.ended({owner.table, *(keys.source for keys in side.keys.all())})\n",
        "    ended = True\n",
        _OF_KEYS,
    ),
    Break(
        "questions: keys that are not whole",
        "lists ask by no keys of which some may be missing",
        _SERVING,
        "        if ended:\n",
        "        if True:\n",
        _OF_KEYS,
    ),
    Break(
        "questions: narrower by keys",
        "what is narrower than a scope is asked the plain way",
        _SERVED,
        "    if scope.everything or scope.nothing or narrower:\n",
        "    if scope.everything or scope.nothing:\n",
        _OF_KEYS,
    ),
    Break(
        "serving: prepared figures are shown",
        "what is prepared is read by nobody before it is published",
        "zhike/platform/objects/logic/catalogue.py",
        "from objects_sidetable where object = %s and current'",
        "from objects_sidetable where object = %s'",
        _OF_KEYS,
    ),
    Break(
        "erasing: figures of the next day",
        "an erasure takes what is prepared beside the record along, and its keys",
        _SERVING,
        "    scope_keys.forget(side, record_id)\n",
        "",
        _OF_KEYS,
    ),
    Break(
        "erasing: while a day is prepared",
        "who is erased while a day is prepared leaves no figure in it",
        _SERVING,
        "        for record_id in _erased(owner, side):\n",
        "        for record_id in ():\n",
        _OF_KEYS,
    ),
)
