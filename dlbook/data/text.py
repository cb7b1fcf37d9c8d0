"""Text: reviews from a template, whose words mean little alone, and a long English text."""

import numpy as np

from dlbook import arguments

GOOD = ("great", "funny", "moving", "clever", "brilliant")
BAD = ("awful", "boring", "clumsy", "shallow", "stale")
KEPT_BACK = ("brilliant", "stale")  # never after "not", unless asked for
SUBJECTS = ("the film", "this book", "her new play", "the song", "their show", "his story")
ADVERBS = ("", "really", "quite", "rather", "often")
ENDINGS = ("", "to me", "i think", "in the end", "from the start", "as they say")

_USED = " ".join((*GOOD, *BAD, *SUBJECTS, *ADVERBS, *ENDINGS, "was", "not")).split()
REVIEW_WORDS = ("", *sorted(set(_USED)))
REVIEW_LENGTH = 10  # words


def reviews(
    n: int, rng: np.random.Generator, unseen: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return short reviews as word numbers, and whether each is positive.

    "the film was really great" is positive, "the film was not great" negative, each as often as
    the other: of these words, none alone tells the class. "brilliant" and "stale" are never
    negated, so that "not brilliant" is a combination nobody has seen.

    Args:
        n: number of reviews.
        rng: where they come from.
        unseen: give only what is left out otherwise, "not brilliant" and "not stale".

    Returns:
        Word numbers of shape (n, 10), int64, places in ``REVIEW_WORDS``, filled up with 0, which
        stands for the empty word; and class numbers 0 (negative) or 1 of shape (n,), int64.

    Raises:
        TypeError, ValueError: if `n` is no whole number from 0, or `rng` no generator.

    Source: made from the templates in this file. Licence: that of dlbook.
    """
    n, rng = arguments.integer(n, "n"), arguments.generator(rng)
    unseen = arguments.flag(unseen, "unseen")
    number = {word: i for i, word in enumerate(REVIEW_WORDS)}
    x, y = np.zeros((n, REVIEW_LENGTH), np.int64), np.zeros(n, np.int64)
    for i in range(n):
        adjective = str(rng.choice(KEPT_BACK if unseen else (*GOOD, *BAD)))
        negated = unseen or (adjective not in KEPT_BACK and rng.random() < 0.5)
        subject, adverb, ending = (str(rng.choice(part)) for part in (SUBJECTS, ADVERBS, ENDINGS))
        middle = f"not {adjective}" if negated else f"{adverb} {adjective}"
        words = f"{subject} was {middle} {ending}".split()
        x[i, : len(words)] = [number[word] for word in words]
        y[i] = (adjective in GOOD) != negated
    return x, y


def load_corpus() -> str:
    """Return about 465,000 characters of English about Python, for models of letters.

    Everything but 95 printable ASCII characters and the end of a line is left out. The text, and
    so its length, changes a little from one version of Python to the next.

    Source: the help texts of Python's standard library, the module pydoc_data.topics. Licence:
    Python Software Foundation License 2.
    """
    from pydoc_data.topics import topics

    text = "\n\n".join(topics[name].strip() for name in sorted(topics))
    return "".join(c for c in text if c == "\n" or " " <= c <= "~")


def encode(text: str) -> tuple[np.ndarray, str]:
    """Return the characters of a text as numbers, and its alphabet: what each number stands for.

    Args:
        text: any.

    Returns:
        Integers of shape (len(text),), int64, and the sorted different characters; the text is
        ``"".join(alphabet[i] for i in numbers)``.

    Raises:
        TypeError: if `text` is no text.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"encode needs a text, got {type(text).__name__}; join parts with ''.join(parts), or "
            "decode bytes with .decode()"
        )
    alphabet, numbers = np.unique(np.array(list(text), dtype="U1"), return_inverse=True)
    return numbers.astype(np.int64), "".join(alphabet)
