"""What do answers of one word mean, in the packs that count?"""

from intake.pack_layers import pack_file
from writing.replies import Replies, load_replies


def answer_words() -> Replies:
    """The words and countries of `letters/answers.yaml`. Raises RepliesFault."""
    return load_replies(pack_file("letters/answers.yaml"))
