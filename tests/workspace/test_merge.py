"""Whatever a learner and the course do to a notebook, nothing that the learner wrote is lost."""

from hypothesis import given, strategies as st

from dlbook.workspace.merge import merge
from dlbook.workspace.raw import text


def cell(name, source, kind="code"):
    return {"cell_type": kind, "id": name, "metadata": {}, "source": source}


BASE = [
    cell("title", "# Set", "markdown"),
    cell("task", "Write the backward of ReLU.", "markdown"),
    cell("answer", "# answer: relu_back\ndef relu_back(g, x):\n    ..."),
    cell("check", "# check: relu_back"),
]


def edited(cells, **sources):
    return [c | {"source": sources[c["id"]]} if c["id"] in sources else c for c in cells]


def texts(cells):
    return [text(c) for c in cells]


def test_what_nobody_has_touched_becomes_new_and_answers_stay():
    mine = edited(BASE, answer="# answer: relu_back\nmine")
    new = edited(BASE, task="Write relu_back.", check="# check: relu_back\n2")
    found = merge(BASE, mine, new)
    assert texts(found.cells) == ["# Set", "Write relu_back.", text(mine[2]), text(new[3])]
    assert found.remarks == []


def test_where_both_have_changed_a_cell_mine_stays_and_the_other_is_shown_below_it():
    mine = edited(BASE, answer="# answer: relu_back\nmine ```")
    new = edited(BASE, answer="# answer: relu_back\ndef relu_back(g, x, at_zero): ```")
    found = merge(BASE, mine, new)
    assert texts(found.cells)[2] == text(mine[2])
    assert found.cells[3]["cell_type"] == "markdown" and text(new[2]) in text(found.cells[3])
    assert "````python" in text(found.cells[3])
    assert found.remarks == [
        "'answer: relu_back' has changed in the course: yours stays, the course's stands below it"
    ]
    assert merge(BASE, found.cells, new).cells == found.cells, "a killed update adds it twice"


def test_own_cells_stay_behind_the_cell_they_stood_behind():
    mine = [cell("a1", "first"), *BASE[:3], cell("", "try"), cell("", "try"), BASE[3]]
    new = [BASE[0], cell("more", "More."), *BASE[1:]]
    found = merge(BASE, mine, new)
    assert texts(found.cells) == [
        "first",
        "# Set",
        "More.",
        *texts(BASE[1:3]),
        "try",
        "try",
        "# check: relu_back",
    ]


def test_a_cell_that_is_gone_from_the_course_stays_if_it_was_changed():
    mine = edited(BASE, task="Write it. My note.")
    found = merge(BASE, mine, [BASE[0], BASE[3]])
    assert texts(found.cells) == ["# Set", "Write it. My note.", "# check: relu_back"]
    assert found.remarks == [
        "'Write it. My note.' is no longer in the course: yours stays, since you have changed it"
    ]


def test_a_cell_that_the_learner_has_removed_comes_back_if_the_course_changes_it():
    mine = [BASE[0], BASE[2]]
    found = merge(BASE, mine, edited(BASE, check="# check: relu_back\nnew"))
    assert texts(found.cells) == ["# Set", text(BASE[2]), "# check: relu_back\nnew"]
    assert len(found.remarks) == 1 and "is back" in found.remarks[0]


def test_cells_are_known_by_text_or_exercise_where_a_program_has_given_new_ids():
    mine = [
        c | {"id": f"x{i}"} for i, c in enumerate(edited(BASE, answer="# answer: relu_back\nmine"))
    ]
    new = edited(BASE, task="Better words.")
    found = merge(BASE, mine, new)
    assert texts(found.cells) == [
        "# Set",
        "Better words.",
        "# answer: relu_back\nmine",
        text(BASE[3]),
    ]


def test_a_text_cell_keeps_its_pictures_and_a_code_cell_its_outputs():
    note = cell("own", "![](attachment:a.png)", "markdown") | {"attachments": {"a.png": {}}}
    ran = BASE[3] | {"outputs": [{"output_type": "stream"}], "execution_count": 7}
    found = merge(BASE, [*BASE[:3], ran, note], edited(BASE, title="# Set 90"))
    assert found.cells[3:] == [ran, note]


WORDS = st.sampled_from(["one", "two", "three", "four", ""])
SOURCES = st.builds(lambda a, b: f"{a} {b}", WORDS, WORDS)


@st.composite
def histories(draw):
    """A notebook as handed out, as a learner has left it, and as the course has it today."""
    base = [cell(f"c{i}", f"{draw(SOURCES)} {i}") for i in range(draw(st.integers(0, 6)))]

    def changed(owner, prefix):
        found = []
        for entry in base:
            if draw(st.booleans()):
                found.append(cell(f"{prefix}{len(found)}x", f"{owner} {draw(SOURCES)}"))
            what = draw(st.sampled_from(["keep", "keep", "edit", "drop"]))
            if what != "drop":
                source = f"{owner} {draw(SOURCES)}" if what == "edit" else entry["source"]
                found.append(entry | {"source": source})
        return found

    own_prefix = draw(st.sampled_from(["m", "n"]))  # also ids that the course has taken
    return base, changed("mine", own_prefix), changed("new", "n")


@given(histories())
def test_laws(history):
    base, mine, new = history
    found = merge(base, mine, new).cells
    result, was = texts(found), {c["id"]: c["source"] for c in base}
    ids = [c["id"] for c in found]
    assert len(set(ids)) == len(ids)
    for entry in mine:  # nothing of the learner's is lost, nor said more often than before
        if entry["source"] != was.get(entry["id"]):
            assert result.count(entry["source"]) >= texts(mine).count(entry["source"])
    touched = {c["id"] for c in mine if c["source"] != was.get(c["id"])}
    left = {c["id"] for c in mine}
    for entry in new:
        if entry["id"] in was and entry["id"] in left and entry["id"] not in touched:
            assert entry["source"] in result
        if entry["id"] not in was:
            assert entry["source"] in result
    again = merge(new, found, new)
    assert again.cells == found and again.remarks == []


@given(histories())
def test_without_a_learner_the_result_is_the_course_and_without_news_it_is_the_learners(history):
    base, mine, new = history
    assert texts(merge(base, base, new).cells) == texts(new)
    assert texts(merge(base, mine, base).cells) == texts(mine)


# ---- sets with exercises, edited on both sides ----


def exercise(name):
    """Return the cells of one exercise, as a set has them."""
    return [
        cell(f"task-{name}", f"Write {name}.", "markdown"),
        cell(f"answer-{name}", f"# answer: {name}\ndef {name}(x):\n    raise NotImplementedError"),
        cell(f"check-{name}", f"# check: {name}"),
    ]


SET = [cell("title", "# Set", "markdown"), *exercise("scale"), *exercise("shapes")]


def test_an_exercise_that_was_renamed_is_there_anew_and_the_answer_to_the_old_one_stays():
    answer = "# answer: scale\ndef scale(x):\n    return mine"
    mine = edited(SET, **{"answer-scale": answer})
    found = merge(SET, mine, [SET[0], *exercise("stretch"), *SET[4:]])
    assert answer in texts(found.cells) and "# check: scale" not in texts(found.cells)
    assert "# answer: stretch" in "\n".join(texts(found.cells))
    assert found.remarks == [
        "'answer: scale' is no longer in the course: yours stays, since you have changed it"
    ]


def test_an_exercise_that_was_renamed_in_its_cell_is_shown_below_the_answer():
    mine = edited(SET, **{"answer-scale": "# answer: scale\ndef scale(x):\n    return mine"})
    new = edited(SET, **{"answer-scale": "# answer: stretch\ndef stretch(x):\n    ..."})
    found = merge(SET, mine, new)
    assert texts(found.cells)[2] == text(mine[2]) and text(new[2]) in texts(found.cells)[3]


def test_exercises_that_change_places_take_their_answers_along():
    mine = edited(SET, **{"answer-scale": "# answer: scale\nmine"})
    new = [SET[0], *SET[4:], *SET[1:4]]
    found = merge(SET, [*mine[:3], cell("", "my note"), *mine[3:]], new)
    assert texts(found.cells)[4:] == [
        "Write scale.",
        "# answer: scale\nmine",
        "my note",
        "# check: scale",
    ]
    assert found.remarks == []


def test_cells_that_the_learner_has_moved_are_all_there():
    mine = edited(SET, **{"answer-shapes": "# answer: shapes\nmine"})[::-1]
    found = merge(SET, mine, edited(SET, **{"task-scale": "Write scale again."}))
    assert sorted(texts(found.cells)) == sorted(
        [*(t for t in texts(mine) if t != "Write scale."), "Write scale again."]
    )


PLACES = st.integers(0, len(SET))
EDITS = st.lists(
    st.tuples(st.sampled_from(["edit", "insert", "delete", "move", "twice"]), PLACES, PLACES),
    max_size=4,
)


def applied(edits, who):
    """Return the set after edits: each text that is written names who wrote it, and which it is."""
    cells = list(SET)
    for number, (what, place, other) in enumerate(edits):
        i = min(place, len(cells) - 1)
        if what == "insert":
            cells.insert(place, cell(f"{who}-{number}", f"{who} {number}"))
        if not cells or what == "insert":
            continue
        if what == "edit":
            first = text(cells[i]).partition("\n")[0]
            cells[i] = cells[i] | {"source": f"{first}\n{who} {number}"}
        elif what == "delete":
            del cells[i]
        elif what == "move":
            cells.insert(other, cells.pop(i))
        elif what == "twice":  # a cell that was copied, by a program that gives no new id
            cells.insert(other, cells[i] | {"source": f"{who} {number}"})
    return cells


@given(EDITS, EDITS, st.booleans(), st.sampled_from(["", "scale", "shapes"]))
def test_whatever_both_do_to_a_set_nothing_that_was_written_is_lost(ours, theirs, new_ids, renamed):
    mine = applied(ours, "mine")
    new = [c for c in applied(theirs, "course") if not renamed or renamed not in c["id"]]
    new += exercise(f"new_{renamed}") if renamed else []
    new = list({c["id"]: c for c in new}.values())  # a course has each id once
    if new_ids:
        mine = [c | {"id": f"x{i}"} for i, c in enumerate(mine)]
    found = merge(SET, mine, new).cells
    written = [t for t in texts(mine) if "mine " in t]
    assert all(texts(found).count(t) >= texts(mine).count(t) for t in written)
    assert len({c["id"] for c in found}) == len(found)
    if not ours:
        assert texts(found) == texts(new)
    shown, known = "\n".join(texts(found)), texts(SET)
    assert all(text(c) in shown for c in new if text(c) not in known), "news is not shown"
    again = merge(new, found, new)
    assert again.cells == found and again.remarks == []
