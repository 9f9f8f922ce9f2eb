"""Which file of packs is meant: the house's own, or one of the folders that a user laid over it?"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PACKS = Path(__file__).parent.parent / "packs"
OWN = "house"


class PackFile(NamedTuple):
    """A file that counts, and whose it is."""

    path: Path
    whose: str
    """`house`, or the folder that was laid over it."""
    under: Path | None = None
    """The file that it replaces."""

    @property
    def label(self) -> str:
        """As it is named where something in it is wrong."""
        return self.path.name if self.whose == OWN else str(self.path)


class _Laid:
    """The folders of this process; who starts it says so once, for all who read packs."""

    over: tuple[Path, ...] = ()


def lay_over(folders: Sequence[Path]) -> None:
    """From now on these lie over the packs of the house, the last one on top."""
    _Laid.over = tuple(folder.absolute() for folder in folders)


def layers() -> tuple[Path, ...]:
    """The house's packs, and what lies over them."""
    return (PACKS, *_Laid.over)


def folders(name: str) -> tuple[Path, ...]:
    """One folder of packs, lowest first, wherever a layer has it."""
    return tuple(layer / name for layer in layers() if (layer / name).is_dir())


def pack_files(name: str) -> list[PackFile]:
    """The YAML files of a folder that count, by name. Raises PackFault where nothing lies under what is dropped."""
    return _counting(name)[0]


def taken_away(*names: str) -> list[str]:
    """What no longer counts in some folders, and by whose word."""
    return [f"{name}/{file.path.name} is dropped by {file.whose}" for name in names for file in _counting(name)[1]]


def files_in(folder: Path) -> list[PackFile]:
    """The YAML files of one folder alone, whatever lies over it."""
    return [PackFile(path, OWN) for path in sorted(folder.glob("*.yaml"))]


def pack_file(name: str) -> Path:
    """The file that counts under a name, `letters/answers.yaml`."""
    return [layer / name for layer in layers() if (layer / name).is_file()][-1]


def _counting(name: str) -> tuple[list[PackFile], list[PackFile]]:
    # Only who reads a pack loads what reads one; every command knows which folders there are.
    from policy.parsing.pack_reading import PackFault

    found: dict[str, PackFile] = {file.path.name: file for file in files_in(PACKS / name)}
    away: list[PackFile] = []
    for layer in _Laid.over:
        for path in sorted((layer / name).glob("*.yaml")):
            below = found.get(path.name)
            file = PackFile(path, str(layer), below.path if below else None)
            if not _drops(path):
                found[path.name] = file
                continue
            if below is None:
                raise PackFault([f"{path}:1:1: dropped: there is no {name}/{path.name} to take away"])
            away.append(file)
            del found[path.name]
    return [found[name] for name in sorted(found)], away


def _drops(path: Path) -> bool:
    """Whether the file only says that the one below it is taken away."""
    from policy.parsing.yaml_source import Broken, read_source

    try:
        return read_source(path.read_text(encoding="utf-8")).value.get("dropped") == "true"
    except (Broken, OSError, UnicodeDecodeError):
        # Whoever reads it as a pack says what is wrong with it.
        return False
