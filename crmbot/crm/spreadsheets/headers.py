"""Which column is what, by the header names of well-known exports and our own."""

from collections.abc import Mapping

from crmbot.domain.identity import fold_name
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
  name: lead-name, leadname, kontaktname, lead - kontaktperson, nom du lead, nom de la piste, nombre del candidato
  email: e-mail adresse, person - e-mail - arbeit, personne - e-mail - travail, persona - correo electrónico - trabajo
  company: unternehmensname, firmenname / account, zugehöriges unternehmen, primär zugeordnetes unternehmen
  company: lead - organisation, nom de l'entreprise, entreprise associée, nombre de la empresa, empresa asociada
  source: lead-quelle, leadquelle, ursprüngliche quelle, ursprüngliche traffic-quelle, origine de la piste
  source: source d'origine, origen del candidato, fuente original
  owner: zuständiger mitarbeiter, für kontakt zuständiger mitarbeiter, lead-inhaber, leadinhaber, lead - besitzer
  owner: propriétaire du lead, propriétaire du contact, propriétaire de la piste, propietario del lead
  owner: propietario del contacto, propietario del candidato
  score: hubspot-score, lead-score
  status: lead-status, leadstatus, statut du lead, statut de la piste, estado del lead, estado del candidato
  created: created, created at, created date, create date, creation date, date created, lead - lead created
  created: erstellt, erstellt am, erstellungsdatum, erstelldatum, créé le, date de création, fecha de creación
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
  name: kontaktname, vollständiger name, nom du contact, nombre del contacto
  email: e-mail adresse, person - e-mail - arbeit, personne - e-mail - travail, persona - correo electrónico - trabajo
  phone: mobiltelefon, mobiltelefonnummer, person - telefon - arbeit, numéro de téléphone, téléphone mobile
  phone: personne - téléphone - travail, número de teléfono, teléfono móvil, persona - teléfono - trabajo
  role: position im unternehmen, jobbezeichnung, berufsbezeichnung, intitulé du poste, puesto de trabajo
  company: unternehmensname, accountname, zugehöriges unternehmen, zugeordnetes unternehmen
  company: primär zugeordnetes unternehmen, person - organisation, nom de l'entreprise, nom du compte
  company: entreprise associée, personne - organisation, nombre de la empresa, nombre de la cuenta, empresa asociada
  company: persona - organización
  created: created, created at, created date, create date, creation date, date created, person - person created
  created: erstellt, erstellt am, erstellungsdatum, erstelldatum, créé le, date de création, fecha de creación
companies
  name: name, company, company name, account name, organization, organization name, organization - name
  domain: domain, company domain name, domain name, website, website url, website address, organization - website
  industry: industry, organization - industry
  size: size, number of employees, employees, company size, organization - number of employees
  name: firma, unternehmen, firmenname, société, entreprise, nom, empresa, nombre
  domain: webseite, webadresse, homepage, internet, site web, site internet, sitio web, página web
  industry: branche, secteur, sector, industria
  size: mitarbeiter, mitarbeiterzahl, größe, effectif, empleados, número de empleados
  name: unternehmensname, name des unternehmens, accountname, organisation, organisation - name
  name: nom de l'entreprise, nom du compte, nombre de la empresa, nombre de la cuenta, organización - nombre
  domain: unternehmensdomain, unternehmens-domain, domain-name des unternehmens, domainname des unternehmens
  domain: website-url, nom de domaine de l'entreprise, nombre de dominio de la empresa
  size: anzahl der mitarbeiter, anzahl mitarbeiter, nombre d'employés
  created: created, created at, created date, create date, creation date, date created
  created: organization - organization created
  created: erstellt, erstellt am, erstellungsdatum, erstelldatum, créé le, date de création, fecha de creación
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
  title: deal - titel, opportunity-name, name der opportunity, nom de la transaction, nom de l'affaire
  title: affaire - titre, nom de l'opportunité, nombre del negocio, nombre de la oportunidad, trato - título
  value: deal - wert, deal-wert, deal-betrag, montant de la transaction, affaire - valeur, trato - valor
  value: valor del negocio, cantidad
  currency: deal - währung, affaire - devise, trato - moneda, trato - divisa
  stage: deal-phase, dealphase, deal - phase, phase de la transaction, étape de la transaction, affaire - étape
  stage: etapa del negocio, trato - etapa
  status: deal - status, affaire - statut, trato - estado
  probability: deal-wahrscheinlichkeit, deal - wahrscheinlichkeit, probabilité de la transaction
  probability: affaire - probabilité, probabilidad del negocio, trato - probabilidad
  expected_close: expected close day, schlusstermin, deal - erwartetes abschlussdatum, erwartetes abschlussdatum
  expected_close: date de fermeture, date de clôture prévue, affaire - date de clôture prévue
  expected_close: fecha de cierre prevista, fecha prevista de cierre, trato - fecha prevista de cierre
  owner: zuständiger mitarbeiter, für deal zuständiger mitarbeiter, deal-inhaber, deal - besitzer, opportunity-inhaber
  owner: propriétaire de la transaction, propriétaire de l'opportunité, affaire - propriétaire
  owner: propietario del negocio, propietario de la oportunidad, trato - propietario
  contact: zugeordneter kontakt, zugehöriger kontakt, kontaktname, deal - kontaktperson, kontaktperson
  contact: contact associé, nom du contact, affaire - personne à contacter, affaire - contact
  contact: contacto asociado, nombre del contacto, trato - persona de contacto
  company: associated company (primary), primary associated company, unternehmensname, zugehöriges unternehmen
  company: zugeordnetes unternehmen, accountname, deal - organisation, nom de l'entreprise, nom du compte
  company: entreprise associée, affaire - organisation, nombre de la empresa, nombre de la cuenta, empresa asociada
  company: trato - organización
  lost_reason: grund für verlust, deal - verlustgrund, deal - grund für verlust, affaire - raison de la perte
  lost_reason: trato - motivo de la pérdida
  created: created, created at, created date, create date, creation date, date created, deal - deal created
  created: erstellt, erstellt am, erstellungsdatum, erstelldatum, créé le, date de création, fecha de creación
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
    """Return a header for comparing: “Deal-Name”, “Deal name” and “DEALNAME” are one."""
    return fold_name(name).replace(" ", "")


_FIELDS = _tables()
KINDS = tuple(_FIELDS)
"""What a table can hold."""

_FILES = {
    **{kind: kind for kind in KINDS},
    **dict.fromkeys(("kontakte", "contactos"), "contacts"),
    **dict.fromkeys(("unternehmen", "firmen", "entreprises", "empresas"), "companies"),
    **dict.fromkeys(("affaires", "negocios"), "deals"),
}
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
    named = {kind for word, kind in _FILES.items() if word in file_name.casefold()}
    if len(named) == 1:
        return named.pop()
    names = {_folded(name) for name in header}
    if names & {"dealname", "dealtitle", "dealtitel", "dealphase", "opportunityname"}:
        return "deals"
    if names & {"leadsource", "leadquelle", "leadstatus", "leadowner", "leadscore", "leadcontactperson"}:
        return "leads"
    for kind, telling in _TELLING:
        fields = {_FIELDS[kind][name] for name in names if name in _FIELDS[kind]}
        if len(fields & telling) > 1:
            return kind
    raise BadInput(f"What is in this table? Say --kind with one of {', '.join(KINDS)}.", field="kind")
