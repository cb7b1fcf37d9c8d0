"""In the real JupyterLab every explorer answers keys and tells a screen reader its controls."""

from functools import partial

import nbformat
import pytest

from dlbook import explore
from dlbook.explore.base.explorer import Explorer
from tests.browser.conftest import PATIENCE
from tests.browser.spoken import spoken
from tests.explore.test_explore import NAMES

pytestmark = pytest.mark.notebook


@pytest.fixture
def opened(lab, page, tmp_path):
    """Return a function that opens a notebook of explorers, runs it, and returns its cells."""

    def open_(*names):
        sources = [f"from dlbook import explore\n\nexplore.{name}()" for name in names]
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
        nbformat.write(notebook, tmp_path / "course/explorers.ipynb")
        page.goto(f"{lab}/lab/tree/explorers.ipynb")
        page.locator("#jp-main-statusbar >> text=Idle").wait_for()
        page.locator(".jp-CodeCell .cm-content").first.click()
        for _ in names:
            page.keyboard.press("Shift+Enter")
        return [page.locator(".jp-CodeCell").nth(i) for i in range(len(names))]

    return open_


def test_every_explorer_can_be_operated_by_key_and_by_ear(opened, page, tmp_path, monkeypatch):
    monkeypatch.setattr(Explorer, "_redraw", lambda *_: None)  # here, not in the kernel
    cells = opened(*NAMES)
    cells[-1].locator(".dlbook-live img").wait_for()  # the kernel hears no key before
    for name, cell in zip(NAMES, cells, strict=True):
        picture = cell.locator(".dlbook-live img")
        picture.wait_for()
        changed = partial(differs, picture, picture.get_attribute("src"))
        move(page, cell.locator(".dlbook-control").locator("input, select").first)
        until(page, changed, f"{name}: no key changes the picture")
        page.screenshot(path=tmp_path / f"{name}.png")
    for name, cell, controls in zip(NAMES, cells, spoken(page), strict=True):
        explorer = getattr(explore, name)()
        labels = [control.description for control in explorer.controls.values()]
        heard = [it for it in controls if it["role"] != "button"]
        assert [it["name"] for it in heard] == labels, name
        for it, control in zip(heard, explorer.controls.values(), strict=True):
            assert readable(it["value"], control), f"{name}, {it['name']}: {it['value']}"
        assert all(it["name"] for it in controls), name
        alt = cell.locator(".dlbook-live img").get_attribute("alt")
        said = cell.locator(".dlbook-said[aria-live=polite]")
        until(page, lambda said=said, alt=alt: said.text_content() == alt, f"{name}: not said")
    plays(page, cells[NAMES.index("fold_paper")])


def move(page, control) -> None:
    """Move a slider or a menu by one, backwards if it stands at its end."""
    control.scroll_into_view_if_needed()
    control.focus()
    stood = place(control)
    for key in ("ArrowDown", "ArrowUp"):
        if place(control) == stood:
            page.keyboard.press(key)
    assert place(control) != stood


def place(control) -> str:
    return control.evaluate("it => it.selectedIndex ?? it.value")


def readable(value, control) -> bool:
    """Return whether a value is one of the options, or a number without more digits than needed."""
    if hasattr(control, "options"):
        return value in map(str, control.options)
    decimals = len(str(control.step).removesuffix(".0").partition(".")[2])
    return float(value) == round(float(value), decimals) and len(value) <= 4 + decimals


def plays(page, cell) -> None:
    """Play and pause; where less motion is wanted, each press makes one step."""
    slider, button = cell.locator(".dlbook-control input"), cell.locator(".dlbook-control button")
    stood = place(slider)
    button.press("Enter")
    until(page, lambda: place(slider) not in (stood, str(int(stood) + 1)))
    assert button.inner_text() == "pause"
    button.press("Enter")
    page.emulate_media(reduced_motion="reduce")
    stood = int(place(slider))
    button.press("Enter")
    page.wait_for_timeout(1000)
    assert (place(slider), button.inner_text()) == (str(stood + 1), "play")


def names(page) -> None:
    """Each control of the page explorers has a name, and each list a value."""
    (controls,) = spoken(page)
    assert len(controls) > 3 and all(it["name"] for it in controls), controls
    assert all(it["value"] for it in controls if it["role"] == "combobox"), controls


def differs(picture, before: str) -> bool:
    return picture.get_attribute("src") != before


def until(page, true, otherwise: str = "it did not happen") -> None:
    """Wait until something is so."""
    for _ in range(PATIENCE // 100):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError(otherwise)


def test_the_playground_runs_pauses_steps_and_starts_anew(opened, page, tmp_path):
    (cell,) = opened("playground")
    view = cell.locator("[data-frames]")
    view.wait_for()
    names(page)
    status = cell.locator("[role=status]").last
    assert status.inner_text().startswith("step 0, loss 0.")

    cell.get_by_role("button", name="run").focus()
    page.keyboard.press("Enter")
    until(page, lambda: frames(view) > 20)
    page.screenshot(path=tmp_path / "playground.png")
    cell.get_by_role("button", name="pause").focus()
    page.keyboard.press("Enter")
    cell.get_by_role("button", name="run").wait_for()
    read = partial(at_rest, page, lambda: (frames(view), status.inner_text()))
    now = read()
    page.wait_for_timeout(500)
    assert read() == now

    cell.get_by_role("button", name="step").focus()
    page.keyboard.press("Enter")
    number = int(now[1].split(",")[0].removeprefix("step "))
    cell.get_by_text(f"step {number + 1}, ").wait_for()
    cell.get_by_label("data", exact=True).focus()
    page.keyboard.press("ArrowDown")
    cell.get_by_text("step 0, ").wait_for()


def frames(view) -> int:
    return int(view.get_attribute("data-frames"))


def at_rest(page, read):
    """Return what `read` returns once it is the same for a second: what was under way is there."""
    now, before = read(), None
    while now != before:
        page.wait_for_timeout(1000)
        now, before = read(), now
    return now


def picture(canvas) -> str:
    return canvas.evaluate("canvas => canvas.toDataURL()")


DRAG = """async ([el, points]) => {
  const pad = el.querySelector(".dlbook-pad"), box = pad.getBoundingClientRect();
  pad.setPointerCapture = () => {};  // these pointers are not real
  const send = (type, [x, y]) => pad.dispatchEvent(new PointerEvent(type, {
    clientX: box.left + x * box.width, clientY: box.top + y * box.height, pointerId: 1, button: 0,
  }));
  send("pointerdown", points[0]);
  const before = Number(el.dataset.frames);
  for (const point of points) {
    send("pointermove", point);
    await new Promise((done) => setTimeout(done, 16));
  }
  const shown = () => Number(el.dataset.frames) - before;
  for (let i = 0; i < 10_000 && !shown(); i++) await new Promise(requestAnimationFrame);
  const meanwhile = shown();
  send("pointerup", points.at(-1));
  return meanwhile;
}"""


def test_a_digit_drawn_by_mouse_lights_up_the_maps_at_once(opened, page, tmp_path):
    (cell,) = opened("feature_maps")
    view = cell.locator("[data-frames]")
    view.wait_for()
    names(page)
    status = cell.locator("[role=status]").last
    assert status.inner_text().startswith("most probable: 3")
    cell.get_by_role("button", name="clear").click()
    until(page, lambda: "3" not in status.inner_text())
    page.screenshot(path=tmp_path / "maps-empty.png")

    across = [(0.25 + 0.5 * i / 60, 0.2) for i in range(60)]
    down = [(0.75 - 0.3 * i / 90, 0.2 + 0.65 * i / 90) for i in range(90)]
    shown = view.evaluate(f"(el, points) => ({DRAG})([el, points])", across + down)
    assert shown, "the maps wait until the mouse is let go"
    until(page, lambda: status.inner_text().startswith("most probable: 7"))
    assert cell.get_by_label("start from").input_value() == "your own"
    page.screenshot(path=tmp_path / "maps-7.png")


def test_the_feature_maps_answer_the_keyboard(opened, page, tmp_path):
    (cell,) = opened("feature_maps")
    view = cell.locator("[data-frames]")
    view.wait_for()
    names(page)
    status = cell.locator("[role=status]").last
    cell.get_by_label("start from").focus()
    page.keyboard.press("ArrowDown")
    until(page, lambda: status.inner_text().startswith("most probable: 4"))

    page.keyboard.press("Tab")
    pad = cell.locator(".dlbook-pad")
    assert pad.evaluate("pad => pad === document.activeElement")
    for keys in (["Space"], ["Delete"], ["Shift+ArrowLeft"], ["ArrowDown", "ArrowDown", "Space"]):
        before = frames(view)
        for key in keys:
            page.keyboard.press(key)
        until(page, lambda before=before: frames(view) > before)
    page.keyboard.down("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.up("Space")
    page.screenshot(path=tmp_path / "maps-keys.png")
    assert page.locator(".jp-CodeCell").count() <= 2, "keys meant for the pad changed the notebook"

    rows = cell.locator(".dlbook-stage canvas[tabindex]")
    assert rows.count() == 7  # kernels and six stages
    rows.nth(4).focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    cell.get_by_text("conv 2, map 3 of 16").wait_for()
    page.screenshot(path=tmp_path / "maps-row.png")


def test_the_kernel_painter_answers_mouse_and_keyboard(opened, page, tmp_path):
    (cell,) = opened("kernel_painter")
    view = cell.locator("[data-frames]")
    view.wait_for()
    names(page)
    response, sum_ = cell.locator("canvas.dlbook-map"), cell.locator(".dlbook-sum")

    def changes(act):
        before = picture(response)
        act()
        until(page, lambda: picture(response) != before)

    cell.get_by_role("button", name="flip the kernel").focus()
    changes(lambda: page.keyboard.press("Enter"))
    cell.get_by_text("convolution: turned by half a circle").wait_for()
    cell.get_by_label("kernel", exact=True).first.focus()
    changes(lambda: page.keyboard.press("ArrowUp"))  # sharpen
    cell.get_by_text("this kernel looks the same when turned").wait_for()
    cell.get_by_text("sum 1: a flat area stays as it is").wait_for()

    middle = cell.get_by_label("row 2, column 2")
    middle.focus()
    changes(lambda: page.keyboard.press("ArrowUp"))
    assert middle.input_value() == "5.5"
    assert cell.get_by_label("kernel", exact=True).first.input_value() == "your own"
    changes(lambda: page.keyboard.type("-2"))
    cell.get_by_text("sum −6").wait_for()
    page.keyboard.press("ArrowRight")
    assert cell.get_by_label("row 2, column 3").evaluate("it => it === document.activeElement")
    changes(lambda: cell.get_by_role("button", name="make the chosen cell larger").click())
    page.screenshot(path=tmp_path / "painter-own.png")

    changes(lambda: cell.get_by_label("picture", exact=True).select_option("an empty pad"))
    pad = cell.locator(".dlbook-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    changes(lambda: page.mouse.move(box["x"] + 160, box["y"] + 120, steps=8))
    page.mouse.up()
    cell.get_by_label("size", exact=True).select_option("5")
    until(page, lambda: sum_.inner_text().count("·") == 25)
    pad.focus()
    before = sum_.inner_text()
    page.keyboard.press("ArrowLeft")
    until(page, lambda: sum_.inner_text() != before)
    page.screenshot(path=tmp_path / "painter-drawn.png")
