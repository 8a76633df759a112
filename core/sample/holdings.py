"""What an account holds besides money: usage, seats, keys and its VAT."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from core.actions import vat_for
from core.sample.billing import Taxes
from core.sample.cast import Client
from core.sample.matters import Matter

_USAGE = {  # plan: GB of storage, databases, seats, at most
    "harbor": (9, 1, 1),
    "sloop": (45, 4, 3),
    "trial": (8, 2, 1),
    "schooner": (220, 20, 10),
    "fleet": (2000, 60, 80),
}
_KEYS = {"harbor": (0, 1), "sloop": (1, 2), "trial": (0, 1), "schooner": (2, 3), "fleet": (3, 5)}
_NAMES = (("deploys", "deploy"), ("backup script", "read"), ("billing export", "billing"),
          ("staging", "deploy"), ("automation", "admin"))  # fmt: skip
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def usage_of(client: Client, own: Random) -> tuple[int, dict[str, int]]:
    """Seats, and what the account uses."""
    storage, databases, seats = _USAGE[client.plan]
    used = {
        "sites": int(client.record.facts["sites"]),
        "storage_gb": own.randint(1, storage),
        "databases": own.randint(0, databases),
    }
    return own.randint(1, seats), used


def keys_of(client: Client, own: Random, *, since: datetime, reference: datetime) -> list[dict[str, Any]]:
    """API keys as the dashboard shows them."""
    least, most = _KEYS[client.plan]
    days = max(1, (reference - since).days)
    return [
        {
            "key_id": f"key_{own.getrandbits(32):08x}",
            "prefix": f"hly_live_{''.join(own.choices(_LETTERS, k=3))}",
            "name": name,
            "scopes": scopes,
            "created_at": reference - timedelta(days=own.randint(1, min(days, 700))),
        }
        for name, scopes in _NAMES[: own.randint(least, most)]
    ]


def vat_of(client: Client, country: str, matters: Sequence[Matter]) -> tuple[bool, Taxes]:
    """Whether a VAT ID is on file, and the VAT on an amount.

    Companies have one. So have self-employed people who write about amounts: they name them without VAT.
    """
    vat_id = bool(client.company) or any(matter.scenario != "trial" for matter in matters)
    return vat_id, lambda net: vat_for(country, vat_id=vat_id, net=net)
