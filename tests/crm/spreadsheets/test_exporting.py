"""Tables that crmbot writes: nothing in them runs, and they come in again as they went out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from factories import Crm
from tables import cells, take

from crmbot.crm.requests import CreateCompany, CreateContact, CreateDeal, CreateLead, SetDeal, SetLeadStatus
from crmbot.crm.spreadsheets import export_csv
from crmbot.crm.spreadsheets.cells import harmless, plain
from crmbot.domain.money import Money
from crmbot.errors import BadInput

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


def test_an_export_tells_how_far_it_is_and_replaces_a_file_once_it_is_whole(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    take(crm, file, "Name,Email\n" + "".join(f"Lead {place},l{place}@x.example\n" for place in range(1_500)))
    shares: list[float] = []
    assert export_csv(crm.store, crm.actor("ada"), file, "leads", progress=shares.append) == 1_500
    assert (shares, len(cells(file))) == ([pytest.approx(2 / 3), 1.0], 1_501)

    def break_off(_share: float) -> None:
        raise OSError("the disk went away")

    with pytest.raises(BadInput, match="can't be written"):
        export_csv(crm.store, crm.actor("ada"), file, "leads", progress=break_off)
    assert [path.name for path in tmp_path.iterdir() if path.suffix in {".csv", ".part"}] == ["leads.csv"]
    assert len(cells(file)) == 1_501
