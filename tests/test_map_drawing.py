import numpy as np
import pytest

from dlbook import plots


@pytest.fixture
def ax():
    return plots.figure()[1]


def split(points):
    """The scores of a classifier that says class 1 above the line x2 = 2 x1, shape (n, 2)."""
    score = points[:, 1] - 2 * points[:, 0]
    return np.column_stack([np.zeros_like(score), score])


@pytest.mark.parametrize("say", [split, lambda p: np.diff(split(p))[:, 0], lambda p: p[:, 1] > 0.5])
def test_a_region_is_where_the_classifier_says_its_class(ax, say):
    plots.regions(ax, say(plots.plane((0.0, 1.0), 11)), reach=(0.0, 1.0))
    (image,) = ax.images
    pixels, left, high = image.get_array(), (-0.5 + 1) / 10, 0.9
    says = say(np.array([[left, high], [high, left]]))
    says = says[:, 1] - says[:, 0] if says.ndim == 2 else says
    assert image.get_extent() == [0, 1, 0, 1] and image.origin == "lower"
    assert [pixels[9, 0] > 0, pixels[0, 9] > 0] == [bool(s > 0) for s in says]
    assert len(ax.collections) == 1, "the border"


def test_one_region_alone_has_no_border_and_points_keep_their_kind(ax):
    points, kinds = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), np.array([1, 0, 1])
    plots.regions(ax, np.ones(25), points, kinds)
    assert len(ax.collections) == 0
    drawn = {line.get_marker(): line.get_xydata().tolist() for line in ax.lines}
    assert drawn == {"x": points[kinds == 0].tolist(), "o": points[kinds == 1].tolist()}
    assert {line.get_color() for line in ax.lines} == {plots.TARGET}


def test_shades_follow_the_score_where_a_limit_is_given(ax):
    plots.regions(ax, np.array([-2.0, 0.5, 1.0, 4.0]), limit=2)
    np.testing.assert_array_equal(ax.images[0].get_array(), [[-1, 0.25], [0.5, 2]])


@pytest.mark.parametrize("scores", [np.ones(10), np.ones((10, 2)), np.ones((2, 2, 2))])
def test_scores_that_are_no_square_are_refused(ax, scores):
    with pytest.raises(ValueError, match=r"regions needs scores at plane\(reach\).*got \("):
        plots.regions(ax, scores)


def test_tiles_keep_their_place_and_gaps_hold_no_number(ax, rng):
    values = rng.normal(size=(2, 3, 4, 5))
    image = plots.tiles(ax, values, rows=["a", "b"], columns=["c", "d", "e"])
    sheet = image.get_array()
    assert sheet.shape == (2 * 5 - 1, 3 * 6 - 1)
    np.testing.assert_array_equal(sheet[5:9, 12:17], values[1, 2])
    assert np.ma.getmaskarray(sheet)[4].all() and np.ma.getmaskarray(sheet)[:, 5].all()
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    assert list(ax.get_yticks()) == [1.5, 6.5]


def test_pictures_are_grey_and_signed_ones_have_two_colours(rng):
    axes = plots.figure(3)[1]
    shown = {"a": rng.uniform(size=(8, 8)), "b": rng.normal(size=(8, 8))}
    plots.pictures(axes[:2], shown, limit=3)
    assert [ax.get_title() for ax in axes] == ["a", "b", ""]
    grey, signed = (ax.images[0] for ax in axes[:2])
    assert grey.get_cmap().name == "gray_r" and (signed.norm.vmin, signed.norm.vmax) == (-3, 3)
    with pytest.raises(ValueError):
        plots.pictures(axes, shown)
