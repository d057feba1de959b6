"""A run under examination: what attribution and readings ask about it, worked out once."""

from __future__ import annotations

from typing import NamedTuple

from curveread.detectors.base import Views, views_of
from curveread.findings.landmarks import Landmarks, landmarks
from curveread.run.model import Run
from curveread.run.task import Task, task_of
from curveread.run.trainer import logged_by_trainer


class Case(NamedTuple):
    """A run with what is known of it before it is judged.

    Parameters
    ----------
    run
        The run, its curves understood.
    views
        role -> its curves as the checks see them.
    marks
        The places that events are set against: restarts, changes of the learning rate, epochs, evaluations.
    task
        What kind of training it is.
    trainer
        Whether Hugging Face's Trainer wrote the log.
    """

    run: Run
    views: Views
    marks: tuple[Landmarks, ...]
    task: Task
    trainer: bool

    def marks_of(self, kind: str) -> Landmarks | None:
        """Return the places of one kind, None where there are none."""
        return next((m for m in self.marks if m.kind == kind), None)


def case_of(run: Run) -> Case:
    """Return a run with what is known of it.

    Parameters
    ----------
    run
        A run whose curves are understood (`curveread.run.tags.context.understood`).

    Returns
    -------
    Case
    """
    return Case(run, views_of(run), landmarks(run), task_of(run), logged_by_trainer(run))
