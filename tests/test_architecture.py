import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "indexing": {"indexing"},
    "service": {"service", "indexing"},
    "eval": {"eval", "service", "indexing"},
}
HOMES = {  # each library of others has the modules that know it; NumPy is everywhere
    "bm25s": {"indexing/lexical.py"},
    "faiss": {"indexing/store.py"},
    "fastapi": {
        "service/app.py",
        "service/document_routes.py",
        "service/errors.py",
        "service/page_routes.py",
        "service/question_routes.py",
    },
    "jinja2": {"service/pages.py"},
    "langchain_text_splitters": {"indexing/chunk.py"},
    "langdetect": {"indexing/language.py"},
    "onnxruntime": {"indexing/session.py"},
    "prometheus_client": {"service/observe.py", "service/page_routes.py"},
    "pydantic": {"service/schemas.py", "service/settings.py", "service/__main__.py"},
    "pydantic_settings": {"service/settings.py"},
    "sentence_transformers": {"indexing/encode.py"},
    "starlette": {
        "service/bodylimit.py",
        "service/embed.py",
        "service/errors.py",
        "service/observe.py",
        "service/origins.py",
        "service/ratelimit.py",
    },
    "Stemmer": {"indexing/analyze.py"},
    "tokenizers": {"indexing/session.py"},
    "uvicorn": {"service/__main__.py"},
}
WATCH = """
import importlib, json, sys, threading
seen = []
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event.startswith("socket.") or writes or (event == "open" and "/indexing/model/" in str(arguments[0])):
        seen.append([event, str(arguments[0])])
sys.addaudithook(watch)
before = threading.active_count()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps({"seen": seen, "threads": threading.active_count() - before, "modules": list(sys.modules)}))
"""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """The modules a file imports, anywhere in it, by their full names."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import; imports are absolute"
            yield from (node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names))


def top(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_from_eval_over_service_to_indexing(package: str) -> None:
    for file in modules(package):
        ours = {top(name) for name in imports(file)} & {*MAY_IMPORT, "tests"}
        assert ours <= MAY_IMPORT[package], f"{file.relative_to(ROOT)} imports {sorted(ours - MAY_IMPORT[package])}"


def test_types_and_errors_import_nothing_of_ours() -> None:
    for name in ("types", "errors"):
        assert not {top(module) for module in imports(ROOT / "indexing" / f"{name}.py")} & {*MAY_IMPORT}


@pytest.mark.parametrize("package", ["indexing", "service"])
def test_every_library_is_imported_in_its_home_only(package: str) -> None:
    for file in sorted((ROOT / package).glob("*.py")):
        here = str(file.relative_to(ROOT))
        for library in {top(name) for name in imports(file)} - {*sys.stdlib_module_names, *MAY_IMPORT, "numpy"}:
            assert library in HOMES, f"{here} imports {library}, which has no home"
            assert here in HOMES[library], f"{here} imports {library}, whose home is {sorted(HOMES[library])}"


def test_no_home_stands_empty() -> None:
    for library, homes in HOMES.items():
        for home in homes:
            assert library in {top(name) for name in imports(ROOT / home)}, f"{home} no longer imports {library}"


def test_every_module_is_needed_by_another() -> None:
    imported = {name for package in MAY_IMPORT for file in modules(package) for name in imports(file)}
    for package in ("indexing", "service"):
        for file in (ROOT / package).glob("*.py"):
            assert file.stem.startswith("__") or f"{package}.{file.stem}" in imported, f"nobody imports {file.name}"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_module_begins_with_what_it_is_for(package: str) -> None:
    for file in modules(package):
        assert ast.get_docstring(ast.parse(file.read_text("utf-8"))), f"{file.relative_to(ROOT)} has no docstring"


def test_importing_every_module_opens_no_model_no_socket_no_file_for_writing_and_imports_nothing_slow() -> None:
    names = [f"{p}.{file.stem}" for p in ("indexing", "service") for file in sorted((ROOT / p).glob("[!_]*.py"))]
    command = [sys.executable, "-B", "-c", WATCH, *names]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    report = json.loads(done.stdout)
    assert report["seen"] == []
    assert report["threads"] == 0
    loaded = {top(name) for name in report["modules"]}
    assert not loaded & {"torch", "sentence_transformers", "transformers", "onnxruntime", "langchain_text_splitters"}
    assert not loaded & {"bm25s", "scipy", "tqdm"}, "only a build of the index needs bm25s and what it brings"


@pytest.mark.parametrize("module", ["service.__main__", "eval.__main__"])
def test_matrix_products_of_a_command_take_one_thread(module: str) -> None:
    code = f"""
import {module}
from threadpoolctl import threadpool_info
print({{library["num_threads"] for library in threadpool_info() if "numpy" in library["filepath"]}})
"""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.stdout.strip() == "{1}"
