"""`make lock`: resolves pyproject.toml's dependencies and writes the whole set, pinned, to requirements.txt.

Resolved on the Python at hand, then completed with what only other supported versions need (with its marker), so that
one list serves them all. `--check` asks no registry: it says whether every direct dependency is pinned within its range.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "requirements.txt"
# The ends of each supported series: some markers look at the third number.
PYTHONS = ("3.11.0", "3.11.9", "3.12.0", "3.13.0")
HEAD = """\
# The whole runtime set, pinned: first what Recovery uses itself, then what that needs. Made by `make lock`.
"""


def direct() -> list[Requirement]:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return [Requirement(line) for line in listed]


def resolve(requirements: list[str]) -> list[dict[str, Any]]:
    """What pip would install, without installing it."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    done = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: list[dict[str, Any]] = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    return found


def only_elsewhere(packages: list[dict[str, Any]]) -> list[Requirement]:
    """Requirements that hold on some supported Python, but not on this one."""
    present = {canonicalize_name(package["name"]) for package in packages}
    wanted = []
    for package in packages:
        for line in package.get("requires_dist", []):
            need = Requirement(line)
            if need.marker is None or "extra" in str(need.marker) or canonicalize_name(need.name) in present:
                continue
            if any(need.marker.evaluate(_environment(version)) for version in PYTHONS):
                wanted.append(need)
    return wanted


def _environment(version: str) -> dict[str, str]:
    short = ".".join(version.split(".")[:2])
    return {
        "python_full_version": version,
        "python_version": short,
        "sys_platform": "linux",
        "platform_system": "Linux",
    }


def page() -> str:
    wanted = direct()
    packages = resolve([str(requirement) for requirement in wanted])
    pins = {canonicalize_name(package["name"]): f"{package['name']}=={package['version']}" for package in packages}
    own = [canonicalize_name(requirement.name) for requirement in wanted]
    rest = sorted(line for name, line in pins.items() if name not in own)
    for need in only_elsewhere(packages):
        (version,) = [package for package in resolve([f"{need.name}{need.specifier}"]) if package["name"] == need.name]
        rest.append(f"{need.name}=={version['version']} ; {need.marker}")
    return "\n".join(
        [HEAD, *(pins[name] for name in own), "", "# needed by the above", *sorted(rest, key=str.lower), ""]
    )


def pinned(text: str) -> dict[str, str]:
    """Name to version, of the lines of a requirements file."""
    return {canonicalize_name(match[1]): match[2] for match in re.finditer(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)}


def faults() -> list[str]:
    """Direct dependencies that are not pinned, or are pinned outside their range."""
    pins = pinned(FILE.read_text())
    found = []
    for requirement in direct():
        version = pins.get(canonicalize_name(requirement.name))
        if version is None or version not in requirement.specifier:
            found.append(f"{requirement} is pinned to {version or 'nothing'}")
    return found


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit("\n".join(faults()) or 0)
    FILE.write_text(page())
    print(f"Pinned {len(pinned(FILE.read_text()))} packages in requirements.txt.")
