"""Docstrings are pages here: also where ``python -OO`` has taken them away."""

from __future__ import annotations

import ast
import inspect
import sys
from textwrap import dedent
from types import ModuleType
from typing import Any


def docstring(what: Any) -> str:
    """Return the docstring of a module, a class or a function, from its source where Python runs without them.

    Without its source either, which a package of compiled files may lack, it is empty.
    """
    if sys.flags.optimize < 2:
        return inspect.cleandoc(what.__doc__ or "")
    try:
        source = dedent(inspect.getsource(what))
        tree: ast.AST = compile(source, "", "exec", ast.PyCF_ONLY_AST, optimize=0)  # ast.parse: none from 3.14
    except (OSError, SyntaxError):
        return ""
    if not isinstance(what, ModuleType):
        (tree,) = ast.iter_child_nodes(tree)
    return ast.get_docstring(tree) or ""  # type: ignore[arg-type]
