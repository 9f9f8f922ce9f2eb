"""Promises, offers and arrangements: what may be offered, what was agreed, and whether it is kept."""
