"""Which column is what, by the header names of well-known exports and our own."""

import re
from collections.abc import Mapping

from crmbot.errors import BadInput

_SAYS = """
leads
  name: name, lead name, full name, contact name, person - name, lead - contact person
  first_name: first name, firstname, given name
  last_name: last name, lastname, surname, family name
  email: email, e-mail, email address, e-mail address, person - email, person - email - work
  company: company, company name, company / account, account name, associated company, organization
  company: person - organization, organization - name, lead - organization
  source: source, lead source, original source, original traffic source, lead - source, channel
  owner: owner, lead owner, contact owner, assignee, lead - owner, owner email
  score: score, lead score, hubspot score
  status: status, lead status
  reason: reason, disqualified reason, unqualified reason
  name: ansprechpartner, nombre completo, nom complet
  first_name: person - first name, vorname, prénom, prenom, nombre
  last_name: person - last name, nachname, familienname, nom, apellidos, apellido
  email: mail, e-mail-adresse, adresse e-mail, courriel, correo electrónico, correo, email work
  company: firma, unternehmen, firmenname, société, entreprise, empresa
  source: quelle, herkunft, origine, origen, fuente
  owner: zuständig, verantwortlich, responsable, propriétaire, propietario
  score: punkte, bewertung
  status: statut, estado
  reason: grund, raison, motivo
contacts
  name: name, full name, contact name, person - name
  first_name: first name, firstname, given name
  last_name: last name, lastname, surname, family name
  email: email, e-mail, emails, email address, e-mail address, person - email, person - email - work
  email: additional email addresses
  phone: phone, phone number, mobile phone number, mobile, business phone, person - phone, person - phone - work
  role: role, title, job title, position, person - job title
  company: company, company name, account name, associated company, primary associated company, organization
  company: person - organization, organization - name
  name: ansprechpartner, nombre completo, nom complet
  first_name: person - first name, vorname, prénom, prenom, nombre
  last_name: person - last name, nachname, familienname, nom, apellidos, apellido
  email: person - email - home, person - email - other, mail, e-mail-adresse, adresse e-mail, courriel
  email: correo electrónico, correo
  phone: person - phone - mobile, person - phone - home, person - phone - other, telefon, telefonnummer, mobil, handy
  phone: téléphone, portable, teléfono, móvil
  role: funktion, stelle, fonction, poste, cargo, puesto
  company: firma, unternehmen, firmenname, société, entreprise, empresa
companies
  name: name, company, company name, account name, organization, organization name, organization - name
  domain: domain, company domain name, domain name, website, website url, website address, organization - website
  industry: industry, organization - industry
  size: size, number of employees, employees, company size, organization - number of employees
  name: firma, unternehmen, firmenname, société, entreprise, nom, empresa, nombre
  domain: webseite, webadresse, homepage, internet, site web, site internet, sitio web, página web
  industry: branche, secteur, sector, industria
  size: mitarbeiter, mitarbeiterzahl, größe, effectif, empleados, número de empleados
deals
  title: title, name, deal, deal name, deal title, opportunity name, opportunity, deal - title
  value: value, amount, deal value, deal amount, deal - value
  currency: currency, amount currency, deal currency, currency of value, deal - currency of value, deal - currency
  stage: stage, deal stage, deal - stage
  status: status, deal - status, deal status
  probability: probability, probability (%), deal probability, deal - probability
  expected_close: expected close, expected close date, close date, closing date, deal - expected close date
  owner: owner, deal owner, opportunity owner, deal - owner, owner email
  contact: contact, contact name, associated contact, primary contact, contact person, deal - contact person
  company: company, company name, account name, associated company, organization, deal - organization
  lost_reason: lost reason, closed lost reason, deal - lost reason, loss reason
  title: titel, geschäft, verkaufschance, titre, affaire, opportunité, título, negocio, oportunidad
  value: wert, betrag, summe, montant, valeur, importe, valor
  currency: opportunity currency, währung, devise, moneda, divisa
  stage: phase, stufe, étape, etapa, fase
  status: statut, estado
  probability: wahrscheinlichkeit, wahrscheinlichkeit (%), probabilité, probabilidad
  expected_close: abschlussdatum, abschluss, erwarteter abschluss, date de clôture, fecha de cierre
  owner: zuständig, verantwortlich, responsable, propriétaire, propietario
  contact: kontakt, ansprechpartner, contacto
  company: firma, unternehmen, société, entreprise, empresa
  lost_reason: verlustgrund, grund, raison de la perte, motivo de pérdida
"""


def _tables() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    kind = ""
    for line in _SAYS.strip().splitlines():
        if not line.startswith(" "):
            kind = line.strip()
            found[kind] = {}
            continue
        field, _, names = line.strip().partition(": ")
        found[kind].update({_folded(name): field for name in names.split(",")})
    return found


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[_\s]+", " ", name).strip().casefold().split())


_FIELDS = _tables()
KINDS = tuple(_FIELDS)
"""What a table can hold."""

_TELLING = (
    ("deals", {"title", "value", "stage", "expected_close"}),
    ("leads", {"source", "score"}),
    ("companies", {"domain", "industry", "size"}),
    ("contacts", {"email", "phone", "role"}),
)
_REQUIRED = {"leads": ("name", "last_name", "email"), "contacts": ("name", "last_name", "email")}


def map_headers(header: tuple[str, ...], kind: str) -> dict[int, str]:
    """Return which column holds which field; columns that say nothing to us are left out.

    Raises:
        BadInput: the column that names a record is missing.
    """
    known = _FIELDS[kind]
    found = {place: known[_folded(name)] for place, name in enumerate(header) if _folded(name) in known}
    needed = _REQUIRED.get(kind, ("title",) if kind == "deals" else ("name",))
    if not set(needed) & set(found.values()):
        raise BadInput(
            f"No column names the {kind}: one of {', '.join(needed)} is needed, there are {', '.join(header)}.",
            field="file",
        )
    return found


def guess_kind(header: tuple[str, ...], file_name: str) -> str:
    """Return what a table holds, by the file's name, else by its columns; BadInput when neither tells."""
    named = [kind for kind in KINDS if kind in file_name.casefold()]
    if len(named) == 1:
        return named[0]
    names = {_folded(name) for name in header}
    if names & {"deal name", "opportunity name", "deal - title"}:
        return "deals"
    if names & {"lead source", "lead status", "lead owner", "lead score", "lead - contact person"}:
        return "leads"
    for kind, telling in _TELLING:
        fields = {_FIELDS[kind][name] for name in names if name in _FIELDS[kind]}
        if len(fields & telling) > 1:
            return kind
    raise BadInput(f"What is in this table? Say --kind with one of {', '.join(KINDS)}.", field="kind")
