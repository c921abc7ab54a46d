"""What the served explorer answers: the jobs' own answers, and a clear word where there is none."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from catvis.digests import file_digest
from catvis.errors import CatvisError
from catvis.jobs.base import Subject
from catvis.jobs.edge_weights import AblationJob, EdgesJob
from catvis.jobs.engine import Engine
from catvis.jobs.questions import Questions
from catvis.terms import Unit, UnitPath
from tests.small_world import SIDE, World, small_source


@pytest.fixture
def questions(world: World, tmp_path: Path) -> Questions:
    world.write_post()
    found = small_source("small", world.settings)
    digest = file_digest(world.cat)
    engine = Engine(world.settings, None, {found.digest(): found}, {digest: world.cat})
    return Questions(engine, found.card(), {"cat": digest}, "crop", tmp_path)


def test_classes_are_the_strongest_first(questions: Questions) -> None:
    rows = questions.answer("classes", {"picture": "cat", "count": 3})
    assert rows[0]["unit"] == "fc4_8"
    assert rows[0]["probability"] > rows[1]["probability"] > rows[2]["probability"]


def test_children_are_the_jobs_own(questions: Questions) -> None:
    told = questions.answer("children", {"picture": "cat", "path": "fc4_2", "layer": "fc3", "count": 3})
    assert [row["unit"] for row in told["children"]] == ["fc3_10", "fc3_7", "fc3_8"]
    assert told["total"] == 6
    subject = Subject(questions.card.digest, questions.pictures["cat"])
    edges, ablation = (
        EdgesJob(subject, UnitPath.parse("fc4_2"), "fc3", "gradient"),
        AblationJob(subject, Unit("fc4", 2), Unit("fc3", 8)),
    )
    found = questions.engine.answers([edges, ablation])
    inhibitory = told["children"][2]
    assert inhibitory["weight"] == found[edges].values[8] < 0
    assert inhibitory["share"] == found[edges].share(8)
    assert inhibitory["effect"] == -found[ablation] > 0


def test_single_children_are_told_however_weak(questions: Questions) -> None:
    given = {"picture": "cat", "path": "fc4_2", "layer": "fc3"}
    told = questions.answer("children", {**given, "only": ["fc3_15", "fc3_7"]})
    assert [(row["unit"], row["share"] > 0) for row in told["children"]] == [
        ("fc3_15", False),
        ("fc3_7", True),
    ]


def test_parents_are_those_in_whom_the_unit_has_a_share(questions: Questions) -> None:
    told = questions.answer("parents", {"picture": "cat", "unit": "fc3_10", "layer": "fc4", "count": 4})
    shares = [row["share"] for row in told["children"]]
    assert shares == sorted(shares, reverse=True)
    below = questions.answer(
        "children", {"picture": "cat", "path": told["children"][0]["unit"], "layer": "fc3", "count": 16}
    )
    (row,) = [row for row in below["children"] if row["unit"] == "fc3_10"]
    assert row["share"] == shares[0]


def test_silenced_units_are_nothing_to_anybody(questions: Questions) -> None:
    silenced = ["fc3_10", "conv2_1"]
    responses = questions.answer("overview", {"picture": "cat", "layer": "conv2", "silenced": silenced})
    assert responses[1] == 0
    assert max(responses) > 0
    told = questions.answer(
        "children", {"picture": "cat", "path": "fc4_2", "layer": "fc3", "count": 16, "silenced": silenced}
    )
    assert "fc3_10" not in [row["unit"] for row in told["children"]]
    before, after = (
        questions.answer("classes", {"picture": "cat", "count": 10, "silenced": off})
        for off in ([], silenced)
    )
    assert before != after


def test_what_a_silenced_unit_costs_is_its_ablation(questions: Questions) -> None:
    def score(silenced: list[str]) -> float:
        rows = questions.answer("classes", {"picture": "cat", "count": 10, "silenced": silenced})
        return next(row["score"] for row in rows if row["unit"] == "fc4_2")

    (child,) = questions.answer("children", {"picture": "cat", "path": "fc4_2", "layer": "fc3", "count": 1})[
        "children"
    ]
    before, after = score([]), score([child["unit"]])
    assert (after - before) / abs(before) == pytest.approx(child["effect"], rel=1e-4)


def test_tiles_are_pictures_or_nothing(questions: Questions) -> None:
    firing, silent = questions.answer(
        "tiles", {"picture": "cat", "paths": ["fc4_2→conv2_1", "conv1_7"], "rule": "guided"}
    )
    assert firing["source"].startswith("data:image/jpeg;base64,")
    assert (silent["silent"], silent["source"], silent["response"]) == (True, None, 0)


def test_a_picture_of_the_readers_is_looked_at_as_it_is(questions: Questions) -> None:
    pixels = bytes(range(256)) * (3 * SIDE * SIDE // 256) + bytes(3 * SIDE * SIDE % 256)
    name = questions.answer("add", {"pixels": base64.b64encode(pixels).decode()})
    look = questions.engine.look(Subject(questions.card.digest, questions.pictures[name]))
    assert look.seen.tobytes() == pixels
    assert len(questions.answer("classes", {"picture": name, "count": 10})) == 10


@pytest.mark.parametrize(
    ("question", "given", "said"),
    [
        ("dance", {}, "there is no question 'dance'"),
        ("classes", {"picture": "horse", "count": 3}, "there is no picture 'horse'"),
        ("classes", {"picture": "cat"}, "classes was asked wrongly"),
        (
            "children",
            {"picture": "cat", "path": "fc3_10", "layer": "fc4", "count": 3},
            "fc4 is not below fc3",
        ),
        ("children", {"picture": "cat", "path": "fc9_1", "layer": "fc3", "count": 3}, "unknown layer 'fc9'"),
        ("overview", {"picture": "cat", "layer": "fc9"}, "unknown layer 'fc9'"),
        ("tiles", {"picture": "cat", "paths": ["fc4_99"], "rule": "guided"}, "there is no unit fc4_99"),
        ("tiles", {"picture": "cat", "paths": [], "rule": "wild"}, "there is no rule 'wild'"),
        ("add", {"pixels": "AAAA"}, "bytes here, not 3"),
        ("add", {"pixels": "%"}, "no base64"),
    ],
)
def test_what_cannot_be_answered_is_said(
    questions: Questions, question: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(CatvisError, match=said):
        questions.answer(question, given)
