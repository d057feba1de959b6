"""The shipped JSON Schema, against results made by hand; real ones are validated with the golden files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest
from referencing import Registry, Resource

from curveread.findings import schema
from curveread.findings.diagnosis import Diagnosis, Failed, KeyFigure, NotChecked, Phase, Quiet, TimelineEntry, Verdict
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.run.model import Checkpoint, Curve, Run, Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import Role

VALIDATOR = jsonschema.Draft202012Validator(schema.load())


def full() -> Diagnosis:
    """A diagnosis in which every field of the result is set."""
    curve = Curve("train/loss", np.array([0, 10]), np.array([2.0, np.nan]), np.array([1e9, 1e9 + 5]), aliases=("loss",))
    run = Run(
        name="run-7",
        path="runs/run-7",
        curves={curve.tag: curve},
        sources=(Source("runs/run-7/trainer_state.json", "trainer-state", 812),),
        notes=tuple(DataNote(kind, "file", "what was lost") for kind in NoteKind),
        checkpoints=(Checkpoint(10, "checkpoint-10"),),
    )
    finding = Finding(
        rule="nonfinite-loss",
        severity=Severity.ERROR,
        confidence=0.97,
        message="train/loss is NaN from step 10 on",
        tag="train/loss",
        first_step=10,
        peak_step=10,
        last_step=10,
        evidence=(
            Evidence("last-finite-value", "last finite value", math.inf, "nats"),
            Evidence("what", "what", "NaN"),
        ),
        also_explained_by=("a broken logger",),
        advice=("lower the learning rate",),
    )
    return Diagnosis(
        run=run,
        findings=(finding, Finding("restart", Severity.INFO, 1.0, "restarted")),
        verdict=Verdict("error", "train/loss is NaN from step 10 on"),
        quiet=(Quiet("plateau"),),
        not_checked=(NotChecked("overfitting", "no eval loss among the curves"),),
        failed=(Failed("divergence", "ZeroDivisionError"),),
        phases=(Phase("diverged", 0, 10),),
        timeline=tuple(TimelineEntry(10, kind, "text", 1e9) for kind in ("restart", "finding", "end")),
        summary={"best_eval_loss": KeyFigure(1.72, "nats", 5200), "last_train_loss": KeyFigure(math.nan, "nats")},
    )


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.load())


def test_a_full_result_validates() -> None:
    VALIDATOR.validate(json.loads(full().to_json()))


def test_every_role_is_a_name_that_the_schema_takes() -> None:
    pattern = {"$ref": "#/$defs/curve"} | {"$defs": schema.load()["$defs"]}
    for role in Role:
        curve = {"tag": "t", "role": role.value, "points": 1, "first_step": 0, "last_step": 0}
        jsonschema.Draft202012Validator(pattern).validate(curve)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r.pop("verdict"),
        lambda r: r["verdict"].update(health="fine"),
        lambda r: r.update(schema_version=2),
        lambda r: r["findings"][0].update(confidence=1.2),
        lambda r: r["findings"][0].update(first_step="5"),
        lambda r: r["findings"][0].update(severity="fatal"),
        lambda r: r["findings"][0].update(first_step=None),
        lambda r: r["findings"][0]["evidence"][0].pop("unit"),
        lambda r: r["summary"].update(best={"value": "huge", "unit": ""}),
        lambda r: r["summary"].update({"Best Loss": {"value": 1.0, "unit": ""}}),
        lambda r: r["notes"][0].update(kind="odd"),
        lambda r: r["phases"][0].update(name="sleeping"),
        lambda r: r["timeline"][0].update(kind="lunch"),
        lambda r: r["run"].update(host="secret"),
        lambda r: r["failed"][0].pop("error"),
    ],
)
def test_what_the_contract_does_not_allow_is_refused(spoil: Callable[[Any], object]) -> None:
    result = json.loads(full().to_json())
    spoil(result)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(result)


def test_a_listed_entry_may_be_an_unread_path() -> None:
    listed = jsonschema.Draft202012Validator({"$ref": "urn:curveread:result:1#/$defs/listed"}, registry=_registry())
    listed.validate({"path": "runs/x", "error": "no logs"})
    listed.validate(json.loads(full().to_json()))
    with pytest.raises(jsonschema.ValidationError):
        listed.validate({"path": "runs/x"})


def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry()
    return registry.with_resource("urn:curveread:result:1", Resource.from_contents(schema.load()))
