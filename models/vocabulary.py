"""The words of the field that files and strategies may use; anything else is refused with this list."""

PRODUCTS = (
    "consumer_loan",
    "microloan",
    "overdraft",
    "credit_card",
    "mortgage",
    "leasing",
    "invoice",
    "utility",
)
LEGAL_STATUSES = (
    "amicable",
    "terminated",
    "court_filed",
    "enforceable_title",
    "failed_enforcement",
    "worked_before",
)
"""amicable: before any legal step; terminated: the contract was ended; worked_before: another agency tried already."""
LANGUAGES = ("it", "ro", "nl", "ru", "pt", "en")
ROLES = ("debtor", "co_debtor", "guarantor")
CAUSES = {
    "job_loss": "lost the job",
    "income_drop": "earns less than before",
    "late_salary": "wages or a pension come late",
    "illness": "illness or an accident, of the debtor or in the family",
    "bereavement": "a death in the family",
    "separation": "separation or divorce",
    "family_costs": "a large cost in the family: school, a birth, a wedding",
    "business_slump": "the business earns too little, or closed",
    "unpaid_customers": "the debtor's own customers do not pay",
    "low_season": "between seasons: no sales or no harvest yet",
    "crop_or_herd_loss": "the harvest or the livestock was lost",
    "disaster": "flood, fire, theft or the like",
    "over_indebted": "owes instalments to several lenders",
    "lent_name": "took the loan for somebody else",
    "moved_away": "moved away or works abroad",
    "payment_trouble": "wanted to pay and could not: bank, cash point, office",
    "forgot": "forgot the day, or did not know it",
    "disputes_debt": "holds that it is not owed",
    "unwilling": "can pay and does not want to",
    "other": "another cause",
}
"""Why people fall behind, as a code and in words; each client may add codes of its own."""
