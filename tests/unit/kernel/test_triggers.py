"""The index finds the same as asking each trigger whether it wants the event."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel.triggers import Trigger, TriggerIndex

NAMES, SUBJECTS = ("record.created", "record.updated", "delivery.sent"), ("party", "coverage")
TRIGGERS = st.builds(Trigger, st.sampled_from(("", *NAMES)), st.sampled_from(("", *SUBJECTS)))


@given(st.lists(st.tuples(TRIGGERS, st.integers(0, 5))), st.sampled_from(NAMES), st.sampled_from(SUBJECTS))
def test_it_finds_what_asking_each_finds(triggers, name, subject):
    wanting = {who for one, who in triggers if one.name in ("", name) and one.subject in ("", subject)}
    found = TriggerIndex.build(triggers).of(name, subject)
    assert (set(found), len(found)) == (wanting, len(wanting))


def test_the_most_exact_comes_first():
    index = TriggerIndex.build(
        [
            (Trigger(), "all"),
            (Trigger(subject="party"), "party"),
            (Trigger("record.created"), "created"),
            (Trigger("record.created", "party"), "both"),
        ]
    )
    assert index.of("record.created", "party") == ["both", "created", "party", "all"]
    assert index.of("record.updated", "coverage") == ["all"]
