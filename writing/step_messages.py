"""What does the message of a step say, for one account or for several, and on paper what does its page look like?"""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from models.addressee import Addressee, Companion
from models.decisions import StepInput
from policy.steps.step_outcomes import TRANSFER, VALIDATION
from writing.document_content import Computation, Letter
from writing.document_pdf import make_letter, make_validation
from writing.paper_facts import paper
from writing.rendering import Rendered, render
from writing.sms_segments import SEVERAL, budget, segments
from writing.text_facts import Lacking, TextFacts, demanded, of_several
from writing.text_files import TextChannel
from writing.texts import Texts
from writing.validation_notice import itemised_in, made, particulars


def composed(
    texts: Texts, asked: StepInput, to: Addressee, told: TextFacts, sums: Computation | None, at: datetime
) -> Rendered:
    """The message of a step; `sums`: how a letter's amount comes about. Raises Lacking."""
    name, channel = asked.act.text or "", cast(TextChannel, asked.act.channel)
    fields = demanded(to, name, channel, told)
    if name == TRANSFER and told.transferred is None:
        raise Lacking(f"EU-1N: transferred not known, account {asked.account}")
    if name == VALIDATION:
        return _validation(texts, asked, to, told, fields, at)
    text = render(texts, to.debtor.language, name, channel, told, fields)
    if channel != "letter":
        return text
    letter = Letter(**paper(asked, to, text, at), address=to.debtor.window, computation=sums)
    return text.model_copy(update={"page": make_letter(texts, letter).content})


def _validation(
    texts: Texts, asked: StepInput, to: Addressee, told: TextFacts, fields: Iterable[str], at: datetime
) -> Rendered:
    """The validation notice; where it is in another language, the English one goes with it (12 CFR 1006.34(e))."""
    channel = cast(TextChannel, asked.act.channel)
    named, written = particulars(asked, to, told), []
    for language in dict.fromkeys((to.debtor.language, "en")):
        facts = itemised_in(texts, language, told, named)
        written.append(render(texts, language, VALIDATION, channel, facts, fields))
    notice = made(asked, to, named, written, at)
    if channel == "letter":
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
    channel, companions = cast(TextChannel, asked.act.channel), to.companions
    while companions and channel == "sms" and not _fits(texts, to, of_several(told, to, companions)):
        companions = companions[:-1]
    if not companions:
        return None, ()
    about = of_several(told, to, companions)
    fields = demanded(to, SEVERAL, channel, about)
    return render(texts, to.debtor.language, SEVERAL, channel, about, fields), companions


def _fits(texts: Texts, to: Addressee, about: TextFacts) -> bool:
    """Whether an SMS keeps within its segments."""
    text = render(texts, to.debtor.language, SEVERAL, "sms", about)
    return segments(text.body) <= budget(to.debtor.language, SEVERAL)
