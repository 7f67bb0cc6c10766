"""Every setting of the service, read once from the environment (prefix KILDESVAR_)."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set from outside; what shaped an index is in its manifest instead."""

    model_config = SettingsConfigDict(env_prefix="KILDESVAR_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    index: Path = Field(Path("index"), description="Folder of the index.")
    encoder: str = Field("bundled", description="'bundled', or a sentence-transformers folder or hub name.")
    threads: int = Field(1, ge=1, le=64, description="Processor threads of the encoder for one question.")
    queue: int = Field(16, ge=1, le=10_000, description="Questions that may wait; one more gets 503.")
    max_body_bytes: int = Field(65_536, ge=1_024, le=10_485_760, description="Bytes a request body may have.")
    feedback_file: Path | None = Field(None, description="File feedback is added to; the index folder's when unset.")
    log_questions: bool = Field(False, description="Whether the log holds the text of questions.")
