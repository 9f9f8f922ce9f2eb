"""One figure, one line."""


def say(name: str, value: str, bound: str, how: str) -> None:
    """One figure."""
    print(f"{name:<38} {value:>16}   {bound:<14} {how}", flush=True)
