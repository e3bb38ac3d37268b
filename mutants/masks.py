"""Breaks of what a masked value tells: shown, asked about, ordered by, found by."""

from __future__ import annotations

from mutants.types import Break

_MASKS = "zhike/platform/fields/logic/masks.py"
_NUMBERS = "zhike/platform/objects/logic/whole_numbers.py"
_WRITING = "zhike/platform/objects/logic/writing.py"
_OF_NUMBERS = ("tests/contract/test_whole_numbers.py",)
_OF_SEARCH = ("tests/contract/test_search.py",)
_OF_AT_ONCE = ("tests/integration/test_asked_at_once.py",)
_OF_RIGHTS = ("tests/contract/test_permissions.py",)
_OF_ASKING = ("tests/contract/test_asking.py",)
_OF_RECORDS = ("tests/integration/test_records.py",)
_OF_COLUMNS = ("tests/integration/test_query_columns.py",)

BREAKS = (
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
        "zhike/platform/records/logic/unmasking.py",
        '    if catalogue.field_rule(owner.key, field, principal=principal) == "refused":\n',
        '    if catalogue.field_rule(owner.key, field, principal=principal) == "never":\n',
        _OF_RIGHTS,
    ),
    Break(
        "masks: series of unmaskings",
        "values are not shown over and over for one reason",
        "zhike/platform/records/logic/unmasking.py",
        "stopped = _times(reason) >= settings.UNMASK_SERIES",
        "stopped = False",
        _OF_RIGHTS,
    ),
    Break(
        "masks: unmaskings at once",
        "a series of values in clear is not passed by two at the same instant",
        "zhike/platform/records/logic/unmasking.py",
        '        database.in_turn(f"unmask {context.current().actor}")\n',
        "",
        _OF_AT_ONCE,
    ),
    Break(
        "numbers: at once",
        "a series of whole numbers is not passed by two at the same instant",
        _NUMBERS,
        '    database.in_turn(f"find {context.current().actor}")\n',
        "",
        _OF_AT_ONCE,
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
        "masks: number without its zeros",
        "a search finds no number without its zeros that its searcher sees masked",
        "zhike/platform/objects/logic/searching.py",
        "if not search.refused(one) and not search.masked(one)]",
        "if not search.refused(one)]",
        _OF_SEARCH,
    ),
    Break(
        "masks: number of what belongs to a record",
        "a record is found by the numbers of what belongs to it as far as those may be read",
        "zhike/platform/objects/logic/searching.py",
        "numbers, _seen(one, principal),",
        'numbers, dict.fromkeys(_seen(one, principal), "clear"),',
        _OF_SEARCH,
    ),
    Break(
        "search: telephones before papers",
        "what people say to each other is found before what stands on papers",
        "zhike/platform/objects/logic/searching.py",
        "for rank in sorted(parts)",
        "for rank in sorted(parts, reverse=True)",
        _OF_SEARCH,
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
        "masks: search by a refused field",
        "a search never tells what stands in a field that the searcher is refused",
        "zhike/platform/objects/logic/searching.py",
        'return self.rules[field.key] == "refused"',
        'return self.rules[field.key] == "never"',
        ("tests/contract/test_search_rights.py",),
    ),
    Break(
        "masks: lifted by another post",
        "a post does not lift the masks of what another one reads",
        "zhike/platform/permissions/api.py",
        "    everywhere = [found for reads_all, found in lifted if reads_all]",
        "    everywhere = [found for _reads_all, found in lifted]",
        ("tests/contract/test_permissions.py",),
    ),
    Break(
        "numbers: told beside another fault",
        "of a unique number that the writer sees masked nothing is told beside another fault",
        _WRITING,
        "(told and not asking.may_ask(owner, field.key, principal))",
        "(told and not owner)",
        (*_OF_NUMBERS, "tests/property/test_hidden_values.py::test_a_record_that_is_not_written_tells_no_unique_value"),
    ),
    Break(
        "numbers: taken is a question",
        "that a masked number is taken is told with a line in the journal and in the series",
        _NUMBERS,
        "return [field for field in hidden if field.key in taken]",
        "return []",
        _OF_NUMBERS,
    ),
    Break(
        "numbers: free is a question",
        "that a masked number is free is told with a line where nothing is written",
        _NUMBERS,
        "    return hidden\n",
        "    return []\n",
        _OF_NUMBERS,
    ),
    Break(
        "columns: who is reached",
        "a field over a reference has no value where one may not read its record",
        "zhike/platform/objects/logic/sources.py",
        "                *readable(self._where, target, alias, self._principal),\n",
        "",
        _OF_COLUMNS,
    ),
    Break(
        "columns: what is asked",
        "no order or group over a reference tells what a mask hides",
        "zhike/platform/objects/logic/questions.py",
        "            paths.require(self.owner, found, self.principal)\n",
        "            pass\n",
        _OF_COLUMNS,
    ),
    Break(
        "columns: what is refused",
        "a field over a reference is shown no better than on its own record",
        "zhike/platform/objects/logic/presenting.py",
        "    rules |= {field.key: paths.rule(owner, field, principal) for field in fields if field.steps}\n",
        '    rules |= {field.key: "clear" for field in fields if field.steps}\n',
        _OF_COLUMNS,
    ),
)
