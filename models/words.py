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
