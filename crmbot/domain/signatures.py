"""What somebody tells of themselves below a mail: phone, role, company."""

# ruff: noqa: RUF001 - each language is written in its own letters

import re
from dataclasses import dataclass

from crmbot.domain.identity import fold_name, split_legal_suffix


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """Facts as written; None for what isn't told."""

    phone: str | None = None
    role: str | None = None
    company: str | None = None


_MOST_TEXT = 12_000
_MOST_LINES = 14
_MOST_LINE = 160
_MOST_WORDS = 9
_MOST_LENGTH = 70
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15

_QUOTE = re.compile(
    r"\s*>|\s*[-_*]{5,}|\s*-{2,}\s*\S.*-{2,}\s*$|\s*[^:\n]{2,24}\s?:\s?.*<?[^\s@]+@[^\s@]+>?\s*$|.{0,200}(?:wrote|schrieb|"
    r"a écrit|escribió|escreveu|ha scritto|schreef|skrev|kirjoitti|napisał|napsal|написал).{0,120}[:\uff1a]\s*$",
    re.IGNORECASE,
)
"""Where an older message begins; what stands below it is somebody else's."""
_SPLIT = re.compile(r"\s*[|\u2022\u00b7\u2502\uff5c]\s*|\t+|\s{3,}|\s+[\u2013\u2014]\s+|\s*;\s*")
_LABELS = """
    t tel telefon telephone telefono teléfono telefone téléphone tél telefoon phone ph p office büro buero bureau direct
    direkt durchwahl d m mob mobile mobil mobiel mobiltelefon cell cellulare celular móvil telemóvel portable handy gsm
    tlf tfn puh puhelin matkapuhelin komórka kom mobilní τηλ κιν тел телефон моб мобильный 電話 携帯 tel/fax 电话 手机
    電話番号 전화 휴대폰 연락처
"""
_LABEL = "|".join(sorted((re.escape(word) for word in _LABELS.split()), key=len, reverse=True))
_NUMBER = r"\+?\(?\d[\d\s().\u00a0/\u2010-\u2015-]{5,28}\d"
_PHONE = re.compile(
    rf"(?:(?P<label>{_LABEL})\.?\s*[:\uff1a.)]?\s*)?(?P<number>{_NUMBER})(?:\s*(?:ext|x|dw)\.?\s*\d{{1,6}})?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")

_ROLES = """
    accountant administrator analyst architect assistant assistenz associate broker buyer ceo cfo chairman chef chief
    cio cmo coo consultant controller coordinator cto developer director engineer executive founder cofounder head lead
    manager officer owner partner president principal procurement purchasing representative secretary specialist
    supervisor vp
    abteilungsleiter abteilungsleiterin assistentin berater beraterin bereichsleiter einkauf einkäufer einkäuferin
    geschäftsführer geschäftsführerin geschäftsführung geschäftsleitung gesellschafter inhaber inhaberin leiter leiterin
    leitung projektleiter projektleiterin prokurist prokuristin referent referentin sachbearbeiter sachbearbeiterin
    teamleiter teamleiterin vertrieb vertriebsleiter vertriebsleiterin vorstand
    acheteur acheteuse associé chargé chargée commercial commerciale directeur directrice fondateur gérant gérante
    ingénieur présidente président responsable
    administrador ceo comprador compras consejera consejero directora fundador gerente ingeniera ingeniero jefa jefe
    presidente socio ventas
    acquisti amministratore direttore direttrice fondatore ingegnere responsabile titolare
    diretor diretora engenheiro sócio
    bedrijfsleider eigenaar hoofd inkoper oprichter verkoopleider
    ansvarig avdelingsleder chef direktør grundare indkøber inköpare inköpschef innkjøper innkjøpssjef leder salgschef
    salgssjef säljare säljchef verkställande
    hankintapäällikkö johtaja myyntipäällikkö omistaja ostaja päällikkö toimitusjohtaja
    dyrektor kierownik menedżer prezes specjalista właściciel
    jednatel manažer nákupčí obchodní vedoucí ředitel ředitelka
    igazgató ügyvezető vezető
    администратор директор заместитель инженер менеджер начальник основатель руководитель специалист
    керівник
    müdür müdürü direktörü yönetici yöneticisi uzmanı
    διευθυντής διευθύντρια υπεύθυνος
"""
_ROLE_WORDS = frozenset(fold_name(word) for word in _ROLES.split())
_ROLE_SIGNS = re.compile(
    r"代表取締役|取締役|部長|課長|係長|社長|主任|担当|マネージャー|总经理|总监|经理|董事长|主管|工程师|總經理|經理|總監"
    r"|대표|부장|과장|차장|팀장|이사|매니저"
)
_COMPANY_SIGNS = re.compile(
    r"^(?:ООО|ОАО|ЗАО|ПАО|АО|ТОВ|ИП)\s+\S|^(?:株式会社|有限会社|合同会社|주식회사|\(주\))|(?:株式会社|有限会社|合同会社|有限公司|주식회사)$"
    r"|\S\s+(?:sp\.\s?z\s?o\.\s?o\.|s\.\s?r\.\s?o\.|d\.\s?o\.\s?o\.|a\.\s?s\.|z\.\s?s\.)$",
    re.IGNORECASE,
)
_AT = re.compile(r"\s+(?:at|bei|chez|hos|@|bij|presso)\s+|\s*,\s+")


def signature_facts(text: str) -> SignatureFacts:
    """Return what stands at the end of somebody's own words, above any older message; also of a signature alone."""
    phone = role = company = None
    for segment in _segments(text):
        phone = phone or _phone(segment)
        found_role, found_company = _role_and_company(segment)
        role, company = role or found_role, company or found_company
    return SignatureFacts(phone, role, company)


def _segments(text: str) -> list[str]:
    own: list[str] = []
    for line in text[:_MOST_TEXT].split("\n"):
        if own and _QUOTE.match(line[: 2 * _MOST_LINE]) and not _PHONE.search(line[:_MOST_LINE]):
            break
        if line.strip():
            own.append(line.strip(" \t*_\r"))
    return [
        part for line in own[-_MOST_LINES:] if len(line) <= _MOST_LINE for part in _SPLIT.split(line) if part.strip()
    ]


def _phone(segment: str) -> str | None:
    found = _PHONE.fullmatch(segment.strip())
    if found is None:
        # Two in one line: “Tel. +49 30 1234-0, Fax +49 30 1234-99”.
        first = segment.partition(",")[0].strip()
        found = _PHONE.fullmatch(first) if first != segment.strip() else None
    if found is None or _DATE.fullmatch(found["number"].strip()):
        return None
    number = " ".join(found["number"].split())
    if not found["label"] and not number.startswith(("+", "0", "(")):
        return None
    return number if _FEWEST_DIGITS <= sum(letter.isdigit() for letter in number) <= _MOST_DIGITS else None


def _role_and_company(segment: str) -> tuple[str | None, str | None]:
    """Read “Head of Purchasing, Acme GmbH”, “Einkauf bei Acme”, or one of the two alone."""
    if "@" in segment.replace(" @ ", " ") or "://" in segment or len(segment) > 2 * _MOST_LENGTH:
        return None, None
    parts = [part.strip(" ,") for part in _AT.split(segment)]
    roles = [part for part in parts if is_role(part) and not is_company(part)]
    if not roles:
        return None, segment.strip(" ,") if is_company(segment) else None
    rest = [part for part in parts if part not in roles]
    company = next((part for part in rest if is_company(part)), None)
    if company is None and len(parts) == 2 and rest and "," not in segment:  # noqa: PLR2004 - a role and where
        company = rest[0] if len(rest[0]) <= _MOST_LENGTH else None
    # A name that stands beside the role in one line says nothing about the role.
    return ", ".join(roles), company


def is_role(text: str) -> bool:
    """Say whether a few words name what somebody is, in one of many languages."""
    if len(text) > _MOST_LENGTH or any(letter.isdigit() for letter in text) or text.endswith((".", "!", "?", ":")):
        return False
    words = fold_name(text).split()
    if _ROLE_SIGNS.search(text):
        return len(text) <= 20  # noqa: PLR2004 - a title in these scripts is short
    return 0 < len(words) <= _MOST_WORDS and text[0].isupper() and any(word in _ROLE_WORDS for word in words)


def is_company(text: str) -> bool:
    """Say whether a few words end in a legal form, as a company's name does."""
    bare = text.strip(" ,")
    if not bare or len(bare) > _MOST_LENGTH or len(bare.split()) > _MOST_WORDS:
        return False
    if _COMPANY_SIGNS.search(bare):
        return True
    name, form = split_legal_suffix(bare)
    # Some forms are plain words too, when they are written small: “see you as”.
    return bool(name and form) and not bare.split()[-1].islower() and bare[0].isalnum() and not bare[0].islower()
