"""Sentences are data: no code takes their words apart, and every number in them is an argument, on every axis."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

import curveread as cr
from curveread.errors import UsageError
from curveread.findings.arguments import Argument, AxisWord, Labelled, Place, PlaceList, Span
from curveread.findings.diagnosis import Statement
from curveread.findings.text import Text
from curveread.run.axes import with_axis
from curveread.run.model import Curve
from curveread.run.roles import Role
from tests.support.samples import told

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "curveread"
CASES = sorted(p.parent.name for p in (ROOT / "sample_logs").glob("*/labels.json"))
AXES = {"step": "step", "epoch": "epoch", "tokens": "tokens", "time": "seconds"}
"""Axis that is asked for -> what a place on it counts."""
TERMS = re.compile(
    r"\b(fp16|bf16|float16|float32|90th|F1|L2)\b"  # terms of the field that happen to hold a digit
    r"|per 1,000 steps"  # the unit of a figure
    r"|exactly 0\.0"  # what the logger writes for a NaN that it hides
    r"|2 to the power of"  # a formula
)

WORDS = {"advice", "also_explained_by", "headline", "message", "reason"}
"""Attributes, and parameters, that hold sentences, whatever object they belong to.

What escapes or shortens any text as a whole (logtext.py, the Markdown, JUnit and GitHub writers) takes ``text``
and does not ask what it says; it is left alone.
"""
OWNERS = {"Evidence": {"name", "value"}, "Statement": {"text"}, "TimelineEntry": {"text"}}
"""Classes of which these attributes are sentences, too."""
LISTS = {"evidence": "Evidence", "statements": "Statement", "timeline": "TimelineEntry"}
"""What the items of such an attribute are."""
MAKERS = {"capitalized", "joined", "listed", "on_axis", "text", "without_axis"}
"""Functions of findings/text.py that return sentences."""
METHODS = {
    *("capitalize", "casefold", "count", "endswith", "find", "index", "lower", "lstrip", "partition", "removeprefix"),
    *("removesuffix", "replace", "rfind", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith"),
    *("strip", "title", "translate", "upper"),
}
PATTERNS = {"findall", "finditer", "fullmatch", "match", "search", "sub", "subn"}
"""Functions of :mod:`re`, and methods of its patterns."""
LEFT_OUT = {
    "findings/text.py",  # makes the words
    "cli/parser.py",  # reads argparse's own errors
    "discovery/assemble.py",  # cuts the folder out of the paths in a note, whatever else it says
}


class _Scope(ast.NodeVisitor):
    """Finds where a function takes a sentence apart; follows names through assignments, loops and annotations."""

    def __init__(self) -> None:
        self.sentences: set[str] = set()
        self.lists: set[str] = set()
        self.owners: dict[str, str] = {}
        self.found: set[int] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        inner = _Scope()
        for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            inner._declare(arg.arg, arg.annotation)
            if arg.arg in WORDS and isinstance(arg.annotation, ast.Name) and arg.annotation.id == "str":
                inner.sentences.add(arg.arg)
        for child in (*node.body, *node.body):  # twice: a name may be bound below where it is used
            inner.visit(child)
        self.found |= inner.found

    def _declare(self, name: str, annotation: ast.expr | None) -> None:
        if isinstance(annotation, ast.Name) and annotation.id in OWNERS:
            self.owners[name] = annotation.id
        if isinstance(annotation, ast.Name) and annotation.id == "Text":
            self.sentences.add(name)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=False):
                self._bind(one, its)
        elif isinstance(target, ast.Name) and self._is_sentence(value):
            self.sentences.add(target.id)

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        if isinstance(target, ast.Name) and isinstance(over, ast.Attribute):
            if over.attr in LISTS:
                self.owners[target.id] = LISTS[over.attr]
            elif over.attr in WORDS:
                self.sentences.add(target.id)

    def _is_sentence(self, node: ast.expr) -> bool:
        match node:
            case ast.Attribute(value=base, attr=attr):
                owner = self.owners.get(base.id, "") if isinstance(base, ast.Name) else ""
                return attr in WORDS or attr in OWNERS.get(owner, ())
            case ast.Name(id=name):
                return name in self.sentences
            case ast.Call(func=ast.Name(id=name), args=args):
                return name in MAKERS or (name == "str" and any(map(self._is_sentence, args)))
            case ast.Call(func=ast.Attribute(value=base, attr=attr)):
                return attr in METHODS and self._is_sentence(base)
            case ast.BoolOp(values=values):
                return any(map(self._is_sentence, values))
            case ast.IfExp(body=body, orelse=other) | ast.BinOp(left=body, op=ast.Add(), right=other):
                return self._is_sentence(body) or self._is_sentence(other)
        return False

    def _is_one(self, node: ast.expr) -> bool:
        """Return whether it is a sentence, and not a tuple of them."""
        tuples = {"advice", "also_explained_by"}
        named = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        return named not in tuples and self._is_sentence(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._declare(node.target.id, node.annotation)
            if node.value is not None:
                self._bind(node.target, node.value)
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._bind(node.target, node.value)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            taken = node.func.attr in METHODS and self._is_one(node.func.value)
            if taken or (node.func.attr in PATTERNS and any(map(self._is_one, node.args))):
                self.found.add(node.lineno)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        within = (right for operator, right in zip(node.ops, node.comparators, strict=True) if _is_in(operator))
        if any(map(self._is_one, within)):
            self.found.add(node.lineno)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._is_one(node.value):
            self.found.add(node.lineno)
        self.generic_visit(node)


def _is_in(operator: ast.cmpop) -> bool:
    return isinstance(operator, ast.In | ast.NotIn)


def taken_apart(source: str) -> list[int]:
    """Return the lines of a module in which a sentence is taken apart."""
    scope = _Scope()
    tree = ast.parse(source)
    for _ in range(2):
        scope.visit(tree)
    return sorted(scope.found)


@pytest.mark.parametrize(
    "code",
    [
        "def f(d): return d.verdict.headline.startswith('The')",
        "def f(d): return [n for n in d.not_checked if str(n.reason).removeprefix('no ')]",
        "def f(x):\n    head, n = x.message, 1\n    return head.lower()",
        "def f(x: Evidence): return x.name.removesuffix(' step')",
        "def f(x): return [e for e in x.evidence if 'eval' in e.name]",
        "def f(x): return x.message[:40]",
        "def f(x): return re.sub('step', 'epoch', x.message)",
        "def f(x): return any('lr' in a for a in x.advice)",
        "def f(message: str): return message.split()",
        "def f(s: Statement): return s.text.replace('step', 'epoch')",
        "def f(): return text('{a}', a=b).strip()",
    ],
)
def test_taking_apart_is_seen(code: str) -> None:
    assert taken_apart(code)


@pytest.mark.parametrize(
    "code",
    [
        "def f(path): return path.name.removesuffix('.csv')",
        "def f(x): return x.advice[0]",
        "def f(x, y): return y in x.advice",
        "def f(x): return shorten(x.message, 300)",
        "def f(x: Evidence): return x.key.startswith('eval')",
    ],
)
def test_what_is_whole_is_left_alone(code: str) -> None:
    assert not taken_apart(code)


def test_no_code_takes_a_sentence_apart() -> None:
    modules = [p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).as_posix() not in LEFT_OUT]
    found = [f"{p.relative_to(PACKAGE)}:{line}" for p in modules for line in taken_apart(p.read_text(encoding="utf-8"))]
    assert not found, "these read a sentence back; ask its arguments, or give the finding an evidence with a key"


FURTHER = [axis for axis in AXES if axis != "step"]
EVERY = [
    pytest.param(case, axis, marks=[pytest.mark.slow] * (axis not in ("step", *FURTHER[i % 4 : i % 4 + 1])))
    for i, case in enumerate(CASES)
    for axis in AXES
]
"""Every sample on every axis, by default on steps, and three of four on another one in turn."""


@cache
def sentences(case: str, axis: str) -> tuple[tuple[str, str], ...]:
    """Return every sentence of a sample, each with where it stands; none where the log does not hold the axis."""
    if axis == "step":
        return tuple(_said(told(case)))
    run = _run(case, axis)
    return () if run is None else tuple(_said(cr.diagnose(run)))


def _run(case: str, axis: str) -> cr.Run | None:
    path = ROOT / "sample_logs" / case
    try:
        return cr.read(path, x=axis)
    except UsageError:
        if axis != "tokens":
            return None
    run = cr.read(path)  # no sample counts tokens: 512 a step
    step = np.array([run.first_step, run.last_step])
    counter = Curve("num_tokens", step, 512.0 * step, role=Role.TOKENS)
    return with_axis(replace(run, curves={**run.curves, counter.tag: counter}), axis)


def _said(diagnosis: cr.Diagnosis) -> Iterator[tuple[str, str]]:
    yield "headline", diagnosis.verdict.headline
    yield from ((f"not checked: {n.rule}", n.reason) for n in diagnosis.not_checked)
    yield from (("timeline", t.text) for t in diagnosis.timeline)
    if diagnosis.forecast is not None:
        yield "forecast", diagnosis.forecast.reason
    for statement in diagnosis.statements:
        yield statement.topic, statement.text
        yield from _figures(statement)
    findings = [*diagnosis.findings, *(g for f in diagnosis.findings for g in f.folded)]
    for finding in findings:
        yield from ((finding.rule, w) for w in (finding.message, *finding.advice, *finding.also_explained_by))
        for cause in finding.causes:
            told = (*cause.speaks_for, *cause.speaks_against, cause.check, cause.fix)
            yield from ((cause.cause, words) for words in told)
        yield from _figures(finding)


def _figures(what: cr.Finding | Statement) -> Iterator[tuple[str, str]]:
    for evidence in what.evidence:
        yield evidence.key, evidence.name
        if isinstance(evidence.value, str):
            yield evidence.key, evidence.value


def pieces(words: str) -> Iterator[str | Argument]:
    """Yield a sentence's literal parts and its arguments, in their order."""
    if not isinstance(words, Text):
        yield words
        return
    for literal, name, _, _ in Formatter().parse(words.template):
        if literal:
            yield literal
        if name is not None:
            arg = words.arg(name)
            yield from pieces(arg) if isinstance(arg, Text) else (arg,)


@pytest.mark.parametrize(("case", "axis"), EVERY)
def test_every_number_in_a_sentence_is_an_argument(case: str, axis: str) -> None:
    bare = [
        (where, str(words))
        for where, words in sentences(case, axis)
        if any(isinstance(p, str) and re.search(r"\d", TERMS.sub("", p)) for p in pieces(words))
    ]
    assert not bare


@pytest.mark.parametrize(("case", "axis"), EVERY)
def test_places_are_on_the_axis_that_was_asked_for(case: str, axis: str) -> None:
    for where, words in sentences(case, axis):
        parts = list(pieces(words))
        bare = [p.place if isinstance(p, Labelled) else p for p in parts]
        places = [p for p in bare if isinstance(p, Place | PlaceList | Span | AxisWord)]
        assert {p.axis for p in places} <= {AXES[axis]}, (where, str(words))
        for before, after in pairwise(parts):
            noun = (isinstance(before, str) and re.search(r"\b[Ss]teps?\s*$", before)) or (
                isinstance(after, str) and re.match(r"\s*steps?\b", after) and not isinstance(before, str)
            )
            assert not noun, (where, str(words))


def test_every_number_of_a_comparison_is_an_argument() -> None:
    diagnoses = [cr.diagnose(cr.read(ROOT / "sample_logs" / c)) for c in ("healthy-noisy", "overfitting", "leakage")]
    statements = cr.compare(diagnoses).statements
    assert len(statements) >= 2
    for statement in statements:
        assert not any(isinstance(p, str) and re.search(r"\d", p) for p in pieces(statement.text)), statement.text


def test_the_samples_hold_every_axis() -> None:
    for axis in AXES:
        default = {str(e.values[0]) for e in EVERY if e.values[1] == axis and not e.marks}
        assert sum(len(sentences(case, axis)) for case in default) > 100, axis
