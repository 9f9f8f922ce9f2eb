"""Has every channel, and every kind of step, a spec, and what becomes of one that has none?"""

from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from channels.channel_spec import ChannelFault
from channels.channel_table import BY_PERSON, CHANNELS, channel_table, lost_by, opened_by, reach
from channels.letter import LETTER
from channels.sms import SMS
from channels.step_kind_table import STEP_KINDS, activity_of, channel_of, not_asked, queue_of, step_kind_table
from cli.delivery_setup import BUILT
from models.decisions import Act, StepKind
from models.event import Channel, Outcome
from models.strategy import Step
from settings import Settings


def step(do: StepKind, **more: Any) -> Act:
    own: dict[str, Any] = {"step": "one", "round": "e1", "do": do, "key": "k", "attempt": 1, "why": ""}
    return Act(**own | more)


def test_every_channel_has_a_spec() -> None:
    assert set(CHANNELS) == set(Channel)


def test_every_kind_of_step_has_a_spec() -> None:
    kinds = {fields["properties"]["do"].get("const") for fields in _steps()} - {None}
    several = {kind for fields in _steps() for kind in fields["properties"]["do"].get("enum", ())}
    assert set(STEP_KINDS) == set(get_args(StepKind)) == kinds | several


def _steps() -> list[dict[str, Any]]:
    schema = TypeAdapter(Step).json_schema()["$defs"]
    return [fields for name, fields in schema.items() if "do" in fields.get("properties", ())]


def test_a_table_that_leaves_a_channel_out_is_none() -> None:
    with pytest.raises(ChannelFault, match=r"no spec in channels/channel_table.py for: email, call, letter, visit"):
        channel_table(SMS)


def test_a_table_that_leaves_a_kind_of_step_out_is_none() -> None:
    with pytest.raises(ChannelFault, match=r"no spec in channels/step_kind_table.py, or no kind of step: trace"):
        step_kind_table(*(spec for kind, spec in STEP_KINDS.items() if kind != "trace"))


def test_a_channel_that_strategies_write_on_is_written_in_its_spec() -> None:
    with pytest.raises(ChannelFault, match=r"written by its spec or by the strategies' words alone: letter"):
        channel_table(*(spec for spec in CHANNELS.values() if spec is not LETTER), replace(LETTER, written=None))


@pytest.mark.parametrize("word", ["", "pigeon"])
def test_a_spec_without_a_word_of_the_law_does_not_load(word: Any) -> None:
    with pytest.raises(ChannelFault, match="the channel sms: the packs of law have no word"):
        replace(SMS, law=word)


def test_a_step_that_reaches_a_person_and_has_no_channel_is_no_step() -> None:
    with pytest.raises(ChannelFault, match="one: a step `offer` reaches a person and has no channel"):
        not_asked(step("offer"))


def test_a_formal_notice_is_a_letter_though_nobody_says_so() -> None:
    assert channel_of(step("formal_notice")) is LETTER


def test_whether_a_step_may_be_taken_is_asked_in_the_house() -> None:
    release = step("sms", waits_for="release")
    assert (activity_of(release), not_asked(release), queue_of(release)) == (
        "open_task",
        "people of the house are asked whether the step may be taken",
        None,
    )


@pytest.mark.parametrize("channel", Channel)
def test_what_a_vendor_may_send_has_a_queue_of_its_own(channel: Channel) -> None:
    own = CHANNELS[channel].by_vendor
    assert queue_of(step(channel.value, channel=channel)) == (own.queue if own else None)


def test_every_vendor_of_a_channel_can_be_set_up() -> None:
    assert {name for spec in CHANNELS.values() if spec.by_vendor for name in spec.by_vendor.vendors} == set(BUILT)


def test_the_rate_of_every_vendors_queue_can_be_set() -> None:
    assert {spec.by_vendor.rate for spec in CHANNELS.values() if spec.by_vendor} <= set(Settings.model_fields)


def test_a_person_is_reached_by_what_is_known_of_them() -> None:
    nowhere: Any = type("Person", (), dict.fromkeys(("phone", "email", "street", "city", "postal_code", "country")))
    assert reach(nowhere) == ()


def test_a_wrong_number_ends_what_a_number_opens() -> None:
    assert lost_by(Outcome.wrong_number) == opened_by("phone")


def test_people_make_the_contacts_that_are_not_written() -> None:
    assert {channel for channel, spec in CHANNELS.items() if not spec.written} == BY_PERSON
