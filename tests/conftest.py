"""What many tests need: the corpus, a tiny corpus, the index over the five documents, the models."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: small matrices are slower on two threads than on one

from pathlib import Path

import pytest
from hypothesis import settings

from indexing.build import build_index
from indexing.encode import Encoder, load_encoder
from indexing.language import Detector
from indexing.lexicon import Lexicon, load_lexicon
from indexing.store import Index, load

ROOT = Path(__file__).parent.parent

settings.register_profile("default", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("default")  # the same examples in every run; `--hypothesis-seed` looks for others

NORWEGIAN = """Tilskudd til kreftforskning

Regjeringen foreslår 30 millioner kroner til NorTrials i 2024. Ordningen skal gi flere kliniske studier i Norge.

Søknadsfristen er 17. mai. Alle sykehus kan søke om midler.
"""
ENGLISH = """Grants for cancer research

The Government proposes NOK 30 million for clinical trials in 2024. The scheme is open to every hospital.

Dr. Hansen leads the work. It began on 1 January 2021 with 12 partners.
"""


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The five documents."""
    return ROOT / "corpus"


@pytest.fixture
def tiny_corpus(tmp_path: Path) -> Path:
    """A folder with one Norwegian and one English document, without a manifest: ids "norsk" and "english"."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "norsk.txt").write_text(NORWEGIAN, "utf-8")
    (folder / "english.txt").write_text(ENGLISH, "utf-8")
    return folder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder."""
    return load_encoder(threads=os.cpu_count() or 1)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The bundled lexicon."""
    return load_lexicon()


@pytest.fixture(scope="session")
def detector() -> Detector:
    """The language detector."""
    return Detector()


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory, corpus: Path, encoder: Encoder, lexicon: Lexicon) -> Path:
    """The index of the five documents, built once a session; only read it."""
    folder = tmp_path_factory.mktemp("session") / "index"
    build_index(corpus, folder, encoder, lexicon)
    return folder


@pytest.fixture(scope="session")
def index(index_folder: Path) -> Index:
    """The index of the five documents, loaded."""
    return load(index_folder)
