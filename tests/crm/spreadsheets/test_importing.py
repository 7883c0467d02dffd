"""Tables from other systems: what they hold, what is a duplicate, what is refused, and what an import leaves."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from factories import Crm
from sqlalchemy import event
from tables import cells, take

from crmbot.crm.requests import CreateContact, CreateLead, Undo
from crmbot.crm.spreadsheets import export_csv, import_csv
from crmbot.crm.spreadsheets.headers import guess_kind
from crmbot.errors import BadInput, NotAllowed
from crmbot.models import (
    Company,
    Contact,
    ContactEmail,
    Deal,
    JournalEntry,
    Lead,
)

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
    journal = frozenset({"journal_entry", "counter"})
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


def test_many_rows_are_taken_back_in_as_few_statements_as_two(any_crm: Crm, tmp_path: Path) -> None:
    def taken(many: int) -> int:
        rows = "".join(f"Deal {number},Firm {number}\n" for number in range(many))
        take(any_crm, tmp_path / f"{many}.csv", f"Deal name,Company name\n{rows}", kind="deals")
        run: list[str] = []
        listen = (any_crm.store.engine, "before_cursor_execute", lambda *told: run.append(told[2]))
        event.listen(*listen)
        any_crm.do(Undo(), "ada")
        event.remove(*listen)
        assert any_crm.rows(Deal) == any_crm.rows(Company) == []
        return len(run)

    assert taken(40) == taken(2)
