"""What a portfolio left unsaid keeps a case's message from going until it is said and a person says again."""

from temporalio.testing import WorkflowEnvironment

from models import events as e
from models.tables.accounts import Account
from tests.workflows.houses import House
from tests.workflows.lives import lead


async def test_a_message_waits_for_what_the_law_demands_of_it_and_for_a_person(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "crecerto", "microcredit", creditor_number=None)
    await led.days(20)
    seen = await led.view()
    (flag,) = [flag for flag in seen.case.flags if flag.id.startswith("stuck:")]
    step = flag.id.split(":")[2]
    assert flag.why == f"a person decides: {step} lacks BR-C1: creditor_number not known, portfolio {house.portfolio}"
    assert (seen.next_at, seen.why) == (None, f"a person's decision about {step}")
    assert house.sent() == []
    assert [task.why for task in house.tasks(led.case.account) if task.status == "open"] == [flag.why]

    with house.database.session() as session:
        session.get_one(Account, led.case.account).creditor_number = "CNPJ 00.000.000/0000-00"
    await led.tell(e.Release, of=step, by="anna")
    await led.days(5)
    sent = [file.read_text("utf-8") for file in house.sent()]
    assert sent
    assert all("CNPJ 00.000.000/0000-00" in message for message in sent)
    assert [record.result for record in (await led.view()).case.records if record.step == step][:2] == [
        "rejected",
        "again",
    ]
