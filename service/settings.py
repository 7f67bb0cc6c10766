"""Every setting of the service, read once from the environment (prefix KILDESVAR_)."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, FilePath
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.ask import READ_PASSAGES

FEEDBACK = "feedback.jsonl"  # in the index folder, where no other file is set


def _origins(value: str | tuple[str, ...]) -> tuple[str, ...]:
    origins = tuple(value.replace(",", " ").split()) if isinstance(value, str) else value
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is not an origin; write it like https://intranett.example.no")
    return origins


class Settings(BaseSettings):
    """What can be set from outside; what shaped an index is in its manifest instead."""

    model_config = SettingsConfigDict(env_prefix="KILDESVAR_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    index: Path = Field(Path("index"), description="Folder of the index.")
    encoder: str = Field("bundled", description="'bundled', or a sentence-transformers folder or hub name.")
    read_passages: int = Field(
        READ_PASSAGES,
        ge=1,
        le=20,
        description="Passages read for an answer, 200 tokens of each at most; each takes its time.",
    )
    queue: int = Field(16, ge=1, le=10_000, description="Questions that may wait; one more gets 503.")
    max_body_bytes: int = Field(65_536, ge=1_024, le=10_485_760, description="Bytes a request body may have.")
    feedback_file: Path | None = Field(None, description="File feedback is added to; the index folder's when unset.")
    log_questions: bool = Field(False, description="Whether the log, and feedback, hold the text of questions.")
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        (), description="Origins whose pages may embed the search box, with blanks between; our own always may."
    )
    questions_per_address: int = Field(
        120, ge=0, description="Questions a minute from one address; one more gets 429. 0 is no limit."
    )
    questions_per_origin: int = Field(
        1200, ge=0, description="Questions a minute from the pages of one origin; one more gets 429. 0 is no limit."
    )
    suggest_after: int = Field(
        5, ge=0, description="Addresses that must ask a question before others are offered it. 0 never offers any."
    )
    suggested_questions: FilePath | None = Field(
        None, description="File of questions to offer from the start, one a line."
    )
    help_url: str = Field("", description="Where somebody without an answer may turn: a page or mailto: address.")


def settings_table() -> str:
    """Every setting with its default and what it means, as a Markdown table."""
    rows = ["| variable | default | what |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = f"`{default}`" if default not in (None, "", ()) else "–"
        rows.append(f"| `KILDESVAR_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)
