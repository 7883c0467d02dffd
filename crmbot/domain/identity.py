"""Who is who: mail addresses, and names folded for comparison."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

MAX_EMAIL = 320
_MAX_DOMAIN = 253
_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}")
# Most addresses: nothing in them needs a closer look.
_COMMON = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9]{1,63}\.){1,3}[A-Za-z]{2,24}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")

_PUBLIC = """
    126.com 139.com 163.com 189.cn abv.bg aim.com alice.it aliyun.com aol.com arcor.de att.net bellsouth.net
    bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net
    daum.net duck.com earthlink.net eircom.net email.cz email.de fastmail.com fastmail.fm foxmail.com
    free.fr freemail.hu freenet.de frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net gmx.us
    googlemail.com hanmail.net hey.com home.nl hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk
    hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.nl hotmail.se hushmail.com icloud.com
    inbox.lv inbox.ru interia.pl juno.com kakao.com kpnmail.nl laposte.net libero.it list.ru live.ca live.cn
    live.co.uk live.com live.com.au live.de live.dk live.fr live.it live.nl live.no live.se mac.com mail.com
    mail.de mail.ru mailbox.org me.com msn.com nate.com naver.com neuf.fr o2.pl o2online.de onet.pl
    online.de online.no op.pl optonline.net orange.fr outlook.at outlook.be outlook.com outlook.com.br
    outlook.de outlook.dk outlook.es outlook.fr outlook.it outlook.jp outlook.pt passport.com planet.nl
    pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com
    rogers.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.cn sina.com sky.com sohu.com
    swissonline.ch sympatico.ca t-online.de talktalk.net telenet.be telia.com terra.com.br tin.it tiscali.it
    tuta.com tuta.io tutanota.com tutanota.de ukr.net uol.com.br verizon.net vip.qq.com virgilio.it
    virgin.net virginmedia.com volny.cz wanadoo.fr web.de wp.pl xs4all.nl xtra.co.nz ya.ru yahoo.ca
    yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.mx
    yahoo.de yahoo.es yahoo.fr yahoo.ie yahoo.in yahoo.it yahoo.se yandex.com yandex.ru yeah.net ymail.com
    ziggo.nl zohomail.com
"""
PUBLIC_MAILBOX_DOMAINS = frozenset(_PUBLIC.split())
"""Domains whose mailboxes belong to anybody, so that they never stand for a company."""

_ROLE_WORDS = """
    abuse accounts admin billing bookings contact crm customerservice hello help info kontakt mail
    mailer-daemon marketing newsletter no-reply noreply notifications office orders postmaster press sales
    service support team webmaster
"""
_ROLES = frozenset(_ROLE_WORDS.split())
_LEGAL_WORDS = """
    ab ag aps as asa bv bvba cia co company corp corporation doo eirl eood ev gbr gmbh holding holdings inc
    incorporated kft kg kgaa kk lda limited llc llp lp ltd ltda mbh nv ohg oood ou oy oyj plc pte pty pvt sa
    sarl sas sasu se sl slu snc spa sprl srl sro ug zrt
"""
LEGAL_SUFFIXES = frozenset(_LEGAL_WORDS.split())
# What decomposition leaves whole although people type the plain letter.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h"}
)
_NOT_WORD = re.compile(r"[^\w]+|_+")
_VOWEL_SIGNS = frozenset({"Mn", "Mc"})
_VARIANTS = frozenset(chr(sign) for sign in range(0xFE00, 0xFE10))
"""Choose a picture's form; they are marks that belong to no word."""
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_MOST_KEPT, _LONGEST_KEPT = 2048, 80
"""How many folded names are kept, and of how many characters: one command asks for the same ones several times."""


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: `name` as displayed and `email` normalised, each "" when unknown."""

    name: str
    email: str


def normalise_email(text: str) -> str:
    """Return the form in which an address is stored and compared; ValueError when it is no address.

    Local part and domain are lower-cased (no mailbox people use tells `Jane@` from `jane@`), a domain in
    another script becomes its IDNA form (`xn--`), a final dot and surrounding spaces, quotes and angle
    brackets go. Plus tags and dots stay: they make different mailboxes in most places.
    """
    bare = text.strip(" \t\r\n<>'\"")
    if _COMMON.fullmatch(bare):
        return bare.lower()
    if len(bare) > MAX_EMAIL:
        raise ValueError("an e-mail address of more than 320 characters")
    local, _, domain = bare.rpartition("@")
    folded = _fold_domain(domain)
    if folded is None or not _LOCAL.fullmatch(local):
        raise ValueError(f"“{bare}” is not an e-mail address")
    return f"{local.lower()}@{folded}"


def domain_of(email: str) -> str:
    """Return what stands after the last @, lower-case; "" when there is none."""
    return email.rpartition("@")[2].strip(" >").rstrip(".").lower() if "@" in email else ""


def is_public_mailbox_domain(domain: str) -> bool:
    """Say whether anybody can have a mailbox there (gmail.com, web.de), so that it names no company."""
    return domain.lower().rstrip(".") in PUBLIC_MAILBOX_DOMAINS


def company_name_from(domain: str) -> str:
    """Return what the company of a domain may be called, in its own letters: xn--mller-kva.de is Müller."""
    label = domain.partition(".")[0]
    with suppress(UnicodeError):
        label = label.encode("ascii").decode("idna")
    return label.replace("-", " ").title()


def person_name_from(address: Address) -> str:
    """Return the person's name, first name first, as displayed or from `jane.doe@`; "" for a role account."""
    name = address.name.strip(" '\"")
    if name and "@" not in name:
        name = re.sub(r"\s+(?:via|über)\s+.*$|\s*[\[(].*$", "", name, flags=re.IGNORECASE)
        last, comma, first = name.partition(",")
        if comma and first.strip() and fold_name(first) not in LEGAL_SUFFIXES:
            name = f"{first.strip()} {last.strip()}"
        return name
    local = address.email.partition("@")[0].partition("+")[0]
    words = [word for word in re.split(r"[._-]+", local) if word and not word.isdigit()]
    if local in _ROLES or not words or words[0] in _ROLES:
        return ""
    return " ".join(word.capitalize() for word in words)


def fold_name(text: str) -> str:
    """Return the name for comparing: lower-case words without accents and punctuation, single spaces.

    A name of signs only (🚀) stays as it is, so that it is still told from others.
    """
    return _kept_folded(text) if len(text) <= _LONGEST_KEPT else _folded(text)


def _folded(text: str) -> str:
    if text.isascii() and text.replace(" ", "").isalnum():
        # most names: nothing in them needs a closer look
        return " ".join(text.lower().split())
    joined = _DOTTED.sub(r"\1", text.casefold())
    plain = unicodedata.normalize("NFKD", joined.translate(_LETTERS))
    letters = "".join([c for c in plain if not unicodedata.combining(c)]) if not plain.isascii() else plain
    joined = letters.replace("'", "").replace("\u2019", "")
    folded = _NOT_WORD.sub(" ", joined).strip() if joined.isascii() else " ".join(_with_signs(joined).split())
    return folded or " ".join(text.split())


_kept_folded = lru_cache(maxsize=_MOST_KEPT)(_folded)


def _with_signs(text: str) -> str:
    """Return letters and digits with the vowel signs behind them, spaces for all else.

    Where vowels are signs, as in Hindi and Thai, a name without them is another's too.
    """
    kept: list[str] = []
    for sign in text:
        is_vowel = kept and kept[-1] != " " and unicodedata.category(sign) in _VOWEL_SIGNS and sign not in _VARIANTS
        kept.append(sign if is_vowel or sign.isalnum() else " ")
    return "".join(kept)


def split_legal_suffix(name: str) -> tuple[str, str]:
    """Return a company's folded name and legal form: “Müller GmbH & Co. KG” is (muller, gmbh co kg)."""
    words = fold_name(name).split()
    at = len(words)
    while at > 1 and words[at - 1] in LEGAL_SUFFIXES:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


def _fold_domain(domain: str) -> str | None:
    lowered = domain.rstrip(".").lower()
    if not lowered.isascii():
        try:
            lowered = lowered.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    if not lowered or len(lowered) > _MAX_DOMAIN:
        return None
    return lowered if all(_LABEL.fullmatch(label) for label in lowered.split(".")) else None


def source_key(source: str | None) -> str | None:
    """Return a source in the form reports count by: lower-case, words joined by underscores; none for no words."""
    return "_".join(source.casefold().replace("-", " ").split()) if source and source.strip() else None
