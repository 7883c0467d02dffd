"""Dates as mail clients write them into a forward, in many languages; what could mean two days is left unread."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from crmbot.domain.identity import fold_name

_NAMES = """
    january januar janvier enero gennaio janeiro januari styczen stycznia leden ledna ocak ianuarie ian tammikuu
    tammikuuta január января январь січня ιανουάριος ιανουαρίου jan gen ene janv sty;
    february februar février febrero febbraio fevereiro februari luty lutego únor února şubat februarie helmikuu
    helmikuuta február февраля февраль лютого φεβρουάριος φεβρουαρίου feb fév févr fev úno lut;
    march märz mars marzo março maart marzec marca březen března mart martie maaliskuu maaliskuuta március марта
    март березня μάρτιος μαρτίου mar mrt mär márc;
    april avril abril aprile kwiecień kwietnia duben dubna nisan aprilie huhtikuu huhtikuuta április апреля
    апрель квітня απρίλιος απριλίου apr avr abr kwi ápr;
    may mai mayo maggio maio mei maj maja květen května mayis toukokuu toukokuuta május мая май травня μάιος
    μαΐου mag;
    june juni juin junio giugno junho czerwiec czerwca červen června haziran iunie kesäkuu kesäkuuta június июня
    июнь червня ιούνιος ιουνίου jun giu cze jún;
    july juli juillet julio luglio julho lipiec lipca červenec července temmuz iulie heinäkuu heinäkuuta július
    июля июль липня ιούλιος ιουλίου jul lug lip júl juil;
    august août agosto augustus augusti sierpień sierpnia srpen srpna ağustos elokuu elokuuta augusztus августа
    август серпня αύγουστος αυγούστου aug ago aou sie;
    september septembre septiembre settembre setembro wrzesień września září eylül septembrie syyskuu syyskuuta
    szeptember сентября сентябрь вересня σεπτέμβριος σεπτεμβρίου sep sept set wrz szept;
    october oktober octobre octubre ottobre outubro październik października říjen října ekim octombrie lokakuu
    lokakuuta október октября октябрь жовтня οκτώβριος οκτωβρίου oct okt ott out paź;
    november novembre noviembre novembro listopad listopada listopadu kasim noiembrie marraskuu marraskuuta
    ноября ноябрь листопада νοέμβριος νοεμβρίου nov lis noi;
    december dezember décembre diciembre dicembre dezembro grudzień grudnia prosinec prosince aralik decembrie
    joulukuu joulukuuta декабря декабрь грудня δεκέμβριος δεκεμβρίου dec dez déc dic gru;
"""
_MONTHS = {fold_name(word): number for number, words in enumerate(_NAMES.split(";"), 1) for word in words.split()}

_LONGEST = 200
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.h時시](\d{2})(?:[:.]\d{2})?分?(?!\.?\d)")
_ZONE = re.compile(r"(?:\b(?:utc|gmt)|\s)\s*([+-])(\d{1,2}):?(\d{2})?(?!\d)", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"\b(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b")
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b")
_DAY = re.compile(r"(?<![\d:.])(\d{1,2})(?![\d:])")
_AFTERNOON = re.compile(r"下午|午後|오후|μμ|\bp\.?\s?m\b", re.IGNORECASE)
_MORNING = re.compile(r"上午|午前|오전|πμ|\ba\.?\s?m\b", re.IGNORECASE)
_NOON = 12


def read_date(written: str, zone: tzinfo) -> datetime | None:
    """Return the instant, in `zone` when the text names none; None when it can't be read for sure."""
    text = written.strip()[:_LONGEST]
    if not text:
        return None
    try:
        return _standard(text, zone) or _spelled(text, zone)
    except (ValueError, OverflowError):
        return None


def _standard(text: str, zone: tzinfo) -> datetime | None:
    if _AFTERNOON.search(text) or _MORNING.search(text):
        return None  # the standard's reader passes over them
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _spelled(text: str, zone: tzinfo) -> datetime | None:
    clock = _TIME.search(text)
    day = _day(text if clock is None else text[: clock.start()] + " " + text[clock.end() :])
    if clock is None or day is None:
        return None
    hour, minute = int(clock[1]), int(clock[2])
    if _AFTERNOON.search(text) and hour < _NOON:
        hour += _NOON
    elif _MORNING.search(text) and hour == _NOON:
        hour = 0
    offset = _ZONE.search(text, clock.end())
    return datetime(*day, hour, minute, tzinfo=_offset(offset) if offset else zone)


def _offset(found: re.Match[str]) -> tzinfo:
    apart = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(apart if found[1] == "+" else -apart)


def _day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day; 03/04/2031 alone says nothing."""
    if found := _YEAR_FIRST.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DOTTED.search(text):
        return int(found[3]) + (2000 if len(found[3]) == 2 else 0), int(found[2]), int(found[1])  # noqa: PLR2004 - 31
    if found := _SLASHED.search(text):
        return _by_size(int(found[1]), int(found[2]), int(found[3]))
    return _by_name(text)


def _by_size(first: int, second: int, year: int) -> tuple[int, int, int] | None:
    if first == second or second > _NOON:
        return year, first, second
    return (year, second, first) if first > _NOON else None


def _by_name(text: str) -> tuple[int, int, int] | None:
    month = next((found for word in fold_name(text).split() if (found := _month(word))), None)
    year = _YEAR.search(text)
    if month is None or year is None:
        return None
    day = _DAY.search(text[: year.start()] + " " + text[year.end() :])
    return (int(year[1]), month, int(day[1])) if day else None


def _month(word: str) -> int | None:
    """Return the month of a name or of the beginning of one: marrask, нояб."""
    if word in _MONTHS or len(word) < 3:  # noqa: PLR2004 - no client writes shorter ones
        return _MONTHS.get(word)
    meant = {number for name, number in _MONTHS.items() if name.startswith(word)}
    return meant.pop() if len(meant) == 1 else None
