"""Examines the machine: the sandbox, versions and the disk."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from autograder.doctor.finding import Finding, fine, note, wrong
from autograder.grading.conditions import covered_packages
from autograder.sandbox import detect_sandbox
from autograder.sandbox.bubblewrap import describe, find_bwrap, installed_bwraps
from autograder.sandbox.host import OLDEST_KERNEL, concerns_host, read_host, remedy
from autograder.sandbox.proof import Proof, prove, require_proof
from course.errors import GradingError

PROJECT = "convpool-course"
NAMED = ("nbgrader", "tensorflow", "jupyterlab")
"""The packages whose versions are always named."""
GIB = 1 << 30
LEAST_DISK = 1.0
"""GiB below which a run over a class may fill the disk."""


def examine_sandbox(hidden: tuple[Path, ...] = ()) -> Iterator[Finding]:
    """Prove the sandbox; `hidden` are files that it must not show."""
    try:
        used = find_bwrap()
    except GradingError as error:
        yield wrong("bubblewrap", error.message, error.next_step)
        return
    yield from _passed_over(used)
    sandbox = detect_sandbox(covered_packages())
    try:
        proof = prove(sandbox, hidden)
        require_proof(proof)
    except GradingError as error:
        named = remedy(read_host(), str(used)) if concerns_host(error.message) else ""
        yield wrong("sandbox", error.message, named or error.next_step)
        return
    except OSError as error:
        yield wrong("sandbox", f"it can't be started ({error})", remedy(read_host(), str(used)))
        return
    yield _proven(proof, used)
    if not sandbox.cgroups.version:
        yield note(
            "memory",
            "there is no control group to write to, so memory is limited for each process alone",
            "See docs/operator.md, section “What the sandbox needs”.",
        )


def _passed_over(used: Path) -> Iterator[Finding]:
    """Name a bwrap of the system that lacks an option."""
    for bwrap in installed_bwraps():
        if bwrap.path == used:
            return
        yield note("bubblewrap", f"{describe(bwrap)}; {used} is used instead")


def _proven(proof: Proof, used: Path) -> Finding:
    count = len(proof.attempts)
    return fine("sandbox", f"{count} ways out were tried, all denied; {proof.sandbox}, {used}")


def examine_versions() -> Iterator[Finding]:
    """Name the versions, and what is older than this package needs."""
    host = read_host()
    bwrap = next((one for one in installed_bwraps() if not one.missing), None)
    named = [
        f"{PROJECT} {_version(PROJECT)}",
        f"Python {'.'.join(map(str, sys.version_info[:3]))}",
        f"Linux {host.kernel}" if sys.platform == "linux" else sys.platform,
        f"bubblewrap {bwrap.version if bwrap else '–'}",
        *(f"{name} {_version(name)}" for name in NAMED),
    ]
    yield fine("versions", ", ".join(named))
    if sys.platform == "linux" and host.kernel_is_old:
        oldest = ".".join(map(str, OLDEST_KERNEL))
        yield wrong("kernel", f"Linux {host.kernel} is older than {oldest}", remedy(host))
    for requirement, found in outdated_requirements().items():
        yield wrong("versions", found, f'Run `pip install "{requirement}"`.')


def outdated_requirements(project: str = PROJECT) -> dict[str, str]:
    """Map the requirements of the project that are not met to what is wrong with each."""
    from packaging.requirements import Requirement

    found: dict[str, str] = {}
    for text in metadata.requires(project) or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version, wanted = _version(requirement.name), f"{requirement.name}{requirement.specifier}"
        if version == "–":
            found[wanted] = f"{requirement.name} is not installed"
        elif not requirement.specifier.contains(version, prereleases=True):
            found[wanted] = f"{requirement.name} {version} is not {requirement.specifier}"
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "–"


def examine_disk(*folders: Path) -> Iterator[Finding]:
    """Measure the free space of folders, or of the first that exist above them, and of /tmp."""
    places = dict.fromkeys(map(existing, (*folders, Path(tempfile.gettempdir()))))
    free = {place: shutil.disk_usage(place).free / GIB for place in places}
    short = [place for place in free if free[place] < LEAST_DISK]
    for place in short:
        yield wrong(
            "disk",
            f"{free[place]:.1f} GiB are free in {place}",
            f"Free at least {LEAST_DISK:g} GiB there, or name another folder: --class, TMPDIR.",
        )
    if not short:
        yield fine("disk", ", ".join(f"{free[p]:.1f} GiB are free in {p}" for p in places))


def existing(folder: Path) -> Path:
    """Return a folder, or the first above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())
