"""What is each kind of step: which activity takes it, on which channel, and is the law asked about it?

It is, of every step that reaches a person, unless the spec of the step's kind or of its channel says here, in code, why
not: no strategy can exempt a step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from channels.channel_spec import ChannelFault, ChannelSpec
from channels.channel_table import CHANNELS
from models.decisions import Act, StepKind
from models.event import Channel

Activity = Literal["send_message", "open_task", "issue_notice", "issue_certificate", "issue_package", "place_account"]
"""The activities that take steps, by the names under which workflows call them."""
A_RELEASE = "people of the house are asked whether the step may be taken"


@dataclass(frozen=True)
class StepKindSpec:
    """One kind of step. Without a channel of its own the strategy names one."""

    name: StepKind
    activity: Activity
    channel: Channel | None = None
    reaches_nobody: str = ""
    """Why the law is not asked. Empty, as with every kind that reaches a person: it is asked."""


def step_kind_table(*specs: StepKindSpec) -> Mapping[StepKind, StepKindSpec]:
    """The specs by kind. Raises ChannelFault where a kind has none, or one is not known to strategies."""
    found = {spec.name: spec for spec in specs}
    if differ := sorted({*found} ^ {*get_args(StepKind)}):
        raise ChannelFault(f"no spec in channels/step_kind_table.py, or no kind of step: {', '.join(differ)}")
    return MappingProxyType(found)


def _of_channels() -> Iterator[StepKindSpec]:
    """A step of the name of a channel: a text that is sent, or a task of the person who makes the contact."""
    for spec in CHANNELS.values():
        yield StepKindSpec(spec.name.value, "send_message" if spec.written else "open_task", spec.name)


STEP_KINDS = step_kind_table(
    *_of_channels(),
    StepKindSpec("offer", "send_message"),
    StepKindSpec("formal_notice", "issue_notice", Channel.letter),
    StepKindSpec("trace", "open_task", reaches_nobody="registers and files are searched; who is asked is told apart"),
    StepKindSpec("review", "open_task", reaches_nobody="people of the house look at the file"),
    StepKindSpec("certificate", "issue_certificate", reaches_nobody="it goes to the creditor"),
    StepKindSpec("legal_package", "issue_package", reaches_nobody="it goes to the creditor, for a court"),
    StepKindSpec("placement", "place_account", reaches_nobody="it goes to an agency, which the law binds by itself"),
)


REACHING = frozenset(kind for kind, spec in STEP_KINDS.items() if not spec.reaches_nobody)
"""Kinds of steps that reach a person: there is one such contact a day, and none on stale information."""


def not_asked(act: Act) -> str:
    """Why the law is not asked about the step; empty: it is."""
    if act.waits_for == "release":
        return A_RELEASE
    kind = STEP_KINDS[act.do]
    return kind.reaches_nobody or channel_of(act).reaches_nobody


def channel_of(act: Act) -> ChannelSpec:
    """The channel of a step that reaches a person. Raises ChannelFault where it has none."""
    channel = act.channel or STEP_KINDS[act.do].channel
    if channel is None:
        raise ChannelFault(f"{act.step}: a step `{act.do}` reaches a person and has no channel")
    return CHANNELS[channel]


def activity_of(act: Act) -> Activity:
    """Which activity takes the step; its release is a task for people, like a review."""
    return STEP_KINDS["review" if act.waits_for == "release" else act.do].activity


def leaves_house(act: Act) -> bool:
    """Whether something leaves the house by the step: news stop it as long as it has not."""
    return activity_of(act) != "open_task"


def queue_of(act: Act) -> str | None:
    """The queue of its own on which the step is taken, beside that of the workflows; None: it has none."""
    spec = CHANNELS[act.channel] if act.channel else None
    return spec.by_vendor.queue if spec and spec.by_vendor and activity_of(act) == "send_message" else None
