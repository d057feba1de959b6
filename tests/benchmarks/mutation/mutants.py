"""Random faults in the source, made with Cosmic Ray's operators, one at a time.

Cosmic Ray's own runner tries every mutant with one command; here a few are drawn, and each is tried with the tests that
reach it. So only its operators are used, by the functions that its runner calls.
"""

from __future__ import annotations

import ast
import difflib
import functools
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

__all__ = ["Mutant", "drawn"]

LISTED = Path(__file__).with_name("equivalent.toml")
ARITHMETIC = ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow")
IDENTITY = ("Is", "IsNot")
SPARED = ("VariableInserter", "VariableReplacer")  # they want names, and put in numbers of their own choice
GUARDS = ("strict", "slots", "frozen", "repr", "compare")


@dataclass(frozen=True)
class Mutant:
    """A file with one fault in it.

    Attributes
    ----------
    path
        Of the file, from the root of the repository.
    line
        Where the fault is, from 1.
    operator
        Cosmic Ray's name of what was done.
    source, mutated
        The text of the file before and after.
    """

    path: Path
    line: int
    operator: str
    source: str
    mutated: str

    def changed(self) -> tuple[str, str]:
        """Return the changed lines, before and after."""
        old, new = self.source.split("\n"), self.mutated.split("\n")
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        pairs = [(old[a:b], new[c:d]) for tag, a, b, c, d in codes if tag != "equal"]
        texts = ["\n".join(line.strip() for part in parts for line in part) for parts in zip(*pairs, strict=True)]
        return texts[0].strip(), texts[1].strip()

    def __str__(self) -> str:
        before, after = self.changed()
        diff = [f"    - {line}" for line in before.split("\n")] + [f"    + {line}" for line in after.split("\n")]
        return "\n".join([f"{self.path}:{self.line}", *diff])


def drawn(root: Path, paths: list[Path], seed: int) -> Iterator[Mutant]:
    """Yield mutants without end of those files, a random one of each file in turn, until none is left.

    What is drawn of a file depends on its own text and the seed alone, so that a change elsewhere leaves it as it is.

    Parameters
    ----------
    root
        Of the repository.
    paths
        Of the files, from the root.
    seed
        Of the order of the files and of what is drawn of each.

    Yields
    ------
    Mutant
        One that can be compiled, is not the same program, and is not listed as one that behaves the same.
    """
    order = sorted(paths, key=lambda p: random.Random(f"{seed} {p}").random())
    rows = [_of_file(root, path, seed) for path in order]
    while rows:
        left = []
        for row in rows:
            mutant = next(row, None)
            if mutant is not None:
                yield mutant
                left.append(row)
        rows = left


def _of_file(root: Path, path: Path, seed: int) -> Iterator[Mutant]:
    source = (root / path).read_text(encoding="utf-8")
    plain, spared, listed = _program(source), _spared(source), _listed().get(path.name, set())
    places: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name in _operators():
        for occurrence, place in enumerate(_places(name, source)):
            if place not in spared:
                places.setdefault(place, []).append((name, occurrence))
    rng = random.Random(f"{seed} {path} {source}")
    for place in rng.sample(sorted(places), len(places)):
        name, occurrence = rng.choice(places[place])
        try:
            mutated = mutate_code(source, get_operator(name)(), occurrence)
        except AttributeError:
            continue  # Cosmic Ray knows no exceptions with a dot in their names
        if mutated is None or _program(mutated) in (None, plain):
            continue
        mutant = Mutant(path, place[0], name.split("/")[1], source, mutated)
        if mutant.changed() not in listed:
            yield mutant


@functools.cache
def _operators() -> tuple[str, ...]:
    """Return the operators whose mutants may tell something: those that only exchange types of error are left out."""
    chosen = []
    for name in operator_names():
        kind, _, swap = name.split("/")[1].partition("Operator_")
        old, _, new = swap.partition("_")
        if kind == "ReplaceBinary" and (old in ARITHMETIC) != (new in ARITHMETIC):
            continue  # a float has no bits: a TypeError wherever the line runs
        if kind == "ReplaceComparison" and (old in IDENTITY) != (new in IDENTITY):
            continue  # None has no order; and what is equal is mostly the same
        if not name.endswith(SPARED):
            chosen.append(name)
    return tuple(chosen)


def _places(name: str, source: str) -> Iterator[tuple[int, int]]:
    operator = get_operator(name)()
    for node in _nodes(source):
        for start, _ in operator.mutation_positions(node):
            yield start


@functools.lru_cache(maxsize=1)
def _nodes(source: str) -> list[object]:
    return list(ast_nodes(get_ast(source)))


class _Bare(ast.NodeTransformer):
    """Take annotations away, which nothing reads; and know that no size is below 0."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        size = isinstance(node.left, ast.Attribute) and node.left.attr == "size"
        size |= isinstance(node.left, ast.Call) and isinstance(node.left.func, ast.Name) and node.left.func.id == "len"
        if size and isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value == 0:
            same: dict[type[ast.cmpop], ast.cmpop] = {ast.LtE: ast.Eq(), ast.Gt: ast.NotEq()}
            node.ops[0] = same.get(type(node.ops[0]), node.ops[0])
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(value=None)
        return self.generic_visit(node)


def _program(source: str) -> str | None:
    """Return what a text does, as far as that can be told without running it; None where it cannot be compiled."""
    try:
        tree = ast.parse(source)
        compile(tree, "mutant", "exec")
    except (SyntaxError, ValueError):
        return None
    return ast.dump(_Bare().visit(tree))


def _spared(source: str) -> set[tuple[int, int]]:
    """Return the places (line, column) where a change cannot be seen from outside.

    These are imports for the type checker, caches that only save time, and guards of the house against itself:
    ``strict`` of a ``zip``, and ``slots``, ``frozen``, ``repr`` and ``compare`` of a dataclass.
    """
    ends = set()
    for node in ast.walk(ast.parse(source)):
        spans: list[ast.AST] = []
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            spans = [node]
        elif isinstance(node, ast.Call):
            spans = [k.value for k in node.keywords if k.arg in GUARDS and isinstance(k.value, ast.Constant)]
        elif isinstance(node, ast.FunctionDef):
            spans = [d for d in node.decorator_list if re.search(r"\b(lru_)?cache\b", ast.unparse(d))]
        for span in spans:
            first, last = (span.lineno, max(0, span.col_offset - 1)), (span.end_lineno, span.end_col_offset)  # type: ignore[attr-defined]
            ends.add((first, last))
    lines = source.split("\n")
    return {
        (row, column)
        for first, last in ends
        for row in range(first[0], last[0] + 1)
        for column in range(len(lines[row - 1]) + 1)
        if first <= (row, column) <= last
    }


@functools.cache
def _listed() -> dict[str, set[tuple[str, str]]]:
    """Return file name -> changes (before, after) that are listed as ones that behave the same."""
    found: dict[str, set[tuple[str, str]]] = {}
    for entry in tomllib.loads(LISTED.read_text(encoding="utf-8")).get("mutant", []):
        assert entry["why"], f"{LISTED.name}: an entry of {entry['file']} lacks a reason"
        found.setdefault(entry["file"], set()).add((entry["before"], entry["after"]))
    return found
