import numpy as np

from dlbook import data

N = np.array(data.REVIEW_WORDS)


def test_reviews_come_from_the_seed_alone():
    (x, y), again = (data.reviews(50, np.random.default_rng(3)) for _ in range(2))
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((50, 10), np.int64, (50,), np.int64)
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])


def test_every_word_is_used_and_0_only_fills_up(rng):
    x, _ = data.reviews(2000, rng)
    assert set(x.ravel()) == set(range(len(N)))
    assert (np.sort(x == 0, axis=1) == (x == 0)).all() and (x != 0).sum(axis=1).min() >= 4


def test_not_turns_the_class_of_an_adjective(rng):
    x, y = data.reviews(2000, rng)
    for word, good in [("great", 1), ("moving", 1), ("awful", 0), ("clumsy", 0)]:
        has, negated = (N[x] == word).any(axis=1), (N[x] == "not").any(axis=1)
        assert (y[has & ~negated] == good).all() and (y[has & negated] == 1 - good).all()
        assert 0.3 < negated[has].mean() < 0.7


def test_the_pairs_that_are_kept_back_are_given_on_request_alone(rng):
    def pairs(x):
        return {" ".join(N[row[i : i + 2]]) for row in x for i in range(9)}

    (seen, y), (unseen, y_unseen) = data.reviews(2000, rng), data.reviews(200, rng, unseen=True)
    kept_back = {"not brilliant", "not stale"}
    assert not pairs(seen) & kept_back and kept_back < pairs(unseen)
    assert {"was brilliant", "really stale", "not great"} < pairs(seen)
    np.testing.assert_array_equal(y_unseen, (N[unseen] == "stale").any(axis=1))
    assert 0.4 < y.mean() < 0.6


def test_the_corpus_is_long_and_plain():
    text = data.load_corpus()
    assert len(text) > 300_000 and set(text) <= {chr(c) for c in range(32, 127)} | {"\n"}
    assert 'The "assert" statement' in text and text == data.load_corpus()


def test_numbers_and_alphabet_give_the_text_back():
    text = "nobody expects\nthis"
    numbers, alphabet = data.encode(text)
    assert "".join(alphabet[i] for i in numbers) == text
    assert list(alphabet) == sorted(set(text)) and numbers.dtype == np.int64
    assert data.encode("")[1] == ""
