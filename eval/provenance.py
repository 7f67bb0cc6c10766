"""Says what a number was measured with: commit, index, data, machine."""

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_UNNEEDED = frozenset({"files", "version"})  # checksums: the digests of corpus and encoder tell the same


def describe(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Commit, whether files differ from it, machine, and the manifest of the index, as JSON-ready values.

    An encoder's folder is told by its name alone: where it lies is no part of a measurement.
    """
    folder = Path(__file__).parent
    index = {key: manifest[key] for key in sorted(manifest) if key not in _UNNEEDED}  # made now or kept: one order
    if "encoder" in index:
        encoder = {**index["encoder"], "name": short_name(index["encoder"]["name"])}
        index["encoder"] = dict(sorted(encoder.items()))
    status = _git(folder, "status", "--porcelain")
    return {
        "commit": _git(folder, "rev-parse", "--short=12", "HEAD"),
        "dirty": None if status is None else bool(status),
        "machine": _machine(),
        "python": platform.python_version(),
        "index": index,
    }


def short_name(encoder: str) -> str:
    """What tells an encoder apart: the last part of its name, or of its folder that is not just "model"."""
    parts = Path(encoder).resolve().parts if Path(encoder).exists() else tuple(encoder.split("/"))
    return next(part for part in reversed(parts) if part != "model" or len(parts) == 1)


def digest_files(*files: Path) -> str:
    """sha256 over the contents of the files in this order, first 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {_processor()}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if not described.exists():
        return platform.processor() or "processor unknown"
    names = (
        line.split(":", 1)[1].strip() for line in described.read_text("utf-8").splitlines() if "model name" in line
    )
    return next(names, platform.processor() or "processor unknown")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where there is no git or no repository with a commit."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    except FileNotFoundError:
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None
