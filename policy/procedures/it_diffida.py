"""Italy's diffida ad adempiere: how many days must a formal notice give (c.c. 1454)?"""

from datetime import date

from policy.law.deadlines import diffida_may_end
from policy.procedures.procedure import Procedure

DIFFIDA = Procedure(name="diffida", country="IT", notice_days=(diffida_may_end(date.min) - date.min).days)
"""IT-C3: fifteen days from its arrival."""
