"""The breaks. A guarantee that is gone must be noticed by the tests named with it."""

from __future__ import annotations

from dataclasses import dataclass

_GATE = "zhike/engagement/compliance/logic/gate.py"
_CHECKS = "zhike/engagement/compliance/logic/checks.py"
_DISPATCH = "zhike/engagement/channels/logic/dispatch.py"
_CHANNELS = "zhike/engagement/channels/api.py"
_RUNNING = "zhike/engagement/campaigns/logic/running.py"
_RIGHTS = "zhike/platform/permissions/api.py"
_CONDITIONS = "zhike/platform/objects/logic/conditions.py"
_MASKS = "zhike/platform/fields/logic/masks.py"
_TRIGGERS = "zhike/platform/audit/logic/triggers.py"
_EVENTS = "zhike/kernel/event_delivery.py"
_TIMERS = "zhike/kernel/timers.py"
_WORK = "zhike/platform/work/api.py"

_OF_GATE = ("tests/unit/engagement/test_checks.py",)
_OF_CAMPAIGNS = ("tests/integration/engagement/test_campaigns.py",)
_OF_LIFE = ("tests/integration/engagement/test_campaign_life.py",)
_OF_DISPATCH = ("tests/integration/engagement/test_dispatch.py",)
_OF_SIGN_IN = ("tests/contract/test_sign_in.py",)
_OF_USERS = ("tests/integration/test_users.py",)
_OF_GATE_AT_ONCE = ("tests/integration/engagement/test_gate_at_once.py",)
_OF_AWAY = ("tests/integration/engagement/test_away.py",)
_OF_ISOLATION = ("tests/integration/engagement/test_isolation.py",)
_OF_RIGHTS = ("tests/contract/test_permissions.py",)
_OF_ASKING = ("tests/contract/test_asking.py",)
_OF_EVENTS = ("tests/integration/test_event_delivery.py",)
_OF_TIMERS = ("tests/integration/test_timers.py",)
_OF_ERASING = ("tests/integration/insight/test_erasing.py",)
_OF_RECORDS = ("tests/integration/test_records.py",)
_OF_HANDOVER = ("tests/integration/test_handover.py",)


@dataclass(frozen=True, slots=True)
class Break:
    """One text of a file that is put in another's place; `title` begins with the area."""

    title: str
    guarantee: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, whole: str) -> str:
        """Return the file's text with the break in it. Raises ValueError unless the old text stands there once."""
        if whole.count(self.old) != 1:
            raise ValueError(f"{self.title}: the text to break stands {whole.count(self.old)} times in {self.file}")
        return whole.replace(self.old, self.new)


BREAKS = (
    Break(
        "gate: lock",
        "two origins never take the last place of a cap together",
        _GATE,
        '"select pg_advisory_xact_lock(%s, n::int) from unnest(%s::bigint[]) n order by n"',
        '"select %s::int, n::int from unnest(%s::bigint[]) n order by n"',
        _OF_GATE_AT_ONCE,
    ),
    Break(
        "gate: decided once",
        "a party is decided about once for an origin, step and channel",
        _GATE,
        "[party_id for party_id in ordered if party_id not in known]",
        "ordered",
        _OF_GATE_AT_ONCE,
    ),
    Break(
        "gate: place of a cap",
        "an allowed contact takes its place of the frequency cap",
        _GATE,
        "for row in rows if row.allowed\n",
        "for row in rows if not row.allowed\n",
        _OF_CAMPAIGNS,
    ),
    Break(
        "gate: refusal before waiting",
        "a party that is refused does not wait for the quiet hours to end",
        _GATE,
        "None if reasons else later",
        "later",
        _OF_LIFE,
    ),
    Break(
        "gate: party gone",
        "a party that no longer exists is contacted by nobody",
        _GATE,
        "verdicts.append(Verdict(party_id, (gone,)))",
        "verdicts.append(Verdict(party_id, ()))",
        _OF_ERASING,
    ),
    Break(
        "gate: unknown consent",
        "no consent on file is no consent",
        _CHECKS,
        "        if state in self.granted:\n",
        "        if state in self.granted or state is None:\n",
        _OF_GATE,
    ),
    Break(
        "gate: unknown status",
        "a party of unknown status is not contacted",
        _CHECKS,
        "if situation.facts.get(self.field) in self.allowed:",
        "if situation.facts.get(self.field) in (*self.allowed, None):",
        _OF_GATE,
    ),
    Break(
        "gate: window of a cap",
        "contacts before the window do not count",
        _CHECKS,
        "sum(moment > since for moment in situation.reserved)",
        "len(situation.reserved)",
        _OF_GATE,
    ),
    Break(
        "gate: quiet hours end",
        "the last quiet minute is quiet, the first allowed one is not",
        _CHECKS,
        "if start <= minute < end:",
        "if start <= minute <= end:",
        _OF_GATE,
    ),
    Break(
        "gate: content confirmed",
        "what goes out is what was approved",
        _CHECKS,
        "if situation.touch.content_digest == situation.touch.current_digest:",
        "if situation.touch.content_digest:",
        _OF_GATE,
    ),
    Break(
        "dispatch: claim without a lock",
        "two workers take different messages",
        _DISPATCH,
        " for update skip locked) returning id",
        ") returning id",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: held",
        "a held message does not leave",
        _DISPATCH,
        "state = 'waiting' and not held and",
        "state = 'waiting' and",
        _OF_LIFE,
    ),
    Break(
        "dispatch: mark without token",
        "whose lease ran out marks nothing",
        _DISPATCH,
        "pk=row.pk, token=row.token, state=Delivery.State.CLAIMED, held=False)",
        "pk=row.pk, state=Delivery.State.CLAIMED, held=False)",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: mark without state",
        "what was settled meanwhile does not leave",
        _DISPATCH,
        "pk=row.pk, token=row.token, state=Delivery.State.CLAIMED, held=False)",
        "pk=row.pk, token=row.token, held=False)",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: mark though held",
        "what was stopped after its claim does not leave",
        _DISPATCH,
        "state=Delivery.State.CLAIMED, held=False)",
        "state=Delivery.State.CLAIMED)",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: sending again",
        "a message that may have left is never sent again by itself",
        _DISPATCH,
        "state=Delivery.State.UNKNOWN, lease_until=None, error=",
        "state=Delivery.State.WAITING, lease_until=None, error=",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: settle without token",
        "the outcome is written by whoever holds the claim",
        _DISPATCH,
        "ours = Delivery.objects.filter(pk=row.pk, token=row.token).exclude(state=Delivery.State.SENT)",
        "ours = Delivery.objects.filter(pk=row.pk).exclude(state=Delivery.State.SENT)",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: one message hurts the others",
        "what nobody expected is put down to its message",
        _DISPATCH,
        "    except Exception as error:\n        mailbox.close()",
        "    except ZeroDivisionError as error:\n        mailbox.close()",
        _OF_ISOLATION,
    ),
    Break(
        "dispatch: stop of waiting ones only",
        "stopping reaches messages that are claimed",
        _CHANNELS,
        "waiting = rows.filter(state__in=[Delivery.State.WAITING, Delivery.State.CLAIMED])",
        "waiting = rows.filter(state__in=[Delivery.State.WAITING])",
        _OF_AWAY,
    ),
    Break(
        "dispatch: stopped while leaving",
        "a message that was leaving when its origin stopped is not tried again",
        _CHANNELS,
        "rows.filter(state=Delivery.State.SENDING).update(recalled=True)",
        "rows.filter(state=Delivery.State.SENDING).update(recalled=False)",
        _OF_AWAY,
    ),
    Break(
        "dispatch: away for a message",
        "a server that is away fails no message",
        _DISPATCH,
        "    except (DatabaseError, ServerAway):\n        raise\n    except Exception as error:",
        "    except DatabaseError:\n        raise\n    except Exception as error:",
        _OF_AWAY,
    ),
    Break(
        "dispatch: no probe",
        "one message tries a server that was away, not all",
        _DISPATCH,
        "        limit = 1\n",
        "",
        _OF_AWAY,
    ),
    Break(
        "dispatch: resend of anything",
        "only a message of unknown outcome is sent again, by a person",
        _CHANNELS,
        "if row.state != Delivery.State.UNKNOWN:",
        "if not row.state:",
        _OF_LIFE,
    ),
    Break(
        "campaign: control contacted",
        "the control group is left alone",
        _RUNNING,
        "case when control then 'control' else 'waiting' end",
        "case when control then 'waiting' else 'waiting' end",
        _OF_CAMPAIGNS,
    ),
    Break(
        "campaign: one person hurts the others",
        "who cannot be taken through the gate fails alone",
        _RUNNING,
        "moved += _one_by_one(pk, limit, error)",
        "raise",
        _OF_ISOLATION,
    ),
    Break(
        "permissions: walls",
        "a wall takes records away from whoever it is for",
        _RIGHTS,
        "denials = tuple(refinement_text(resource, key) for key in denials_of(principal, resource))",
        "denials = ()",
        ("tests/contract/test_walls.py",),
    ),
    Break(
        "permissions: default refused",
        "whoever has no grant has nothing",
        _RIGHTS,
        'return Scope("all" in wheres, conditions, denials, params)',
        'return Scope("all" in wheres or not wheres, conditions, denials, params)',
        _OF_RIGHTS,
    ),
    Break(
        "permissions: refused wins",
        "a refused field is refused though another role sees it in clear",
        _RIGHTS,
        '"refused" if key in refused else "clear" if key in clear else "masked"',
        '"clear" if key in clear else "refused" if key in refused else "masked"',
        _OF_ASKING,
    ),
    Break(
        "permissions: masked by default",
        "a field that no role clears is masked",
        _RIGHTS,
        '"clear" if key in clear else "masked"',
        '"clear"',
        _OF_RIGHTS,
    ),
    Break(
        "permissions: children follow",
        "a child is seen where its parent is",
        _CONDITIONS,
        "        parts += _follow_parent(where, owner, alias, principal)",
        "        pass",
        _OF_RIGHTS,
    ),
    Break(
        "permissions: reach of a condition",
        "a condition reaches no record outside its asker's scope",
        _CONDITIONS,
        "return self._visible(target, alias) if self._visible else []",
        "return []",
        _OF_ASKING,
    ),
    Break(
        "masks: telephone",
        "a masked number shows its first three and last four digits",
        _MASKS,
        'return text[:3] + "****" + text[-4:] if len(text) >= 11',
        'return text[:7] + "****" if len(text) >= 11',
        _OF_RIGHTS,
    ),
    Break(
        "masks: asking",
        "no condition, order or group tells what a mask hides",
        "zhike/platform/objects/logic/asking.py",
        "    return field is None or not field.mask\n",
        "    return True\n",
        _OF_ASKING,
    ),
    Break(
        "masks: unmask of a refused field",
        "who is refused a field does not unmask it",
        "zhike/platform/objects/api.py",
        '    if field_rights.field_rule(owner, field, principal) == "refused":\n',
        '    if field_rights.field_rule(owner, field, principal) == "never":\n',
        ("tests/contract/test_permissions.py", "tests/packs/test_lookups.py"),
    ),
    Break(
        "audit: unmasking leaves a trace",
        "the journal says who saw a value in clear, and why",
        "zhike/platform/objects/api.py",
        '            audit.note(operation="unmask",',
        '            dict(operation="unmask",',
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
        " and o.subject_id = h.subject_id and o.position < h.position)",
        " and o.subject_id = h.subject_id and o.position < h.position and false)",
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
        "work: finished once",
        "work that is done is not done again",
        _WORK,
        "if row.state != WorkItem.State.OPEN:\n",
        "if not row.state:\n",
        ("tests/contract/test_answers.py", "tests/contract/test_bad_input.py", "tests/integration/screens"),
    ),
    Break(
        "work: one's own",
        "nobody sees or finishes another's work without a right to the unit's",
        _WORK,
        '    if permissions.allowed(principal, "work.read_units"):\n        mine |=',
        '    if permissions.allowed(principal, "work.read"):\n        mine |=',
        ("tests/contract/test_permissions.py", "tests/integration/screens"),
    ),
    Break(
        "work: follows its customer",
        "open work moves to whoever serves the customer now",
        _WORK,
        "if row.assignee not in serving.get(row.party_id or 0, [row.assignee]):",
        "if row.assignee in serving.get(row.party_id or 0, []):",
        _OF_HANDOVER,
    ),
    Break(
        "work: stays with a server",
        "work stays with an assignee who still serves",
        _WORK,
        "if row.assignee not in serving.get(row.party_id or 0, [row.assignee]):",
        "if row.assignee != serving.get(row.party_id or 0, [row.assignee])[0]:",
        _OF_HANDOVER,
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
        "users: letter case of a lock",
        "a number is locked whatever its letter case",
        "zhike/platform/organization/logic/lockout.py",
        "return number.strip().casefold()",
        "return number.strip()",
        _OF_SIGN_IN,
    ),
    Break(
        "users: earlier passwords",
        "an earlier password is not chosen again",
        "zhike/platform/organization/logic/passwords.py",
        "if any(check_password(password, one) for one in _used(user)):",
        "if _used(user) is None:",
        _OF_SIGN_IN,
    ),
    Break(
        "users: password first",
        "a password that somebody else made is changed before anything else",
        "zhike/server/http.py",
        "if not self._with_old_password and organization.password_due(request.user):",
        "if self._with_old_password and organization.password_due(request.user) == 0:",
        _OF_SIGN_IN,
    ),
    Break(
        "users: a wrong current password",
        "wrong current passwords count as at a sign-in",
        "zhike/platform/organization/api.py",
        "        lockout.failed(user.employee_no)\n        raise WrongPassword()",
        "        raise WrongPassword()",
        _OF_SIGN_IN,
    ),
    Break(
        "users: oneself",
        "nobody changes their own posts or ends their own account",
        "zhike/server/users.py",
        "    if staff.id == principal.user_id:\n        raise OwnAccount()",
        "    if staff.id is None:\n        raise OwnAccount()",
        _OF_USERS,
    ),
    Break(
        "users: own units",
        "nobody sees or changes users of other units",
        "zhike/server/users.py",
        "    if not _is_ours(staff, principal):",
        "    if not staff.employee_no:",
        _OF_USERS,
    ),
    Break(
        "users: overlapping posts",
        "posts of one role and unit do not overlap",
        "zhike/platform/organization/logic/users.py",
        "    if other is not None:\n",
        "    if other is None and valid_from is None:\n",
        _OF_USERS,
    ),
)
