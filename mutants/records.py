"""Breaks of the journal, of erasing, of records and of how they are loaded."""

from __future__ import annotations

from mutants.types import Break

_TRIGGERS = "zhike/platform/audit/logic/triggers.py"
_ENDINGS = "zhike/platform/exchange/logic/load_endings.py"
_LOADING = "zhike/platform/exchange/logic/loading.py"
_LOAD_RULES = "zhike/platform/exchange/logic/load_rules.py"
_ERASING = "zhike/platform/records/logic/erasing.py"
_WRITING = "zhike/platform/objects/logic/writing.py"

_OF_RIGHTS = ("tests/contract/test_permissions.py",)
_OF_ERASING = ("tests/integration/insight/test_erasing.py",)
_OF_RECORDS = ("tests/integration/test_records.py",)
_OF_LOAD_CHECKS = ("tests/integration/test_load_checks.py",)
_OF_MASTERS = ("tests/integration/insight/test_unchanged_masters.py",)
_LARGE = "zhike/platform/exchange/logic/large_exports.py"
_OF_EXPORTS = ("tests/integration/test_exports.py",)

BREAKS = (
    Break(
        "audit: unmasking leaves a trace",
        "the journal says who saw a value in clear, and why",
        "zhike/platform/records/logic/unmasking.py",
        "        audit.note(operation=operation,",
        "        dict(operation=operation,",
        _OF_RIGHTS,
    ),
    Break(
        "audit: append only",
        "no line of the journal is deleted",
        _TRIGGERS,
        "create trigger audit_append_only before delete or truncate on audit_entry",
        "create trigger audit_append_only before truncate on audit_entry",
        _OF_ERASING,
    ),
    Break(
        "audit: values blanked only by an erasure",
        "nobody blanks the values of the journal but an erasure",
        _TRIGGERS,
        "    if current_setting('zhike.erasing', true) is distinct from 'on'\n        or to_jsonb(new)",
        "    if to_jsonb(new)",
        _OF_ERASING,
    ),
    Break(
        "audit: who and when stay",
        "an erasure changes no line but for its values",
        _TRIGGERS,
        "        or to_jsonb(new) - 'changes' <> to_jsonb(old) - 'changes'\n",
        "",
        _OF_ERASING,
    ),
    Break(
        "audit: no change, no line",
        "a change of nothing makes no line",
        _TRIGGERS,
        "        where d.changes is not null;",
        "        where true;",
        _OF_RECORDS,
    ),
    Break(
        "erasing: hidden columns",
        "an erasure wipes the columns of fields that are no longer defined",
        _ERASING,
        "for column, suffixes in live + gone for suffix",
        "for column, suffixes in live for suffix",
        ("tests/packs/test_lookups.py",),
    ),
    Break(
        "erasing: figures",
        "an erasure takes what is published beside the record along",
        _ERASING,
        "    bulk.forget_figures(owner.key, record_id)\n    personal",
        "    personal",
        ("tests/integration/test_served_figures.py",),
    ),
    Break(
        "records: stale revision",
        "nobody writes over what they have not seen",
        "zhike/platform/objects/logic/writing.py",
        '    if row["revision"] != revision:\n        raise StaleRevision(given=revision, current=row["revision"])\n    parsed,',
        "    parsed,",
        _OF_RECORDS,
    ),
    Break(
        "records: stale deletion",
        "nobody deletes what they have not seen",
        _WRITING,
        '    if row["revision"] != revision:\n        raise StaleRevision(given=revision, current=row["revision"])\n    if not deletable',
        "    if not deletable",
        _OF_RECORDS,
    ),
    Break(
        "loads: erased record",
        "a load by id writes nothing into an erased record",
        _LOADING,
        "where t.erased_at is null and {changed}",
        "where {changed}",
        _OF_MASTERS,
    ),
    Break(
        "loads: erased record by its key",
        "a load by source key does not make an erased record again",
        _LOADING,
        'erased(owner.key, "source_key"))] if not incoming.by_id else []',
        'erased(owner.key, "source_key"))] if owner is None else []',
        _OF_MASTERS,
    ),
    Break(
        "loads: child of an erased record",
        "a load brings back nothing that followed an erased record",
        _LOADING,
        "        if field.key == owner.through:\n",
        "        if field.key == owner.display:\n",
        _OF_ERASING,
    ),
    Break(
        "loads: value of a deleted record",
        "a unique value of a deleted record is free again",
        "zhike/platform/exchange/logic/load_checks.py",
        '" and o.deleted_at is null and o.id is distinct from t.id))"',
        '" and o.id is distinct from t.id))"',
        _OF_LOAD_CHECKS,
    ),
    Break(
        "loads: ending of others",
        "a load ends records of its own source only",
        _ENDINGS,
        "t.deleted_at is null and starts_with(t.source_key, %(keys)s)",
        "t.deleted_at is null and %(keys)s <> ''",
        _OF_MASTERS,
    ),
    Break(
        "loads: what the desk ended",
        "a load takes back the ends that loads gave, not those of the desk",
        _ENDINGS,
        " and t.{column} = e.day and",
        " and",
        _OF_MASTERS,
    ),
    Break(
        "loads: end before start",
        "no record ends before it began",
        _ENDINGS,
        "greatest({}, t.{})",
        "least({}, t.{})",
        _OF_MASTERS,
    ),
    Break(
        "loads: sequence",
        "ids that were set aside are never given again",
        _LOADING,
        '" where given.highest > s.last_value"',
        '" where given.highest > 0 and s.last_value > 0"',
        _OF_RECORDS,
    ),
    Break(
        "loads: ids set aside at once",
        "two loads never set the same ids aside",
        "zhike/platform/objects/logic/reserving.py",
        '"lock table {} in share row exclusive mode"',
        '"lock table {} in access share mode"',
        ("tests/integration/test_reserving_at_once.py",),
    ),
    Break(
        "loads: rules about others",
        "a rule about another record sees it as the load leaves it",
        _LOADING,
        "broken = load_rules.broken_among(cursor, incoming, kept, gone)",
        "broken = load_rules.broken_among(cursor, incoming, kept, gone)[:0]",
        _OF_LOAD_CHECKS,
    ),
    Break(
        "loads: rules about others before the upsert",
        "no rule about another record is asked before that one is there",
        _LOAD_RULES,
        "rule in _rules(incoming, where) if not _is_about_others(incoming, rule)}",
        "rule in _rules(incoming, where)}",
        _OF_LOAD_CHECKS,
    ),
    Break(
        "loads: upsert taken back",
        "what breaks a rule about others is not there afterwards",
        _LOADING,
        "        transaction.savepoint_rollback(mark)\n",
        "        transaction.savepoint_commit(mark)\n",
        _OF_LOAD_CHECKS,
    ),
    Break(
        "loads: followers of rejected rows",
        "what refers to a row that is left out is left out too",
        _LOAD_RULES,
        "    own, asked = own_references(incoming), list(checks(incoming))\n    found = bool(own)\n",
        "    own, asked = own_references(incoming), list(checks(incoming))\n    found = False\n",
        _OF_LOAD_CHECKS,
    ),
    Break(
        "loads: fields of the desk",
        "a load leaves what belongs to the desk alone",
        _LOADING,
        'for field, column in incoming.pairs if field.owner == "source"]',
        "for field, column in incoming.pairs]",
        _OF_RECORDS,
    ),
    Break(
        "exports: nobody is named",
        "what is kept of an export's condition names nobody",
        "zhike/platform/objects/logic/nameless.py",
        "        return replace(node, value=_LEFT_OUT)",
        "        return replace(node)",
        _OF_EXPORTS,
    ),
    Break(
        "exports: as many as were approved",
        "an approval is for as many rows as were approved",
        _LARGE,
        "    require_approved(total, wanted.approved, found)\n",
        "",
        _OF_EXPORTS,
    ),
    Break(
        "exports: after a move",
        "a file is not given out to whoever changed posts",
        "zhike/platform/exchange/exports.py",
        "if row.outdated or not set(row.posts) <= set(large_exports.posts_of(principal)):",
        "if row.outdated:",
        _OF_EXPORTS,
    ),
    Break(
        "exports: who was erased",
        "a file that is made while somebody is erased is not given out",
        _LARGE,
        "    Export.objects.filter(expires_at=None).exclude(query={}).update(outdated=True)\n",
        "",
        _OF_EXPORTS,
    ),
    Break(
        "erasing: what belongs to a person",
        "work about what belonged to an erased person keeps no words",
        "zhike/platform/records/logic/erasing.py",
        "        for wiped_id in ids:",
        "        for wiped_id in ids[:0]:",
        ("tests/integration/test_work_ends.py",),
    ),
)
