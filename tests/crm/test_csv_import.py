"""Tables from other systems, and our own out and in again."""

import csv
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from factories import Crm

from crmbot.crm.requests import CreateCompany, CreateContact, CreateDeal, CreateLead, SetDeal, SetLeadStatus, Undo
from crmbot.crm.spreadsheets import export_csv, import_csv
from crmbot.crm.spreadsheets.cells import harmless, plain
from crmbot.crm.spreadsheets.headers import guess_kind
from crmbot.crm.spreadsheets.reading import amount, day
from crmbot.domain.money import Money
from crmbot.errors import BadInput, NotAllowed
from crmbot.models import (
    Company,
    Contact,
    ContactEmail,
    Deal,
    DealVersion,
    JournalEntry,
    Lead,
    LeadStatusEntry,
    Stage,
)
from crmbot.reports import ReportRequest


def take(crm: Crm, file: Path, text: str | bytes = "", **kwargs: Any) -> Any:
    if text:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_csv(crm.store, crm.actor("ada"), crm.policy, file, now=crm.clock(), **kwargs)


def cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle))


HEADERS = [
    ("First Name,Last Name,Email,Lead Status,Lead Owner", "leads"),
    ("Deal Name,Deal Stage,Close Date,Amount", "deals"),
    ("Opportunity Name,Account Name,Stage,Amount,Close Date", "deals"),
    ("Deal - Title,Deal - Value,Deal - Stage", "deals"),
    ("Company name,Company Domain Name,Industry,Number of Employees", "companies"),
    ("Account Name,Website,Industry,Employees", "companies"),
    ("First Name,Last Name,Email,Phone Number,Job Title", "contacts"),
    ("Person - Name,Person - Email - Work,Person - Phone - Work", "contacts"),
    ("Lead - ID,Lead - Title,Lead - Contact person,Lead - Organization,Person - Email - Work", "leads"),
    ("Vorname,Nachname,E-Mail,Telefon,Funktion,Firma", "contacts"),
    ("Prénom,Nom,E-mail,Téléphone,Fonction,Société", "contacts"),
    ("Nombre,Apellidos,Correo electrónico,Teléfono,Cargo,Empresa", "contacts"),
    ("Firma,Branche,Mitarbeiter,Webseite", "companies"),
    ("Société,Secteur,Effectif,Site web", "companies"),
    ("Titel,Wert,Währung,Phase,Abschlussdatum,Zuständig", "deals"),
    ("Titre,Montant,Devise,Étape,Date de clôture", "deals"),
    ("Dealname,Deal-Phase,Betrag,Abschlussdatum", "deals"),
    ("Nom de la transaction,Phase de la transaction,Montant,Date de fermeture", "deals"),
    ("Nombre del negocio,Etapa del negocio,Importe,Fecha de cierre", "deals"),
    ("Deal - Titel,Deal - Wert,Deal - Währung,Deal - Phase", "deals"),
    ("Affaire - Titre,Affaire - Valeur,Affaire - Étape", "deals"),
    ("Trato - Título,Trato - Valor,Trato - Etapa", "deals"),
    ("Opportunity-Name,Accountname,Betrag,Schlusstermin,Phase", "deals"),
    ("Nombre de la oportunidad,Nombre de la cuenta,Importe,Fecha de cierre", "deals"),
    ("Vorname,Nachname,E-Mail-Adresse,Lead-Status,Zuständiger Mitarbeiter", "leads"),
]


@pytest.mark.parametrize(("header", "kind"), HEADERS)
def test_the_columns_tell_what_a_table_holds(header: str, kind: str) -> None:
    assert guess_kind(tuple(header.split(",")), "export.csv") == kind


def test_the_files_name_tells_too_and_nothing_is_guessed() -> None:
    assert guess_kind(("Name", "Owner"), "all-leads.csv") == "leads"
    with pytest.raises(BadInput, match="--kind"):
        guess_kind(("Name", "Owner"), "export.csv")


FORMS = [
    "Name,Email,Lead Source\nZoë Müller,zoe@x.example,Web Form\n".encode(),
    "\ufeffName;Email;Lead Source\r\nZoë Müller;zoe@x.example;Web Form\r\n".encode(),
    "NAME\tE-Mail\tlead source\nZoë Müller\tzoe@x.example\tWeb Form\n".encode("cp1252"),
    "Name,Email,Lead Source\nZoë Müller,zoe@x.example,Web Form\n".encode("utf-16"),
    b'"First Name","Last Name",Email,"Lead Source"\n"Zo\xc3\xab","M\xc3\xbcller","ZOE@x.example","Web Form"',
]


@pytest.mark.parametrize("raw", FORMS, ids=["comma", "BOM and semicolon", "tab in cp1252", "UTF-16", "two names"])
def test_encoding_and_delimiter_are_found_out(crm: Crm, tmp_path: Path, raw: bytes) -> None:
    result = take(crm, tmp_path / "leads.csv", raw)
    [lead] = crm.rows(Lead)
    assert (result.made, lead.name, lead.email, lead.source) == (1, "Zoë Müller", "zoe@x.example", "web_form")


def test_duplicates_are_skipped_and_mistakes_refused_each_with_a_reason(any_crm: Crm, tmp_path: Path) -> None:
    crm, file = any_crm, tmp_path / "leads.csv"
    crm.made(CreateLead("Old", email="old@x.example"))
    result = take(
        crm,
        file,
        "Name,Email,Owner,Status,Colour\n"
        "New,new@x.example,sam@ours.example,in progress,red\n"
        "Old again,OLD@x.example,,,\n"
        "New again,new@x.example,,,\n"
        "Bad,not a mail,,,\n"
        "Lost,lost@x.example,nobody,,\n"
        "Odd,odd@x.example,,dancing,\n",
    )
    assert (result.made, result.skipped, result.left_out) == (1, 2, ("Colour",))
    assert "refused 3." in str(result)
    new = next(lead for lead in crm.rows(Lead) if lead.name == "New")
    assert (new.status, new.owner_id) == ("contacted", crm.user_id("sam"))
    kept = cells(tmp_path / "leads.csv.refused.csv")
    assert kept[0] == ["Name", "Email", "Owner", "Status", "Colour", "crmbot says"]
    assert [(row[0], row[-1].split(" ")[-1]) for row in kept[1:]] == [
        ("Old again", "already."),
        ("New again", "already."),
        ("Bad", "address."),
        ("Lost", "“nobody”."),
        ("Odd", "lead."),
    ]
    # a row that is refused after its first half leaves nothing
    assert "Odd" not in [lead.name for lead in crm.rows(Lead)]


def test_columns_in_german_are_understood(crm: Crm, tmp_path: Path) -> None:
    raw = "Vorname;Name;E-Mail-Adresse;Telefon;Funktion;Firma\nZoë;Müller;zoe@müller.example;030 1;Leiterin;Müller AG\n"
    result = take(crm, tmp_path / "kontakte.csv", raw.replace("müller.example", "m.example").encode("cp1252"))
    [contact] = crm.rows(Contact)
    assert (result.made, result.left_out) == (1, ())
    assert (contact.name, contact.phone, contact.role) == ("Zoë Müller", "030 1", "Leiterin")
    raw = "Titel;Wert;Währung;Phase;Abschlussdatum;Firma\nGroßauftrag;1.234,50;EUR;Negotiation;15.12.2031;Müller AG\n"
    assert take(crm, tmp_path / "chancen.csv", raw).made == 1
    [deal] = crm.rows(Deal)
    assert (deal.value_minor, deal.currency, f"{deal.expected_close}") == (123_450, "EUR", "2031-12-15")


def test_a_german_hubspot_export_comes_in_whole_and_tells_whom_it_makes(crm: Crm, tmp_path: Path) -> None:
    crm.made(CreateContact("Karl Weber", ("karl@web.de",)))
    raw = (
        "Datensatz-ID,Deal-Name,Deal-Phase,Betrag,Abschlussdatum,Zuständiger Mitarbeiter,"
        "Zugehöriges Unternehmen,Zugeordneter Kontakt\n"
        "1,Ofen,Negotiation (Sales Pipeline),22000,2031-12-04 10:00,Sam,Bäcker Groß GmbH,Eva Klein\n"
        "2,Filiale,Abgeschlossen und gewonnen,500,2031-12-04,sam@ours.example,Bäcker Groß GmbH,"
        "Karl Weber (karl@web.de)\n"
    )
    dry = take(crm, tmp_path / "deals.csv", raw, dry_run=True)
    assert str(dry) == (
        "Would import 2 deals with 1 new company and 1 new contact, skipped 0 as duplicates, refused 0. "
        "Columns left out: Datensatz-ID."
    )
    assert take(crm, tmp_path / "deals.csv", raw).refused == []
    [company] = crm.rows(Company)
    people = {contact.name: contact for contact in crm.rows(Contact)}
    deals = {deal.title: deal for deal in crm.rows(Deal)}
    assert people["Eva Klein"].company_id == company.id
    assert {title: deal.contact_id for title, deal in deals.items()} == {
        "Ofen": people["Eva Klein"].id,
        "Filiale": people["Karl Weber"].id,
    }
    assert {(deal.owner_id, deal.company_id) for deal in deals.values()} == {(crm.user_id("sam"), company.id)}
    assert (deals["Ofen"].outcome, deals["Filiale"].outcome) == ("open", "won")


def test_a_company_is_called_as_the_file_says_else_by_its_domain_in_its_own_letters(crm: Crm, tmp_path: Path) -> None:
    raw = (
        "Vorname,Nachname,E-Mail-Adresse,Unternehmensname\n"
        "Eva,Klein,eva@bäcker-groß.de,Bäcker Groß GmbH\n"
        "Karl,Weber,karl@müller-söhne.de,\n"
    )
    assert take(crm, tmp_path / "kontakte.csv", raw).left_out == ()
    assert {(company.name, company.domain) for company in crm.rows(Company)} == {
        ("Bäcker Groß GmbH", "xn--bcker-gross-l8a.de"),
        ("Müller Söhne", "xn--mller-shne-kcb9d.de"),
    }


def test_refused_rows_come_in_once_they_are_mended(crm: Crm, tmp_path: Path) -> None:
    take(crm, tmp_path / "leads.csv", "Name,Email\nBad,not a mail\n")
    refused = tmp_path / "leads.csv.refused.csv"
    result = take(crm, refused, refused.read_text("utf-8-sig").replace("not a mail", "ok@x.example"))
    assert (result.made, result.refused) == (1, [])


def test_a_dry_run_sees_duplicates_and_writes_nothing(crm: Crm, tmp_path: Path) -> None:
    before = crm.dump()
    text = "Name,Email\n" + "".join(f"Lead {place},l{place % 300}@x.example\n" for place in range(310))
    result = take(crm, tmp_path / "leads.csv", text, dry_run=True)
    assert (result.made, result.skipped) == (300, 10)
    assert crm.dump() == before
    assert list(tmp_path.glob("*.refused.csv")) == []


def test_many_rows_are_few_transactions_each_to_be_undone(crm: Crm, tmp_path: Path) -> None:
    text = "Name,Email\n" + "".join(f"Lead {place},l{place}@x.example\n" for place in range(2_450))
    take(crm, tmp_path / "leads.csv", text)
    entries = [entry for entry in crm.rows(JournalEntry) if entry.request == "csv.import"]
    assert (len(crm.rows(Lead)), len(entries)) == (2_450, 3)


def test_contacts_and_companies_meet_by_domain(crm: Crm, tmp_path: Path) -> None:
    take(
        crm, tmp_path / "companies.csv", "Company name,Website\nAcme Corp,https://www.acme.com/en\nAcme Two,acme.com\n"
    )
    result = take(
        crm, tmp_path / "contacts.csv", "Name,Email,Job Title\nJo,jo@acme.com; j@web.example,CTO\nJo,jo@acme.com,\n"
    )
    [company] = crm.rows(Company)
    [contact] = crm.rows(Contact)
    assert (company.domain, contact.company_id, contact.role) == ("acme.com", company.id, "CTO")
    assert (result.made, result.skipped) == (1, 1)
    assert sorted(row.email for row in crm.rows(ContactEmail)) == ["j@web.example", "jo@acme.com"]


def test_deals_come_with_value_stage_and_end(crm: Crm, tmp_path: Path) -> None:
    result = take(
        crm,
        tmp_path / "x.csv",
        "Deal Name,Amount,Deal Stage,Close Date,Probability (%),Account Name,Lost Reason\n"
        'Open one,"$40,000.50",Negotiation,2031-12-15,80,Acme Corp,\n'
        "Won one,1234 EUR,Closed Won,,,,\n"
        "Lost one,10,Lost,,,,Price\n"
        "Unclear,1.234,,,,,\n"
        "Unclear day,10,,03/04/2031,,,\n"
        'Open one,"$40,000.50",Negotiation,2031-12-15,80,Acme Corp,\n',
    )
    deals = {deal.title: deal for deal in crm.rows(Deal)}
    assert {title: (deal.outcome, deal.value_minor, deal.currency) for title, deal in deals.items()} == {
        "Open one": ("open", 4_000_050, "USD"),
        "Won one": ("won", 123_400, "EUR"),
        "Lost one": ("lost", 1_000, "USD"),
    }
    assert (deals["Open one"].probability, deals["Lost one"].lost_reason) == (80, "Price")
    assert [said.split("”")[0] for _, said in result.refused[:2]] == ["“1.234", "“03/04/2031"]
    assert result.skipped == 1


AMOUNTS = [
    ("40000", Money(4_000_000, "USD")),
    ("€ 1.234,50", Money(123_450, "EUR")),
    ("1,234", Money(123_400, "USD")),
    ("12,5", Money(1_250, "USD")),
    ("-3", Money(-300, "USD")),
    ("JPY 500", Money(500, "JPY")),
]


@pytest.mark.parametrize(("text", "value"), AMOUNTS)
def test_amounts_are_read(text: str, value: Money) -> None:
    assert amount(text, "USD") == value


@pytest.mark.parametrize("text", ["1.234", "abc", "12.345,67.8", "1e5", "NaN", "10.999 USD"])
def test_amounts_that_are_none_or_unclear_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        amount(text, "USD")


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [("2031-12-15", None, "2031-12-15"), ("15.12.2031", None, "2031-12-15"), ("12/15/2031 00:00", None, "2031-12-15"),
     ("03/04/2031", "dmy", "2031-04-03"), ("03/04/2031", "mdy", "2031-03-04"), ("05.05.2031", None, "2031-05-05")],
)  # fmt: skip
def test_days_are_read(text: str, order: str | None, iso: str) -> None:
    assert day(text, order).isoformat() == iso


DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''=1",
    "'",
    "'quoted'",
    "\uff1d1",
    '=HYPERLINK("http://x","y")',
    'plain, with "quotes" and\nlines',
    "",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula_and_every_one_comes_back(text: str) -> None:
    cell = harmless(text)
    assert cell[:1] not in set("=+-@\t\r\n\uff1d")
    assert plain(cell) == text


def test_what_goes_out_comes_in_again(crm: Crm, open_crm: Callable[[], Crm], tmp_path: Path) -> None:
    crm.made(CreateCompany('=HYPERLINK("http://x")', domain="acme.com", industry="-1", size="+49"))
    crm.made(
        CreateContact("@Jo\nDoe", ("jo@acme.com", "a@web.example"), phone="+49 30", company='=HYPERLINK("http://x")')
    )
    crm.made(CreateLead("'=Lead", email="l@x.example", source="web form", score=7))
    crm.do(SetLeadStatus("L-1", "disqualified", reason="=no"))
    crm.made(CreateDeal("-Deal", value=Money(12_345, "EUR"), stage="qualified", contact="jo@acme.com", probability=33))
    crm.do(SetDeal("D-1", forecast_category="commit"))
    other = open_crm()
    other.clock.set(crm.clock())
    kinds = ("companies", "contacts", "leads", "deals")
    for kind in kinds:
        assert export_csv(crm.store, crm.actor("ada"), tmp_path / f"{kind}.csv", kind) == 1
        assert take(other, tmp_path / f"{kind}.csv").made == 1
        export_csv(other.store, other.actor("ada"), tmp_path / f"{kind}-again.csv", kind)
        first, again = cells(tmp_path / f"{kind}.csv"), cells(tmp_path / f"{kind}-again.csv")
        assert first == again


def test_only_who_may_import_does(crm: Crm, tmp_path: Path) -> None:
    manager = replace(crm.actor("max"))
    with pytest.raises(NotAllowed):
        import_csv(crm.store, manager, crm.policy, tmp_path / "leads.csv", now=crm.clock())
    with pytest.raises(NotAllowed):
        export_csv(crm.store, manager, tmp_path / "leads.csv", "leads")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("Colour\nred\n", "No column names the leads"),
        ('Name,Email\n"open,x@x.example\n', "is no table"),
    ],
)
def test_a_file_that_is_no_table_is_refused(crm: Crm, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(text)
    with pytest.raises(BadInput, match=said):
        take(crm, file)


def test_only_the_ends_of_lines_end_rows(crm: Crm, tmp_path: Path) -> None:
    raw = 'sep=;\r\nName;E-mail;Company\r\n"Jo\nDoe";jo@x.example;Up\u2028per\x85Ltd\rAl;al@x.example;\r\n;;\r\n'
    result = take(crm, tmp_path / "leads.csv", raw)
    assert result.made == 2
    assert {lead.name: lead.company_name for lead in crm.rows(Lead)} == {"Jo\nDoe": "Up\u2028per\x85Ltd", "Al": None}


def test_a_character_that_no_database_keeps_is_left_out(any_crm: Crm, tmp_path: Path) -> None:
    assert take(any_crm, tmp_path / "leads.csv", "Name,Email\nJ\x00o,jo@x.example\n").made == 1
    assert [lead.name for lead in any_crm.rows(Lead)] == ["Jo"]


def test_addresses_in_other_letters_are_one_with_their_plain_form(any_crm: Crm, tmp_path: Path) -> None:
    text = "Name,Email\nEva,eva@bäcker.example\nEva again,EVA@xn--bcker-gra.example\n"
    for kind, made in (("leads", (1, 1)), ("contacts", (1, 1)), ("leads", (0, 2)), ("contacts", (0, 2))):
        result = take(any_crm, tmp_path / "people.csv", text, kind=kind)
        assert (result.made, result.skipped) == made


def test_an_import_is_undone_and_done_again(any_crm: Crm, tmp_path: Path) -> None:
    crm = any_crm
    crm.made(CreateContact("Old", ("old@web.de",)))
    journal = frozenset({"journal_entry", "journal_change", "counter"})
    before = crm.dump(without=journal)
    take(
        crm,
        tmp_path / "deals.csv",
        "Deal name,Amount,Company,Contact,Stage\n"
        "Ofen,10 EUR,Acme Corp,Eva Klein,Negotiation\nTür,20 EUR,Acme Corp,old@web.de,Lost\n",
    )
    old = next(contact for contact in crm.rows(Contact) if contact.name == "Old")
    assert old.company_id == crm.rows(Company)[0].id
    after = crm.dump(without=journal)
    crm.do(Undo(), as_="ada")
    assert crm.dump(without=journal) == before
    crm.do(Undo(), as_="ada")
    assert crm.dump(without=journal) == after


def test_numbers_go_on_after_a_table(any_crm: Crm, tmp_path: Path) -> None:
    any_crm.made(CreateLead("First"))
    take(any_crm, tmp_path / "leads.csv", "Name,Email\nBad,no\nSecond,b@x.example\nThird,c@x.example\n")
    any_crm.made(CreateLead("Fourth"))
    assert [(lead.number, lead.name) for lead in any_crm.rows(Lead, order=Lead.number)] == [
        (1, "First"),
        (2, "Second"),
        (3, "Third"),
        (4, "Fourth"),
    ]


def test_what_the_store_contradicts_is_one_refused_row(crm: Crm, tmp_path: Path) -> None:
    with crm.store.engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER contradiction BEFORE INSERT ON contact_email WHEN NEW.email = 'c4@x.example' "
            "BEGIN SELECT RAISE(ABORT, 'it was there first'); END"
        )
        connection.commit()
    text = "Name,Email\n" + "".join(f"Contact {place},c{place}@x.example\n" for place in range(9))
    result = take(crm, tmp_path / "contacts.csv", text)
    assert (result.made, result.refusals, result.refused) == (
        8,
        1,
        [(4, "The store refused it: it contradicts another record.")],
    )
    assert sorted(contact.number for contact in crm.rows(Contact)) == list(range(1, 9))


CREATED = [
    ("2031-02-14T09:00:00+01:00", "2031-02-14T08:00:00+00:00"),
    ("2031-02-14 09:00", "2031-02-14T09:00:00+00:00"),
    ("14.02.2031", "2031-02-14T00:00:00+00:00"),
    ("02/14/2031 3:05 PM", "2031-02-14T00:00:00+00:00"),
]


@pytest.mark.parametrize(("said", "at"), CREATED)
def test_what_was_made_before_counts_then(crm: Crm, tmp_path: Path, said: str, at: str) -> None:
    assert take(crm, tmp_path / "leads.csv", f"Name,Status,Create Date\nJo,qualified,{said}\n").made == 1
    [lead] = crm.rows(Lead)
    assert lead.created_at.isoformat() == at
    entries = crm.rows(LeadStatusEntry, order=LeadStatusEntry.position)
    assert [(entry.status, entry.entered_at) for entry in entries] == [
        (status, lead.created_at) for status in ("new", "contacted", "qualified")
    ]


@pytest.mark.parametrize("said", ["2031-12-24", "soon", "0001-01-01", "03/04/2030"])
def test_what_is_no_day_of_the_past_is_refused(crm: Crm, tmp_path: Path, said: str) -> None:
    result = take(crm, tmp_path / "leads.csv", f"Name,Created\nJo,{said}\n")
    assert (result.made, result.refusals) == (0, 1)


def test_closed_deals_were_closed_on_their_day(crm: Crm, tmp_path: Path) -> None:
    crm.clock.set(datetime(2031, 3, 5, 9, 30, tzinfo=UTC))
    take(
        crm,
        tmp_path / "deals.csv",
        "Deal - Title,Deal - Stage,Deal - Status,Deal - Value,Deal - Expected close date,Deal - Deal created\n"
        "Both,Negotiation,Lost,10,2031-02-20,2031-01-10\n"
        "End only,,Won,10,2031-02-20,\n"
        "End to come,,Won,10,2031-12-20,2031-01-10\n"
        "Made after its end,,Won,10,2031-01-05,2031-01-10\n"
        "Open,Negotiation,Open,10,2031-02-20,2031-01-10\n",
    )
    deals = {deal.title: deal for deal in crm.rows(Deal)}
    assert {
        title: (deal.outcome, f"{deal.created_at:%m-%d}", f"{deal.closed_at:%m-%d}" if deal.closed_at else None)
        for title, deal in deals.items()
    } == {
        "Both": ("lost", "01-10", "02-20"),
        "End only": ("won", "02-20", "02-20"),
        "End to come": ("won", "01-10", "03-05"),
        "Made after its end": ("won", "01-10", "01-10"),
        "Open": ("open", "01-10", None),
    }
    lost = [row for row in crm.rows(DealVersion, order=DealVersion.valid_from) if row.deal_id == deals["Both"].id]
    stages = {stage.id: stage.key for stage in crm.rows(Stage)}
    assert [(row.outcome, row.probability) for row in lost] == [("open", 75), ("lost", 0)]
    assert stages[str(lost[1].from_stage_id)] == "negotiation"


@pytest.mark.parametrize(("column", "value"), [("Score", "1e999999"), ("Score", "NaN"), ("Score", "Infinity")])
def test_absurd_scores_are_refused(crm: Crm, tmp_path: Path, column: str, value: str) -> None:
    result = take(crm, tmp_path / "leads.csv", f"Name,{column}\nJo,{value}\n")
    assert result.refused == [(0, f"“{value}” is no score.")]


@pytest.mark.parametrize("value", ["1e999999", "NaN", "Infinity", "33.3", "101"])
def test_absurd_chances_are_refused(crm: Crm, tmp_path: Path, value: str) -> None:
    assert take(crm, tmp_path / "deals.csv", f"Deal name,Probability\nOfen,{value}\n").refusals == 1


def test_memory_does_not_grow_with_the_table(crm: Crm, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        text = "Company,Industry\n" + "".join(f"Company {rows} {place},Steel\n" for place in range(rows))
        tracemalloc.start()
        assert take(crm, tmp_path / "companies.csv", text).made == rows
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(2_500) < 1.5 * peak(1_000)


def test_what_a_table_tells_of_last_month_is_in_last_months_reports(any_crm: Crm, tmp_path: Path) -> None:
    any_crm.clock.set(datetime(2031, 3, 5, 9, 30, tzinfo=UTC))
    take(
        any_crm,
        tmp_path / "deals.csv",
        "Deal name,Amount,Stage,Close Date,Lost Reason,Created\n"
        "Ofen,10,Lost,2031-02-28,Price,2031-02-01\nTür,20,Lost,2031-03-01,Price,2031-02-01\nHaus,40,,,,2031-02-28\n",
    )

    def asked(name: str, date_from: str, date_to: str) -> Any:
        request = ReportRequest(name, date_from=date_from, date_to=date_to)
        return any_crm.service.report(any_crm.actor("ada"), request).data

    # Lost in February: 10; in March: 20. Open at the end of February: 20 and 40; now: 40.
    assert [row.value.minor for row in asked("lost-reasons", "2031-02-01", "2031-02-28").by_reason] == [1_000]
    assert [row.value.minor for row in asked("lost-reasons", "2031-03-01", "2031-03-05").by_reason] == [2_000]
    assert asked("sales-pipeline", "2031-02-01", "2031-02-28").pipeline_value.minor == 6_000
    assert asked("sales-pipeline", "2031-03-01", "2031-03-05").pipeline_value.minor == 4_000
