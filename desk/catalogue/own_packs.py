"""Which packs does a user lay over those of the house? Every command asks it first, so it loads nothing that reads."""

from intake.pack_layers import lay_over
from settings import load_settings


def lay_own_packs() -> None:
    """The packs of this process are those of the house with the folders of RIENTRO_PACKS over them."""
    lay_over(load_settings().pack_folders)
