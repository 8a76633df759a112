"""What model calls cost."""

from datetime import datetime

from sqlmodel import Field

from core.database import Row, UTCDateTime, now


class ModelCall(Row, table=True):
    """One call to a model or embedding provider. Tokens are counts, ``cost`` is USD."""

    __tablename__ = "model_call"

    at: datetime = Field(default_factory=now, sa_type=UTCDateTime, index=True)
    purpose: str = Field(max_length=40, description="draft, embedding, ...")
    provider: str = Field(max_length=40)
    model: str = Field(max_length=100)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    milliseconds: float = 0.0
    ok: bool = True
    error: str = Field(default="", max_length=300)
