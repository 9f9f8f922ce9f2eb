"""What does the message of a step say, for one account or for several, and on paper what does its page look like?"""

from collections.abc import Iterable
from datetime import datetime

from channels.channel_spec import TextForm
from channels.channel_table import CHANNELS, SEGMENTED
from models.addressee import Addressee, Companion
from models.contact import LawChannel
from models.decisions import StepInput
from policy.steps.step_outcomes import TRANSFER, VALIDATION
from writing.document_content import Computation, Letter
from writing.document_pdf import make_letter, make_validation
from writing.paper_facts import paper
from writing.rendering import Rendered, render
from writing.sms_segments import SEVERAL, budget, segments
from writing.text_facts import Lacking, TextFacts, demanded, of_several
from writing.texts import Texts
from writing.validation_notice import itemised_in, made, particulars


class NoText(Exception):
    """The step is no message."""


def text_form(asked: StepInput) -> TextForm:
    """In which form the step's text goes. Raises NoText where it has none, or none goes on its channel."""
    written = CHANNELS[asked.act.channel].written if asked.act.channel else None
    if written is None or asked.act.text is None:
        raise NoText(f"{asked.act.step}: a message needs a text, and a channel on which texts go")
    return written.texts


def _law_word(asked: StepInput) -> LawChannel:
    assert asked.act.channel, "without one there is no form either"
    return CHANNELS[asked.act.channel].law


def composed(
    texts: Texts, asked: StepInput, to: Addressee, told: TextFacts, sums: Computation | None, at: datetime
) -> Rendered:
    """The message of a step; `sums`: how a letter's amount comes about. Raises Lacking."""
    name, form = asked.act.text or "", text_form(asked)
    fields = demanded(to, name, _law_word(asked), told)
    if name == TRANSFER and told.transferred is None:
        raise Lacking(f"EU-1N: transferred not known, account {asked.account}")
    if name == VALIDATION:
        return _validation(texts, asked, to, told, fields, at)
    text = render(texts, to.debtor.language, name, form, told, fields)
    if form != "letter":
        return text
    letter = Letter(**paper(asked, to, text, at), address=to.debtor.window, computation=sums)
    return text.model_copy(update={"page": make_letter(texts, letter).content})


def _validation(
    texts: Texts, asked: StepInput, to: Addressee, told: TextFacts, fields: Iterable[str], at: datetime
) -> Rendered:
    """The validation notice; where it is in another language, the English one goes with it (12 CFR 1006.34(e))."""
    named, written = particulars(asked, to, told), []
    for language in dict.fromkeys((to.debtor.language, "en")):
        facts = itemised_in(texts, language, told, named)
        written.append(render(texts, language, VALIDATION, text_form(asked), facts, fields))
    notice = made(asked, to, named, written, at)
    if text_form(asked) == "letter":
        return written[0].model_copy(update={"page": make_validation(texts, notice).content})
    own, *english = written
    # No page: it could hold one of the two only.
    body = "\n\n".join(text.body for text in written)
    return own.model_copy(update={"body": body, "html": None}) if english else own


def for_several(
    texts: Texts, asked: StepInput, to: Addressee, told: TextFacts
) -> tuple[Rendered | None, tuple[Companion, ...]]:
    """The words that speak for the debtor's other accounts too, and for which; None for none. Raises Lacking.

    Those that an SMS does not hold have their own. What the law adds comes on top: it is no reason to write more often.
    """
    form, companions = text_form(asked), to.companions
    counted = asked.act.channel in SEGMENTED
    while companions and counted and not _fits(texts, to, form, of_several(told, to, companions)):
        companions = companions[:-1]
    if not companions:
        return None, ()
    about = of_several(told, to, companions)
    fields = demanded(to, SEVERAL, _law_word(asked), about)
    return render(texts, to.debtor.language, SEVERAL, form, about, fields), companions


def _fits(texts: Texts, to: Addressee, form: TextForm, about: TextFacts) -> bool:
    """Whether the text keeps within its segments."""
    text = render(texts, to.debtor.language, SEVERAL, form, about)
    return segments(text.body) <= budget(to.debtor.language, SEVERAL)
