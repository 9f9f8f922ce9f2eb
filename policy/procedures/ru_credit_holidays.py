"""Russia's credit holidays: how long do they last (353-FZ art. 6.1-2), and what do they stop?"""

from datetime import timedelta

from models.case import BLOCKS
from policy.law.deadlines import credit_holidays_until
from policy.procedures.procedure import HoldRule, Procedure, told_or

CREDIT_HOLIDAYS = Procedure(
    name="credit_holidays",
    country="RU",
    holds={"moratorium": HoldRule(BLOCKS, "no demand and no penalty while credit holidays last (353-FZ 6.1-1, 6.1-2)")},
    last_days={"moratorium": told_or(lambda since: credit_holidays_until(since) - timedelta(days=1))},
)
