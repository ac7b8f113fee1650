"""How often somebody may ask. Decided in the memory of each process, settled about every second in the background."""

from api.rates.places import Places
from api.rates.rate import Rate
from api.rates.settling import Settling

__all__ = ["Places", "Rate", "Settling"]
