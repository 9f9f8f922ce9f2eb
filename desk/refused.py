"""How does a use case say no?"""


class Refused(Exception):
    """It cannot be done as asked; the message says why, and what to do instead. Each skin shows it in its own way."""
