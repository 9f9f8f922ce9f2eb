"""A claim that may be barred, or whose debtor nobody offered anything, goes to court only after a person's word."""

from datetime import timedelta
from typing import Any

import pytest

from intake.pack_files import strategies
from models import events as e
from models.contact import Fact
from models.decisions import Barred, Wait
from policy.deciding.court import barred_after
from policy.deciding.law_facts import circumstances
from policy.parsing.pack_reading import PackFault
from tests.policy.cases import DUE, LAW, Life, account, at, by_hand, day, owes

COURT = by_hand("- {id: package, do: legal_package, release: {by: lawyer, people: 2}}")
THREAT = by_hand("- {id: notice, do: formal_notice, mandatory: true}")
PLACED = by_hand("- {id: placement, do: placement, agency: collectors}")
YEARS = {"IT": 10, "NL": 5, "PT": 5, "RO": 3, "RU": 3, "BR": 5, "US": 3, "GB": 5}
RULES = {"GB": "UK-S1B"}
PERSI = (
    e.Protection(event_id="in", reason="persi", at=at(40)),
    e.Release(event_id="out", of="persi", by="anna", ground="17-1-c", reasons="no_agreement", at=at(140)),
)
"""What a Portuguese loan needs before any suit."""


def old(country: str, days_before: int = 0, strategy: Any = COURT, **more: Any) -> Life:
    """A case that is opened at noon so many days before its claim may be barred; on the first such day, by default."""
    last = DUE.replace(year=DUE.year + YEARS[country])
    begins = (last - DUE).days + 1 - days_before
    facts = {"country": country, "zone": "Europe/Rome", "opened": at(begins, "11:00")}
    life = Life(account(strategy, **facts | more), strategy)
    life.take(*PERSI if country == "PT" else ())
    return life.until(begins, "23:00")


@pytest.mark.parametrize("country", YEARS)
def test_from_the_first_day_on_which_it_may_be_barred_a_claim_waits_for_a_person(country):
    life = old(country)
    since = DUE.replace(year=DUE.year + YEARS[country]) + timedelta(days=1)
    said = f"the claim may be barred since {since.day} {since:%b %Y} ({RULES.get(country, f'{country}-S1')})"
    assert isinstance(life.next, Wait)
    assert (life.steps, life.next.until, life.why) == ([], None, f"a person's decision about package: {said}")
    assert [flag.why for flag in life.case.flags] == [f"a person decides: package: {said}"]


@pytest.mark.parametrize("country", YEARS)
def test_on_the_last_day_people_are_asked_to_release_it_as_ever(country):
    assert old(country, days_before=1).steps == ["package?"]


def test_a_claim_that_becomes_barred_while_two_people_decide_waits_all_the_same():
    life = old("NL", days_before=1)
    life.until(life.day + 1, "09:00")
    life.take(*(life.tell(e.Release, of="package", by=by) for by in ("anna", "bea")))
    assert life.steps == ["package?"]
    assert "NL-S1" in life.why


def test_a_persons_yes_lets_it_go_on_to_the_two_people_and_to_court():
    life = old("NL").answering(release="yes")
    life.hears(e.Release, of="package", by="anna")
    assert life.until(life.day + 9).steps == ["package?", "package"]
    assert life.outcome == "legal"


def test_a_persons_no_passes_it_over():
    life = old("NL")
    life.hears(e.Release, of="package", by="anna", granted=False)
    assert (life.until(life.day + 9).steps, life.outcome) == ([], "closed")


def test_a_yes_from_before_the_claim_was_barred_is_none():
    life = old("NL", days_before=1, causes=())
    life.hears(e.Release, of="package", by="chief")
    assert (life.steps, life.why.split()[0]) == (["package?"], "release")
    life.until(life.day + 1, "09:00")
    life.take(*(life.tell(e.Release, of="package", by=by) for by in ("anna", "bea")))
    assert ("NL-S1" in life.why, "EU-4" in life.why) == (True, False)


def test_a_threat_of_suit_waits_too():
    life = old("US", strategy=THREAT)
    assert (life.steps, "US-S1" in life.why) == ([], True)
    assert old("US", days_before=1, strategy=THREAT).steps == ["notice"]


@pytest.mark.parametrize(("country", "steps"), [("BR", []), ("NL", ["placement"])])
def test_what_nobody_may_ask_for_any_more_is_not_placed_with_others(country, steps):
    assert old(country, strategy=PLACED).steps == steps


# --- Until when? -----------------------------------------------------------------------------------------------------


def last_day(country: str, *facts: e.Event, **more: Any) -> Any:
    life = Life(account(country=country, zone="Europe/Rome", **more))
    life.take(*facts)
    found = barred_after(life.case, life.position, LAW[country])
    return found and found.last_day


def later(years: int, n: int = 0) -> Any:
    begins = day(n)
    return begins.replace(year=begins.year + years)


def served(n: int) -> list[e.Event]:
    """A formal notice that was served on a day, as its hold tells."""
    return [e.Hold(event_id="h", reason="notice_period", at=at(n))]


def paid(n: int) -> e.Event:
    return e.PaymentReceived(event_id=f"p{n}", amount=1, currency="EUR", value_date=day(n))


def test_each_instalment_has_its_own_day_and_the_oldest_open_one_counts():
    two = owes((0, 100_00), (40, 100_00))
    assert last_day("RO", instalments=two) == later(3)
    assert last_day("RO", e.PaymentReceived(event_id="p", amount=100_00, currency="EUR"), instalments=two) == later(
        3, 40
    )


def test_italian_loans_count_from_the_last_instalment_and_bills_each_for_itself():
    two = owes((0, 100_00), (40, 100_00))
    assert last_day("IT", instalments=two) == later(10, 40)
    assert last_day("IT", instalments=two, product="utility") == later(5)


def test_a_dutch_purchase_is_barred_after_two_years():
    assert last_day("NL", product="invoice") == later(2)


@pytest.mark.parametrize(("country", "years", "since"), [("NL", 5, 1), ("RO", 3, 0), ("PT", 5, 0)])
def test_a_formal_notice_starts_the_years_anew_where_the_pack_says_so(country, years, since):
    assert last_day(country, *served(1)) == later(years, since)


def test_a_payment_counts_for_nothing_where_the_law_is_not_known_to_say_so():
    assert last_day("RU", paid(1)) == later(3)


def test_a_notice_does_not_wake_a_claim_that_was_barred_already():
    hold = e.Hold(event_id="h", reason="notice_period", at=at(6 * 366))
    life = Life(account(country="NL", opened=at(6 * 366)))
    life.now = at(6 * 366, "13:00")
    life.take(hold)
    found = barred_after(life.case, life.position, LAW["NL"])
    assert found
    assert found.last_day == later(5)


@pytest.mark.parametrize("kind", ["certificate", "legal_package"])
def test_the_papers_are_told_the_day_with_its_rule(kind):
    paper = f"- {{id: paper, do: {kind}, release: {{by: lawyer, people: 2}}}}"
    steps = by_hand(f"- {{id: sms, do: sms, text: first_reminder}}\n{paper}")
    life = Life(account(steps, country="NL"), steps).answering(release="yes").until(5)
    _, asked, taken = life.taken
    assert asked.act.barred is None
    assert taken.act.barred == Barred(last_day=later(5), effect="must_be_pleaded", rule="NL-S1")


def test_nothing_open_is_never_barred():
    assert last_day("NL", e.PaymentReceived(event_id="p", amount=120_00, currency="EUR")) is None


# --- Where nobody asks for it any more -------------------------------------------------------------------------------


def test_a_brazilian_debt_is_prescribed_from_the_day_after_five_years_and_a_dutch_one_never():
    brazil, dutch = account("crecerto"), account("alth")
    assert circumstances(brazil, at(1), LAW["BR"]) == (Fact("prescribed", later(5) + timedelta(days=1)),)
    assert circumstances(dutch, at(1), LAW["NL"]) == ()


def test_a_payment_of_the_oldest_instalment_moves_the_day():
    life = Life(account("crecerto", instalments=owes((0, 100_00), (40, 100_00))))
    life.pays(100_00)
    assert circumstances(life.case, life.now, LAW["BR"])[0].since == later(5, 40) + timedelta(days=1)


# --- Forbearance comes before court (EU-4) ---------------------------------------------------------------------------


def unasked(**more: Any) -> Life:
    return Life(account(COURT, causes=(), **more), COURT)


def test_without_a_look_at_forbearance_no_suit_leaves_in_the_union():
    life = unasked().until(3)
    assert (life.steps, life.flags) == ([], ["stuck"])
    assert life.why == "a person's decision about package: no forbearance was looked at before court (EU-4)"


def test_elsewhere_the_rule_does_not_bind():
    assert unasked(country="RU", zone="Europe/Moscow").until(3).steps == ["package?"]


@pytest.mark.parametrize("kind", ["offer", "hardship", "cause"])
def test_an_offer_a_hardship_or_the_cause_that_was_heard_is_a_look(kind):
    life = unasked().until(3)
    day_ = {"instalments": ({"due": day(20), "amount": 100_00},), "until": day(10)}
    if kind == "offer":
        life.hears(e.OfferMade, what="settlement", waived=20_00, **day_)
        life.until(12)
    elif kind == "hardship":
        life.hears(e.Hardship, until=day(5))
        life.until(6)
    else:
        life.says("right_party", cause="job_loss")
    assert life.until(life.day + 1).steps == ["package?"]


def test_an_offer_from_before_this_delay_is_no_look():
    life = unasked().until(3)
    life.hears(
        e.OfferMade, what="settlement", waived=20_00, instalments=({"due": day(20), "amount": 100_00},), until=day(10)
    )
    earlier = tuple(offer.model_copy(update={"at": at(-40)}) for offer in life.case.offers)
    assert unasked(offers=earlier).until(12).steps == []
    assert unasked(offers=life.case.offers).until(12).steps == ["package?"]


def test_an_offer_that_nobody_approved_was_never_made():
    life = unasked().until(3)
    terms = {"waived": 20_00, "instalments": ({"due": day(20), "amount": 100_00},), "until": day(10)}
    life.hears(e.OfferMade, what="settlement", needs=1, by="anna", **terms)
    assert [offer.state for offer in life.case.offers] == ["to_approve"]
    assert "EU-4" in life.why
    life.hears(e.OfferApproved, offer=life.case.offers[0].id, by="bea", granted=False)
    assert [offer.state for offer in life.case.offers] == ["refused"]
    assert (life.steps, "EU-4" in life.why) == ([], True)


def test_a_review_that_was_done_in_this_episode_is_a_look():
    steps = by_hand("- {id: look, do: review}\n- {id: package, do: legal_package, release: {by: lawyer, people: 2}}")
    done = Life(account(steps, causes=()), steps).answering(review="done").until(4)
    slept = Life(account(steps, causes=()), steps).until(40)
    assert done.steps == ["look", "package?"]
    assert {*slept.steps} == {"look"}


@pytest.mark.parametrize("name", sorted(strategies()))
def test_every_shipped_way_to_court_has_a_look_before_it(name):
    for cycle in strategies()[name].strategy.cycles:
        kinds = [step.do for stage in cycle.stages for step in stage.steps]
        if "legal_package" in kinds:
            assert "review" in kinds[: kinds.index("legal_package")]


# --- People decide to sue (EU-6) -------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["{by: lawyer}", "{by: lawyer, people: 1}"])
def test_a_strategy_that_sues_on_one_persons_word_does_not_load(release):
    with pytest.raises(PackFault, match=r"release: 2 people decide to sue, never a machine \(EU-6"):
        by_hand(f"- {{id: package, do: legal_package, release: {release}}}")


def test_a_strategy_cannot_do_without_a_release():
    with pytest.raises(PackFault, match="release"):
        by_hand("- {id: package, do: legal_package, release: null}")


def test_where_no_release_is_named_two_lawyers_are_asked():
    assert by_hand("- {id: package, do: legal_package}").cycles[0].stages[0].steps[0].release.people == 2
