"""Personal data is hidden before any model sees it, and put back into what the model wrote."""

from core.assist.masking.masker import (
    PLACEHOLDER,
    Hidden,
    Known,
    Masked,
    Masker,
    mask,
    shown,
    unfilled,
    unmask,
)

__all__ = ["PLACEHOLDER", "Hidden", "Known", "Masked", "Masker", "mask", "shown", "unfilled", "unmask"]
