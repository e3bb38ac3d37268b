"""Breaks of rights, masks, users and of who may do which work."""

from __future__ import annotations

from mutants.types import Break

_RIGHTS = "zhike/platform/permissions/api.py"
_CONDITIONS = "zhike/platform/objects/logic/conditions.py"
_MASKS = "zhike/platform/fields/logic/masks.py"
_WORK = "zhike/platform/work/api.py"
_SUMMING = "zhike/platform/objects/logic/summing.py"
_ASKED = "zhike/platform/objects/logic/asking.py"

_NUMBERS = "zhike/platform/objects/logic/whole_numbers.py"

_OF_NUMBERS = ("tests/contract/test_whole_numbers.py",)
_OF_SIGN_IN = ("tests/contract/test_sign_in.py",)
_OF_USERS = ("tests/integration/test_users.py",)
_OF_RIGHTS = ("tests/contract/test_permissions.py",)
_OF_ASKING = ("tests/contract/test_asking.py",)
_OF_RECORDS = ("tests/integration/test_records.py",)
_OF_HANDOVER = ("tests/integration/test_handover.py",)
_OF_WORK = ("tests/integration/test_work.py",)

BREAKS = (
    Break(
        "permissions: walls",
        "a wall takes records away from whoever it is for",
        _RIGHTS,
        "denials=tuple(_conditions(principal, resource, denials_of(principal, resource), params)),",
        "denials=(),",
        ("tests/contract/test_walls.py",),
    ),
    Break(
        "permissions: default refused",
        "whoever has no grant has nothing",
        _RIGHTS,
        'everything = any(grant.where == "all" for _role, grant in given)',
        'everything = all(grant.where == "all" for _role, grant in given)',
        _OF_RIGHTS,
    ),
    Break(
        "permissions: refused wins",
        "a refused field is refused though another role sees it in clear",
        _RIGHTS,
        '"refused" if key in refused else "clear" if key in clear else "masked"',
        '"clear" if key in clear else "refused" if key in refused else "masked"',
        _OF_RIGHTS,
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
        "permissions: child of a deleted parent",
        "a child of a deleted parent is gone with it",
        _CONDITIONS,
        "[live, *kept]",
        "[*kept]",
        _OF_RIGHTS,
    ),
    Break(
        "permissions: name of whoever serves",
        "who is refused a field of the employee does not get it by way of sums",
        _SUMMING,
        'asking.require(employee, ("name",), principal)',
        "asking.require(employee, (), principal)",
        _OF_ASKING,
    ),
    Break(
        "permissions: service of whoever serves",
        "who is refused a field of the service does not get it by way of sums",
        _SUMMING,
        'asking.require(coverage, ("party", "employee", "employee_no", *SERVING), principal)',
        "asking.require(coverage, (), principal)",
        _OF_ASKING,
    ),
    Break(
        "permissions: object that is asked about",
        "who may not read an object asks nothing about its records",
        _ASKED,
        '    if not permissions.allowed(principal, f"{owner.key}.read"):\n',
        '    if not permissions.allowed(principal, f"{owner.key}.read") and not keys:\n',
        _OF_ASKING,
    ),
    Break(
        "masks: telephone",
        "a masked number shows its first three and last four digits",
        _MASKS,
        'return text[:3] + "****" + text[-4:] if len(text) >= 11',
        'return text[:7] + "****" if len(text) >= 11',
        _OF_RECORDS,
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
        "zhike/platform/objects/logic/unmasking.py",
        '    if field_rights.field_rule(owner, field, principal) == "refused":\n',
        '    if field_rights.field_rule(owner, field, principal) == "never":\n',
        _OF_RIGHTS,
    ),
    Break(
        "masks: series of unmaskings",
        "values are not shown over and over for one reason",
        "zhike/platform/objects/logic/unmasking.py",
        "stopped = _times(reason) >= settings.UNMASK_SERIES",
        "stopped = False",
        _OF_RIGHTS,
    ),
    Break(
        "masks: whole number of a masked field",
        "a search finds no whole number that its searcher sees masked",
        "zhike/platform/objects/logic/searching.py",
        "if not search.refused(field) and not search.masked(field)]",
        "if not search.refused(field)]",
        _OF_NUMBERS,
    ),
    Break(
        "masks: last digits of a short number",
        "a search tells no digits that the mask hides",
        "zhike/platform/objects/logic/stored_texts.py",
        "return exp.and_(same, length >= longer) if longer else same",
        "return same",
        _OF_NUMBERS,
    ),
    Break(
        "masks: finding by number without its operation",
        "whoever may not find by a whole number does not, and leaves no line",
        _NUMBERS,
        ' and permissions.allowed(principal, f"{owner.key}.{FIND}")',
        "",
        _OF_NUMBERS,
    ),
    Break(
        "masks: finding by number beyond its grant",
        "a whole number finds what the operation is granted on, not all that may be read",
        _NUMBERS,
        "    narrow_to_scope(where, owner, ALIAS, principal, FIND)\n",
        "",
        _OF_NUMBERS,
    ),
    Break(
        "masks: number after number",
        "a series of whole numbers is stopped",
        _NUMBERS,
        "len(known) >= settings.FIND_SERIES",
        "len(known) > 1_000_000",
        _OF_NUMBERS,
    ),
    Break(
        "audit: finding by number leaves a trace",
        "each question about a whole number leaves a line, also where there is none",
        _NUMBERS,
        "        if not found:\n",
        "        if found:\n",
        _OF_NUMBERS,
    ),
    Break(
        "masks: search by a refused field",
        "a search never tells what stands in a field that the searcher is refused",
        "zhike/platform/objects/logic/searching.py",
        'return self.rules[field.key] == "refused"',
        'return self.rules[field.key] == "never"',
        ("tests/contract/test_search_rights.py",),
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
    Break(
        "work: finished once",
        "work that is done is not done again",
        _WORK,
        "if row.state != WorkItem.State.OPEN:\n",
        "if not row.state:\n",
        _OF_WORK,
    ),
    Break(
        "work: one's own",
        "nobody sees or finishes another's work without a right to the unit's",
        _WORK,
        'WorkItem.objects.filter(parts.within(principal, operation, mine="assignee"))',
        "WorkItem.objects.all()",
        _OF_WORK,
    ),
    Break(
        "permissions: units of the post",
        "a grant holds in the units of the posts that give it",
        _RIGHTS,
        "list(units_of_posts(post for post in principal.posts if post.role == role))",
        "list(principal.units)",
        (*_OF_RIGHTS, "tests/property/test_scopes_agree.py"),
    ),
    Break(
        "permissions: narrowed parts",
        "a grant on a part of the product reaches no rows but those it is narrowed to",
        "zhike/platform/permissions/parts.py",
        'if where == "all":\n            return Q()',
        "if where:\n            return Q()",
        ("tests/contract/test_narrowed_parts.py",),
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
)
