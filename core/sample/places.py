"""Which country a customer of the sample lives in."""

from __future__ import annotations

_COUNTRIES = {
    "AR": "Buenos_Aires", "AT": "Vienna", "AU": "Sydney", "BD": "Dhaka", "BE": "Brussels", "BG": "Sofia",
    "BO": "La_Paz", "CA": "Toronto", "CH": "Zurich", "CL": "Santiago", "CO": "Bogota", "CY": "Nicosia",
    "CZ": "Prague", "DE": "Berlin", "DK": "Copenhagen", "EG": "Cairo", "ES": "Madrid", "FI": "Helsinki",
    "FR": "Paris", "GB": "London", "GH": "Accra", "GR": "Athens", "HR": "Zagreb", "IE": "Dublin",
    "IL": "Jerusalem", "IN": "Kolkata", "IT": "Rome", "JP": "Tokyo", "KE": "Nairobi", "LB": "Beirut",
    "LK": "Colombo", "LV": "Riga", "MA": "Casablanca", "MX": "Mexico_City", "MY": "Kuala_Lumpur",
    "NG": "Lagos", "NL": "Amsterdam", "NO": "Oslo", "AE": "Dubai", "PE": "Lima", "PK": "Karachi",
    "PL": "Warsaw", "PT": "Lisbon", "RO": "Bucharest", "SA": "Riyadh", "SE": "Stockholm",
    "SG": "Singapore", "SI": "Ljubljana", "TN": "Tunis", "TR": "Istanbul", "TW": "Taipei",
    "UA": "Kyiv", "UG": "Kampala", "US": "New_York Chicago Los_Angeles Denver", "UY": "Montevideo",
    "VN": "Ho_Chi_Minh", "ZA": "Johannesburg",
}  # fmt: skip
_BY_CITY = {city: country for country, cities in _COUNTRIES.items() for city in cities.split()}


def country_of(time_zone: str) -> str:
    """The country (ISO 3166, two letters) of a time zone: ``Europe/Zurich`` -> ``CH``.

    Raises:
        KeyError: no customer of the sample lives there; add its country.
    """
    return _BY_CITY[time_zone.rpartition("/")[2]]
