"""Where the people of the demo organisation work, and which names are common there."""

from dataclasses import dataclass
from typing import Final

from api.demo.names import (
    ARABIC,
    ARABIC_SCRIPT,
    CHINESE,
    DUTCH,
    ENGLISH,
    FILIPINO,
    FRENCH,
    GERMAN,
    GHANAIAN,
    INDIAN,
    INDONESIAN,
    IRISH,
    ITALIAN,
    JAPANESE,
    JAPANESE_SCRIPT,
    KENYAN,
    KOREAN,
    KOREAN_SCRIPT,
    MAORI,
    NIGERIAN,
    NORDIC,
    POLISH,
    PORTUGUESE,
    SOUTH_AFRICAN,
    SOUTH_ASIAN,
    SPANISH,
    TURKISH,
    UKRAINIAN,
    VIETNAMESE,
    NamesOf,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city with an office. ``names`` are drawn from with equal chances."""

    location: str
    time_zone: str
    names: tuple[NamesOf, ...]


def _place(location: str, time_zone: str, *names: NamesOf) -> Place:
    return Place(location=location, time_zone=time_zone, names=names)


PLACES: Final = (
    _place("London, United Kingdom", "Europe/London", ENGLISH, ENGLISH, INDIAN, NIGERIAN),
    _place("Edinburgh, United Kingdom", "Europe/London", ENGLISH, IRISH),
    _place("Dublin, Ireland", "Europe/Dublin", IRISH, IRISH, POLISH),
    _place("Lisbon, Portugal", "Europe/Lisbon", PORTUGUESE),
    _place("Madrid, Spain", "Europe/Madrid", SPANISH),
    _place("Paris, France", "Europe/Paris", FRENCH, FRENCH, ARABIC),
    _place("Amsterdam, Netherlands", "Europe/Amsterdam", DUTCH, DUTCH, TURKISH),
    _place("Berlin, Germany", "Europe/Berlin", GERMAN, GERMAN, TURKISH),
    _place("Milan, Italy", "Europe/Rome", ITALIAN),
    _place("Stockholm, Sweden", "Europe/Stockholm", NORDIC),
    _place("Copenhagen, Denmark", "Europe/Copenhagen", NORDIC),
    _place("Kraków, Poland", "Europe/Warsaw", POLISH, POLISH, UKRAINIAN),
    _place("Istanbul, Türkiye", "Europe/Istanbul", TURKISH),
    _place("Cairo, Egypt", "Africa/Cairo", ARABIC, ARABIC_SCRIPT),
    _place("Casablanca, Morocco", "Africa/Casablanca", ARABIC, FRENCH),
    _place("Dubai, United Arab Emirates", "Asia/Dubai", ARABIC, ARABIC_SCRIPT, SOUTH_ASIAN),
    _place("Accra, Ghana", "Africa/Accra", GHANAIAN),
    _place("Lagos, Nigeria", "Africa/Lagos", NIGERIAN),
    _place("Nairobi, Kenya", "Africa/Nairobi", KENYAN),
    _place("Johannesburg, South Africa", "Africa/Johannesburg", SOUTH_AFRICAN),
    _place("Bengaluru, India", "Asia/Kolkata", INDIAN),
    _place("Pune, India", "Asia/Kolkata", INDIAN),
    _place("Dhaka, Bangladesh", "Asia/Dhaka", SOUTH_ASIAN),
    _place("Singapore", "Asia/Singapore", CHINESE, INDIAN, INDONESIAN),
    _place("Jakarta, Indonesia", "Asia/Jakarta", INDONESIAN),
    _place("Manila, Philippines", "Asia/Manila", FILIPINO),
    _place("Ho Chi Minh City, Vietnam", "Asia/Ho_Chi_Minh", VIETNAMESE),
    _place("Taipei, Taiwan", "Asia/Taipei", CHINESE),
    _place("Seoul, South Korea", "Asia/Seoul", KOREAN, KOREAN_SCRIPT),
    _place("Tokyo, Japan", "Asia/Tokyo", JAPANESE, JAPANESE_SCRIPT),
    _place("Melbourne, Australia", "Australia/Melbourne", ENGLISH, CHINESE, VIETNAMESE),
    _place("Wellington, New Zealand", "Pacific/Auckland", MAORI, ENGLISH),
    _place("Toronto, Canada", "America/Toronto", ENGLISH, FRENCH, SOUTH_ASIAN),
    _place("New York, United States", "America/New_York", ENGLISH, SPANISH, CHINESE),
    _place("Austin, United States", "America/Chicago", ENGLISH, SPANISH),
    _place("Seattle, United States", "America/Los_Angeles", ENGLISH, KOREAN),
    _place("Mexico City, Mexico", "America/Mexico_City", SPANISH),
    _place("Bogotá, Colombia", "America/Bogota", SPANISH),
    _place("São Paulo, Brazil", "America/Sao_Paulo", PORTUGUESE),
    _place("Buenos Aires, Argentina", "America/Argentina/Buenos_Aires", SPANISH, ITALIAN),
)
