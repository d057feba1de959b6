"""Readers and checks from a module that is named when curveread is started: ``--plugin my_checks``."""

from __future__ import annotations

import importlib
import inspect

from curveread.detectors import registry as checks
from curveread.detectors.base import Detector
from curveread.errors import PluginError
from curveread.readers import registry as readers
from curveread.readers.base import Reader

_loaded: list[str] = []


def loaded_plugins() -> tuple[str, ...]:
    """Return the modules that were taken into use, so that another process can do the same."""
    return tuple(_loaded)


def load_plugin(module: str) -> None:
    """Take the readers and checks of a module into use, until the process ends.

    Parameters
    ----------
    module
        Its name, as in ``import``; all readers and checks under a public name in it are taken, except our own.

    Raises
    ------
    PluginError
        When it cannot be imported, holds neither a reader nor a check, or a check has the name of another one.
    """
    try:
        found = importlib.import_module(module)
    except Exception as error:  # whatever the module's own code raises
        raise PluginError(f"the plugin {module!r} cannot be loaded: {type(error).__name__}: {error}") from error
    classes = [
        kind
        for name, kind in inspect.getmembers(found, inspect.isclass)
        if not name.startswith("_")
        and issubclass(kind, Reader | Detector)
        and not inspect.isabstract(kind)
        and not kind.__module__.startswith("curveread.")
    ]
    if not classes:
        raise PluginError(f"the plugin {module!r} defines neither a Reader nor a Detector")
    for kind in classes:
        if issubclass(kind, Reader):
            readers.register(kind)
        else:
            checks.register(kind)
    if module not in _loaded:
        _loaded.append(module)
