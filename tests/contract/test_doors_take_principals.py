"""Every door that changes or reveals takes the principal; what takes none is listed here, with one sentence why."""

from __future__ import annotations

import importlib
import inspect
import typing
from pathlib import Path

from django.db import models

from tests.contract.test_layers import FLOORS, MORE_DOORS, ROOT

#: Why functions of a room's doors take no principal. Each is held to be in one group, to exist and to take none.
WITHOUT = {
    "they say what definitions hold, which is the same for everybody, and reveal no row": {
        "fields.api": "bad_character bound check_format check_numbers mask plain readable_format value_type",
        "fields.search_tokens": "array_items is_whole tokens_of wanted",
        "objects.catalogue": "by_ids describe field_of known names_of object_with_role pointed_at pointers provisional schema"
        " served_on targets_of",
        "objects.faults": "bad_key doubled_key duplicate misfit no_change no_key no_target nobodys required source_owned stamped unsaid_kind unwritten"
        " write_anew",
        "objects.single": "having is_number",
        "identity.api": "identity_of_subject load_definitions matched_fields",
        "records.figures": "column_of compared day_end drawn fields_named known scalar",
        "records.wire": "form_field_out written_out",
        "exchange.files": "kind_of look missing_columns rows_of_text rows_of_workbook rows_told template",
        "packs.api": "check missing outdated plan unapplied",
        "permissions.api": "check_operation reading_conditions register_limits register_shares",
        "permissions.parts": "register registered word_for",
        "indicators.api": "checking_schema effect_measure goal_schema indicators measures over_wide party_terms vocabulary wide_schema"
        " window_measures",
        "tags.api": "tags vocabulary",
        "serving.api": "party telling terms total",
        "warehouse.api": "business_date files_about newest_day newest_file_day publication published register_look register_step stale_days"
        " state",
        "warehouse.datasets": "currencies_in dataset_column dataset_meant dataset_schema dataset_uses example_of only_value"
        " read_definitions source_of sources_of unknown_dataset",
        "channels.api": "fields_used template templates",
        "compliance.api": "highest_level",
        "work.api": "kinds",
        "work.origins": "register_notices",
        "objects.guards": "register",
        "records.origins": "of register",
        "campaigns.api": "goal_examples possible_acts",
    },
    "they make the principal, or narrow rows that the caller has narrowed by it already": {
        "permissions.api": "principal_of_user system_principal",
        "permissions.parts": "any_of one",
        "organization.people": "colleagues nearest_unit user_id",
        "organization.places": "directly_below inside parts_of tops trail",
    },
    "they are the journal, which is written by whoever acts and read by the rooms whose rows it tells of": {
        "audit.api": "history lately note note_changes noted watch wipe_values",
    },
    "engines load, compute and decide by them over everybody's rows, on nobody's behalf; they are for no screen": {
        "objects.sets": "columns facts gathered positional",
        "objects.bulk": "drop_replaced facts forget_figures prepare publish refer_to related reserve_ids serving_employees"
        " stop_serving without_source",
        "objects.statements": "compiled_rules dated joined records_from retired_columns",
        "records.api": "erased",
        "exchange.api": "effects export load",
        "exchange.mappings": "choose chosen",
        "indicators.api": "compute window_curve window_outcomes",
        "tags.api": "compute",
        "serving.api": "published",
        "identity.api": "evaluate links run states survivors",
        "warehouse.api": "allowed_effects allowed_of_few compact only_writer session stage_run table_version",
        "warehouse.received": "as_of_now files_in fold_anew keep_rejected load_file load_folder plain_master stale_sources"
        " stored_file",
        "audiences.api": "snapshot_members",
        "packs.api": "apply apply_later",
    },
    "pumps, timers and loads call them; what a person asks for goes by a door of the campaign or record it is about": {
        "work.origins": "cancel_open of_origin records_of summaries_of_origins summary_of_origin",
        "channels.api": "away counts counts_of dispatch enqueue first_sent hold messages parties put_off resend"
        " states states_of_party stop undelivered",
        "channels.sets": "elsewhere missing refused sent",
        "compliance.api": "ask_again asked_before decide decisions_of_party giving_back judge reasons_of refusals refused_for tally",
        "campaigns.api": "advance settle",
        "campaigns.standing": "reached",
    },
    "users are managed by `server.users`, which holds each act against the posts of whoever does it, and signing in has none": {
        "organization.api": "actor_names add_user all_staff all_units change_password change_user end_post give_post"
        " password_due password_rules person set_language set_password sign_out_everywhere staff subtrees unit_by_code"
        " unit_by_uid upsert_units user_names",
        "organization.roster": "page row",
    },
}  # fmt: skip


def doors():
    """The functions of every door, by "room.door.function"."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).glob("*/*.py")):
            if path.stem == "api" or path.stem in MORE_DOORS.get(path.parent.name, set()):
                module = importlib.import_module(".".join(path.with_suffix("").parts))
                for name in module.__all__:
                    if inspect.isfunction(getattr(module, name)):
                        yield f"{path.parent.name}.{path.stem}.{name}", getattr(module, name)


def listed():
    return [f"{door}.{name}" for group in WITHOUT.values() for door, names in group.items() for name in names.split()]


def test_every_door_takes_the_principal_or_says_why_not():
    without = {name for name, found in doors() if "principal" not in inspect.signature(found).parameters}
    assert without - set(listed()) == set()
    assert set(listed()) - without == set(), "these take a principal by now, or are gone"
    assert len(listed()) == len(set(listed()))


def test_no_route_answers_without_the_principal():
    """A route that never looks at who asks reveals its answer to everybody who signs in."""
    silent = []
    for path in sorted(Path("zhike").rglob("routes.py")):
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        for name, found in vars(module).items():
            if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith("_"):
                source = inspect.getsource(found)
                if "@router" in source and "principal" not in source:
                    silent.append(f"{path.parent.name}.{name}")
    assert silent == ["server.session"]  # it says whether anybody is signed in


def _named(annotation):
    """Every class that an annotation names, however deep."""
    for part in typing.get_args(annotation):
        yield from _named(part)
    if inspect.isclass(typing.get_origin(annotation) or annotation):
        yield typing.get_origin(annotation) or annotation


def test_doors_hand_out_types_and_no_rows():
    """A row saves itself: whoever is handed one changes it behind the door."""
    rows = {
        f"{name}: {found.__name__}"
        for name, function in doors()
        for found in _named(typing.get_type_hints(function)["return"])
        if issubclass(found, models.Model)
    }
    assert rows == set()
