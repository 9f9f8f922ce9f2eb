"""What a step's instruction leads to, as events: used by the activities that act and by the rehearsal that does not."""

from datetime import datetime
from typing import Any

from channels.channel_table import PRINTED
from channels.step_kind_table import activity_of, channel_of, not_asked
from models import events as e
from models.case import Case
from models.contact import Contact, Fact, Facts, Party
from models.decisions import Act, OpenInstalment, StepInput
from models.events import Channel
from models.jurisdiction import Jurisdiction
from policy.case.rounds import agreed
from policy.deciding.law_facts import first_contact
from policy.law.may_contact import Allow, Answer, Defer, Deny, Human, debtor_day, may_contact
from policy.money.cost_letters import to_announce
from policy.money.itemisation import itemised
from policy.money.ledger import entries
from policy.money.position import beside, position
from policy.procedures import procedure_table

VALIDATION = "validation_notice"
TRANSFER = "transfer_notice"
ON_PAPER = frozenset({"formal_notice", "certificate", "legal_package"})


def step_input(case: Case, act: Act, now: datetime, *, written: bool = True) -> StepInput:
    """What the step's activity needs of the case; without what stands on paper where nothing is `written`."""
    today = debtor_day(now, case.zone)
    owed = position(case, today)
    on_paper = written and (act.channel in PRINTED or act.do in ON_PAPER)
    amount, day = agreed(case, act.round)
    announces, missed = to_announce(case, today) if procedure_table.announces(act.text) else ((), ())
    return StepInput(
        account=case.account,
        party=case.party,
        country=case.country,
        zone=case.zone,
        currency=case.currency,
        act=act,
        now=now,
        outstanding=owed.outstanding,
        overdue=owed.overdue,
        oldest_due=owed.oldest_unpaid,
        due_amount=owed.open[0][1] if owed.open else None,
        days_past_due=owed.days_past_due,
        promise_amount=amount,
        promise_due=day,
        specialist=case.specialist,
        open=tuple(
            OpenInstalment(number=i.number, due=i.due, amount=i.amount, open=rest) for i, rest in owed.open if on_paper
        ),
        entries=entries(case, today) if on_paper else (),
        beside=beside(case, today) if on_paper else (),
        itemised=itemised(case, today) if written and procedure_table.itemises(act.text) else None,
        transferred=case.sold_on,
        credit=owed.credit,
        announces=announces,
        missed=missed,
        disputed=owed.disputed,
        principal=owed.principal,
        interest=owed.interest,
        late_fees=owed.late_fees,
        costs=owed.costs,
        released=tuple(
            (r.by, debtor_day(r.at, case.zone))
            for r in case.released
            if (r.step, r.round, r.granted) == (act.step, act.round, True)
        ),
    )


def is_demand(act: Act) -> bool:
    """Whether the step reaches a person: the law is asked about it, and there is one such contact a day."""
    return not not_asked(act)


def unasked(act: Act) -> dict[str, str]:
    """What is kept with a step of which the law is not asked."""
    return {"not_asked": not_asked(act)}


def asks(act: Act) -> bool:
    """Whether a contact asks for money. A notice that the law wants does not: it may go where a demand may not."""
    return is_demand(act) and procedure_table.asks(act.text)


def stopped(
    asked: StepInput, pack: Jurisdiction, log: list[Contact], at: datetime, known: tuple[Fact, ...] = ()
) -> e.Result | None:
    """The law's answer to a step of a rehearsal: None to go ahead, else a deferral or a refusal with the rule."""
    if not is_demand(asked.act):
        return None
    channel = channel_of(asked.act).law
    first = first_contact(asked.account, log, asked.zone)
    known = (*known, first) if first else known
    party, facts = Party(asked.party, (asked.zone,)), Facts(asked.account, demand=asks(asked.act), known=known)
    return against(asked.act, may_contact(party, channel, at, log, facts, pack))


def against(act: Act, answer: Answer) -> e.Result | None:
    """What the law's answer makes of a step: None to go ahead, else a deferral or a refusal with the rule."""
    match answer:
        case Allow():
            return None
        case Defer(until=until, rule=rule):
            return e.StepDeferred(**base(act, "step_deferred"), until=until, rule=rule)
        case Deny(rule=rule) | Human(rule=rule):
            refused, person = base(act, f"step_refused:{act.channel}"), isinstance(answer, Human)
            return e.StepRefused(**refused, channel=act.channel, rule=rule, person=person)


def base(act: Act, kind: str) -> dict[str, Any]:
    """What all results of a step share."""
    return {
        "event_id": f"{act.key}:{kind}",
        "step": act.step,
        "round": act.round,
        "key": act.key,
        "attempt": act.attempt,
    }


def done(asked: StepInput, sha256: str = "0" * 64, notice: e.NoticeGiven | None = None) -> e.Result:
    """The result of a step that was taken; `notice`: what the law takes its message for."""
    act = asked.act
    if activity_of(act) == "open_task":
        assert act.due
        return e.TaskOpened(
            **base(act, "task_opened"),
            task=act.do,
            channel=act.channel,
            assignee=act.assignee or act.do,
            due=act.due,
            waits_for="release" if act.waits_for == "release" else "outcome",
            people=act.people,
        )
    match act.do:
        case "formal_notice":
            assert act.due
            issued: dict[str, Any] = {
                "document": act.do,
                "sha256": sha256,
                "due": act.due,
                "notice_days": act.notice_days,
            }
            return e.NoticeIssued(**base(act, "notice_issued"), **issued)
        case "certificate" | "legal_package":
            return e.DocumentIssued(**base(act, "document_issued"), document=act.do, sha256=sha256)
        case "placement":
            return e.AccountPlaced(**base(act, "account_placed"), agency=act.agency or "agency", days=act.placed_days)
        case _:
            sent: dict[str, Any] = {"channel": act.channel, "waits_until": act.due, "offer": act.offer}
            return e.MessageSent(**base(act, "message_sent"), **sent, notice=notice)


def unknown(asked: StepInput, channel: Channel) -> e.OutcomeUnknown:
    """The result of a message that may have left: nobody can tell."""
    more: dict[str, Any] = {"channel": channel, "waits_until": asked.act.due, "offer": asked.act.offer}
    return e.OutcomeUnknown(**base(asked.act, "outcome_unknown"), **more)


def logged(asked: StepInput, at: datetime) -> Contact:
    """The step as an entry of the party's contact log."""
    spec = channel_of(asked.act)
    return Contact(asked.account, asked.party, spec.law, at, spec.unknown_level, is_demand(asked.act))
