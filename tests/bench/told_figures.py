"""What a measure of the engine says, as bare numbers: of whatever commit's tree it runs in."""

import asyncio

from tests.bench import engine

FIGURE = "figure:"
"""How a line begins that says one; engines print lines too."""


def told(measure: str) -> None:
    """Runs one of `history`, `cached`, `starts` and prints its figures, a line each."""

    def say(name: str, value: str, bound: str, how: str) -> None:
        print(FIGURE, value.split()[0], flush=True)

    engine.say = say
    asyncio.run(getattr(engine, measure)())
