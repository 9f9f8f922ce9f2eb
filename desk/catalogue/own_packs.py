"""Which packs does a user lay over those of the house, and what do they take away?"""

from intake.pack_files import CHARGES, LAW
from intake.pack_layers import dropped, lay_over, pack_file
from settings import load_settings
from writing.replies import Replies, load_replies


def lay_own_packs() -> None:
    """The packs of this process are those of the house with the folders of RIENTRO_PACKS over them."""
    lay_over(load_settings().pack_folders)


def replies() -> Replies:
    """What one-word answers mean."""
    return load_replies(pack_file("letters/answers.yaml"))


def taken_away(*folders: str) -> list[str]:
    """What no longer counts of some folders, and by whose word."""
    return [f"{name}/{file.path.name} is dropped by {file.whose}" for name in folders for file in dropped(name)]


def law_taken_away() -> list[str]:
    """The same of the law, on contact and on charges."""
    return taken_away(LAW, CHARGES)
