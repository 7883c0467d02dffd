import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from source import functions, package_modules

# lowest first; what stands in one row may not import each other
ORDER = (
    {"errors", "domain", "paths", "failpoints", "packing"},
    {"config"},
    {"models"},
    {"store", "migrations"},
    {"crm", "reports"},
    {"service"},
    {"language"},
    {"slack", "mail", "web"},
    {"jobs", "playground"},
    {"bootstrap"},
    {"cli"},
    {"__main__"},
)
RANK = {part: rank for rank, parts in enumerate(ORDER) for part in parts}
MAY_IMPORT_BESIDE = {("domain", "errors"), ("migrations", "store")}

KEEPERS = {
    "slack_bolt": {"slack", "playground"},
    "slack_sdk": {"slack", "playground"},
    "fastapi": {"web", "playground"},
    "starlette": {"web", "playground"},
    "imapclient": {"mail"},
    "smtplib": {"mail"},
    "email": {"mail", "playground"},
    "apscheduler": {"jobs"},
    "sqlalchemy": {
        "models",
        "migrations",
        "store",
        "crm",
        "reports",
        "service",
        "bootstrap",
    },
    "alembic": {"migrations", "store", "bootstrap", "cli"},
}
"""Library -> the only parts that may know it."""


@dataclass(frozen=True)
class Import:
    module: str
    target: str
    line: int

    @property
    def part(self) -> str:
        return part_of(self.module)

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def part_of(name: str) -> str:
    """Return the part of crmbot that a dotted name lies in: crmbot.crm.leads -> crm."""
    return name.split(".")[1] if "." in name else ""


def imports_in(module: str, tree: ast.AST) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # "from crmbot import paths" is an import of crmbot.paths
            names = [f"crmbot.{a.name}" for a in node.names] if node.module == "crmbot" else [node.module or "."]
            yield from (Import(module, name, node.lineno) for name in names)


def every_import() -> list[Import]:
    return [found for module, tree in package_modules() for found in imports_in(module, tree)]


def inside(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


def goes_up(found: Import) -> bool:
    target = part_of(found.target)
    if not inside(found.target, "crmbot") or found.part in {"", target} or not target:
        return False
    if (found.part, target) in MAY_IMPORT_BESIDE:
        return False
    return RANK[target] >= RANK[found.part]


def leaves_its_keeper(found: Import) -> bool:
    return any(inside(found.target, library) and found.part not in parts for library, parts in KEEPERS.items())


def is_relative(found: Import) -> bool:
    return found.target == "."


def test_every_part_has_a_layer() -> None:
    parts = {part_of(module) for module, _ in package_modules()} - {""}
    assert parts <= set(RANK)


@pytest.mark.parametrize("broken", [goes_up, leaves_its_keeper, is_relative])
def test_no_import_breaks_the_layers(broken: Callable[[Import], bool]) -> None:
    assert [str(found) for found in every_import() if broken(found)] == []


def test_domain_needs_the_standard_library_only() -> None:
    lowest = [found for found in every_import() if found.part in {"domain", "errors"}]
    roots = {found.target.split(".")[0] for found in lowest}
    assert roots - sys.stdlib_module_names <= {"crmbot"}


LOADS_DRIVERS = "crmbot.store.engines"
"""Where a database's driver is loaded once it is known which: PostgreSQL's is large, and SQLite does without."""


def test_only_the_composition_root_and_the_choice_of_a_driver_import_inside_functions() -> None:
    hidden = [
        str(found)
        for module, tree in package_modules()
        if part_of(module) not in {"cli", "bootstrap"} and module != LOADS_DRIVERS
        for function in functions(tree)
        for found in imports_in(module, function)
        if inside(found.target, "crmbot")
    ]
    assert hidden == []


def test_nobody_but_the_command_line_imports_the_composition_root() -> None:
    users = {f.part for f in every_import() if inside(f.target, "crmbot.bootstrap")} - {"bootstrap"}
    assert users <= {"cli"}


def commits(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def test_only_the_one_door_commits() -> None:
    doors = {part_of(module) for module, tree in package_modules() if commits(tree)}
    assert doors <= {"service", "store"}


@pytest.mark.parametrize(
    ("source", "target", "forbidden"),
    [
        ("crmbot.crm.deals", "crmbot.models.deals", False),
        ("crmbot.crm.deals", "crmbot.crm.lookup", False),
        ("crmbot.crm.deals", "crmbot.service", True),
        ("crmbot.crm.deals", "crmbot.reports.pipeline", True),
        ("crmbot.slack.app", "crmbot.mail.message", True),
        ("crmbot.jobs.intake", "crmbot.mail.mailbox", False),
        ("crmbot.mail.mailbox", "crmbot.jobs.intake", True),
        ("crmbot.cli", "crmbot.bootstrap", False),
        ("crmbot.slack.app", "crmbot.bootstrap", True),
        ("crmbot.domain.money", "crmbot.errors", False),
        ("crmbot.errors", "crmbot.domain.money", True),
    ],
)
def test_the_rule_itself(source: str, target: str, *, forbidden: bool) -> None:
    assert goes_up(Import(source, target, 1)) is forbidden
