"""``curveread schema``: the schema that the results of the tests are held to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
from referencing import Registry, Resource

from curveread.findings import schema

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def test_what_it_prints_describes_what_check_prints(cli: Cli, healthy: Path, broken: Path) -> None:
    done = cli.process("schema")
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert printed == schema.load()
    jsonschema.Draft202012Validator.check_schema(printed)
    one = json.loads(cli("check", broken, "--json").stdout)
    jsonschema.Draft202012Validator(printed).validate(one)
    known = Registry().with_resource(printed["$id"], Resource.from_contents(printed))
    listed = jsonschema.Draft202012Validator({"$ref": f"{printed['$id']}#/$defs/listed"}, registry=known)
    for entry in json.loads(cli("check", broken, healthy, cli.cwd / "absent", "--json").stdout):
        listed.validate(entry)


def test_it_takes_nothing(cli: Cli) -> None:
    assert cli("schema", "runs").returncode == 2
