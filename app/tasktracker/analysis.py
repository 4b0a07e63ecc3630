"""What a task is about: its kind, and a vector that puts tasks with like words near each other.

Both are pure and need no model: words and their three-letter pieces are hashed into a fixed number
of dimensions ("feature hashing", Weinberger et al. 2009), each with a sign from the same hash.
"""

import hashlib
import math
import re
from collections import defaultdict
from enum import StrEnum

DIMENSIONS = 256
_WORD = re.compile(r"\w+")
_PIECE_WEIGHT = 0.3  # a shared piece ("deploy" in "deployment") says less than a shared word


class Kind(StrEnum):
    """What sort of work a task is."""

    BUG = "bug"
    FEATURE = "feature"
    QUESTION = "question"
    CHORE = "chore"


_STEMS = {
    Kind.BUG: ("bug", "crash", "error", "fail", "fix", "broke", "wrong", "leak"),
    Kind.FEATURE: ("add", "feature", "implement", "support", "allow", "new", "build"),
    Kind.QUESTION: ("how", "why", "what", "who", "when", "where", "question"),
}


def classify(text: str) -> Kind:
    """The kind whose words occur most; on a tie the first in the order bug, feature, question."""
    words = _WORD.findall(text.lower())
    scores = {
        kind: sum(word.startswith(stem) for word in words for stem in stems)
        for kind, stems in _STEMS.items()
    }
    scores[Kind.QUESTION] += text.rstrip().endswith("?")
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] else Kind.CHORE


def _features(text: str) -> dict[str, float]:
    words = _WORD.findall(text.lower())
    weights: defaultdict[str, float] = defaultdict(float)
    for word in words:
        weights[word] += 1
        for start in range(len(word) - 2):
            weights["#" + word[start : start + 3]] += _PIECE_WEIGHT
    return weights or {text: 1.0}


def embed(text: str) -> list[float]:
    """A vector of DIMENSIONS numbers of length 1; the same text gives the same one everywhere."""
    vector = [0.0] * DIMENSIONS
    for feature, weight in _features(text).items():
        digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        vector[number % DIMENSIONS] += weight if number >> 63 else -weight
    length = math.sqrt(sum(value * value for value in vector))
    # Two features of one text may cancel each other out: such a text still needs a direction.
    return [value / length for value in vector] if length else [1.0] + [0.0] * (DIMENSIONS - 1)
