"""How fast, how small? `make bench` prints ratios measured side by side in one run, each with how it was measured."""

import asyncio
from argparse import ArgumentParser

from tests.bench.against import compare
from tests.bench.engine import cached, history, starts
from tests.bench.hooks import hooks
from tests.bench.law import asking_the_law, planning_a_day
from tests.bench.payments import payments
from tests.bench.policy import deciding, explaining, rehearsing
from tests.bench.saying import say
from tests.bench.sending import sending
from tests.bench.starting import starts_beside_bare_cases


def main() -> None:
    """All figures."""
    options = ArgumentParser(description=main.__doc__)
    options.add_argument("--lines", type=int, default=5_000, help="of the payments file")
    options.add_argument("--base", help="a commit: ratios to it instead of figures")
    told = options.parse_args()
    print(f"{'figure':<38} {'measured':>16}   {'wanted':<14} how")
    if told.base:
        compare(told.base)
    else:
        figures(told.lines)


def figures(lines: int) -> None:
    """What this tree does on this machine."""
    deciding()
    explaining()
    rehearsing()
    asking_the_law()
    planning_a_day()
    sending()
    asyncio.run(history())
    asyncio.run(cached())
    asyncio.run(starts())
    asyncio.run(starts_beside_bare_cases())
    asyncio.run(payments(lines))
    ratio, how = asyncio.run(hooks())
    say("webhooks, against a bare route", f"{ratio:.2f}", "at least 0.5", how)


if __name__ == "__main__":
    main()
