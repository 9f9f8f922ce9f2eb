"""Britain's default notice: how many days must it give for the remedy (CCA 1974 s. 88(2))?"""

from datetime import date

from policy.law.deadlines import default_notice_may_end
from policy.procedures.procedure import Procedure

DEFAULT_NOTICE = Procedure(
    name="default_notice", country="GB", notice_days=(default_notice_may_end(date.min) - date.min).days
)
"""UK-C1: fourteen days from its service."""
