import os
import re
import subprocess
import sys
import tomllib
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from crmbot import reports
from crmbot.config import DigestSettings, IntakeSettings, ScoringRule, Settings, SmtpSettings, load
from crmbot.domain.permissions import Role
from crmbot.domain.stages import StageKind
from crmbot.errors import ConfigError
from crmbot.paths import EXAMPLE_CONFIG

EXAMPLE = EXAMPLE_CONFIG.read_text("utf-8")


def read(tmp_path: Path, toml: str, **environ: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(toml, "utf-8")
    return load(path, environ)


def refusal(tmp_path: Path, toml: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, toml, **environ)
    return str(caught.value)


def test_example_holds_exactly_the_defaults() -> None:
    example = load(EXAMPLE_CONFIG, {})
    assert example.store.url == f"sqlite:///{EXAMPLE_CONFIG.parent}/crmbot.db"
    assert replace(example, path=None, store=Settings().store) == Settings() == load(None, {})


def test_reports_alone_have_the_same_thresholds() -> None:
    assert asdict(Settings().reports) == asdict(reports.ReportSettings())


def keys_of(kind: type) -> set[str]:
    return {field.name for field in fields(kind) if "check" in field.metadata}


def test_example_names_every_key() -> None:
    written = tomllib.loads(EXAMPLE)
    sections = {f.name: type(f.default) for f in fields(Settings)}
    for name in ("workspace", "store", "slack", "web", "pipeline", "reports", "scoring", "permissions", "limits"):
        assert set(written[name]) == keys_of(sections[name])
    assert set(written["mail"]["intake"]) == keys_of(IntakeSettings)
    assert set(written["mail"]["smtp"]) == keys_of(SmtpSettings)


def test_commented_digest_of_the_example_is_right(tmp_path: Path) -> None:
    block = EXAMPLE[EXAMPLE.index("# [digests.") : EXAMPLE.index("[pipeline]")]
    uncommented = re.sub(r"(?m)^# ", "", block)
    (digest,) = read(tmp_path, uncommented).digests
    assert digest == DigestSettings(name="monday-aging", report="aging", channel="C0123456789")
    assert set(tomllib.loads(uncommented)["digests"]["monday-aging"]) == keys_of(DigestSettings)


def test_commented_rules_of_the_example_are_right(tmp_path: Path) -> None:
    _, _, rest = EXAMPLE.partition("# rules = [")
    lines = f"rules = [{rest.partition('# ]')[0]}]".replace("\n#", "\n")
    rules = read(tmp_path, f"[scoring]\n{lines}").scoring.rules
    assert rules[0] == ScoringRule(fact="source", values=("referral",), points=20)
    assert [rule.operator for rule in rules] == ["is", "is", "contains"]


def test_every_mistake_is_in_one_message(tmp_path: Path) -> None:
    toml = """
    [workspce]
    [workspace]
    timezone = "Europe/Berln"
    currency = "US$"
    nmae = "x"
    [digests.monday]
    report = "aging"
    time = "25:00"
    [web]
    base_url = "example.com"
    [limits]
    undo_hours = "a day"
    """
    lines = refusal(tmp_path, toml, CRMBOT_WEB__BIND="8000").splitlines()
    assert lines[0] == f"{tmp_path}/config.toml has 9 mistakes:"
    assert [line.strip() for line in lines[1:]] == [
        "workspce: is no section; did you mean workspace?",
        "workspace.timezone: “Europe/Berln” is no time zone; did you mean Europe/Berlin?",
        "workspace.currency: “US$” is no currency; write an ISO 4217 code such as USD",
        "workspace.nmae: is no key of this section; did you mean name?",
        "web.base_url: “example.com” is no web address; write it as https://crm.example.com",
        "web.bind (CRMBOT_WEB__BIND): “8000” is no address to listen on; write HOST:PORT, such as 127.0.0.1:8000",
        "limits.undo_hours: “a day” is not a whole number from 1 to 720",
        "digests.monday.time: “25:00” is no time of day; write it as 08:00",
        "digests.monday: needs a destination: either channel (in Slack) or to (a mail address)",
    ]


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[workspace]\nname = 7", "workspace.name: “7” is not text"),
        ('[workspace]\nname = ""', "workspace.name: is empty"),
        ('[workspace]\ntimezone = "../etc"', "workspace.timezone: “../etc” is no time zone"),
        ('[workspace]\ntimezone = "Europe"', "workspace.timezone: “Europe” is no time zone"),
        ('[workspace]\ndate_order = "ymd"', "workspace.date_order: “ymd” is not one of dmy, mdy"),
        ('workspace = "x"', "workspace: is a section"),
        ('mail = "x"', "mail: is a section"),
        ('digests = "x"', "digests: is a section"),
        ('[store]\nurl = "mysql://root:hunter2@h/d"', "store.url: is no store"),
        ('[slack]\nmode = "sockets"', "did you mean socket?"),
        ('[slack]\napi_url = "https://user@slack.com/"', "slack.api_url: "),
        ('[mail.intake]\nhost = "imap.example.com"', "mail.intake.user: is missing"),
        ("[mail.intake]\nport = 70000", "mail.intake.port: “70000” is not a whole number from 1 to 65535"),
        ("[mail.intake]\nport = true", "mail.intake.port: “true” is not a whole number"),
        ('[mail.intake]\npassword = "x"', "mail.intake.password: is a secret"),
        ('[mail.intake]\nidle = "yes"', "mail.intake.idle: “yes” is neither true nor false"),
        ('[mail.intake]\nown_domains = "example.com"', "mail.intake.own_domains: “example.com” is not a list"),
        ('[mail.intake]\nown_domains = ["example"]', "mail.intake.own_domains: “example” is no domain"),
        ('[mail.intake.sales]\nhots = ""', "mail.intake.sales.hots: is no key of this section; did you mean host?"),
        ('[mail.outgoing]\nhost = ""', "mail.outgoing: is no section"),
        ('[digests.x]\nchannel = "C1"', "digests.x.report: is missing"),
        ('[digests.x]\nreport = "aging"\nchannel = "C1"\nto = "a@b.cd"', "digests.x: needs a destination: either"),
        ('[digests.x]\nreport = "aging"\nchannel = "C1"\nday = "mon"', "digests.x.day: “mon” is not one of monday"),
        ('[digests.x]\nreport = "aging"\nchannel = "C1"\nfilters = { owner = [] }', "digests.x.filters: owner is"),
        ("[pipeline]\nstages = []", "pipeline.stages: has no stage of the kind open"),
        ('[[pipeline.stages]]\nkey = "a"\nprobability = 101', "pipeline.stages[1].probability: “101” is not a whole"),
        ('[[pipeline.stages]]\nkey = "a"', "pipeline.stages[1].name: is missing"),
        ('[[pipeline.stages]]\nkey = "a"\n[[pipeline.stages]]\nkey = "a"', "“a” is the key of several stages"),
        ('[[scoring.rules]]\nfact = "sorce"', "scoring.rules[1].fact: “sorce” is not one of name, source, email"),
        ('[permissions]\nrep = ["crm.deals.edit"]', "permissions.rep: “crm.deals.edit” is no change of a permission"),
        ('[permissions]\nrep = ["+crm.deal.edit"]', "did you mean crm.deals.edit?"),
        ("[limits]\nack_seconds = 5", "limits.ack_seconds: “5” is not a number from 0.1 to 2.9"),
        ("[workspace", "is not TOML: "),
    ],
)
def test_a_mistake_names_its_key_and_what_to_do(tmp_path: Path, toml: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, toml)


def test_a_wrong_store_address_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in refusal(tmp_path, '[store]\nurl = "mysql://root:hunter2@h/d"')


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="crmbot init"):
        load(tmp_path / "config.toml", {})


@pytest.mark.parametrize(
    ("variable", "text", "section", "key", "value"),
    [
        ("CRMBOT_WORKSPACE__NAME", "42", "workspace", "name", "42"),
        ("CRMBOT_LIMITS__UNDO_HOURS", "48", "limits", "undo_hours", 48),
        ("CRMBOT_REPORTS__COMPLETION_RATE", "0.5", "reports", "completion_rate", 0.5),
        ("CRMBOT_PIPELINE__LOST_REASONS", "Price, Time", "pipeline", "lost_reasons", ("Price", "Time")),
        ("CRMBOT_PIPELINE__LOST_REASONS", '["Price, high"]', "pipeline", "lost_reasons", ("Price, high",)),
        ("CRMBOT_WEB__BIND", "[::1]:80", "web", "bind", "[::1]:80"),
    ],
)
def test_variables_win_over_the_file(
    tmp_path: Path, variable: str, text: str, section: str, key: str, value: object
) -> None:
    settings = read(tmp_path, EXAMPLE, **{variable: text})
    assert getattr(getattr(settings, section), key) == value


def test_variables_reach_named_tables(tmp_path: Path) -> None:
    toml = '[digests.Monday]\nreport = "aging"\nchannel = "C1"\n'
    (digest,) = read(tmp_path, toml, CRMBOT_DIGESTS__MONDAY__TIME="9:05").digests
    assert (digest.name, digest.time) == ("Monday", "09:05")


def test_variable_below_a_value_is_refused(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, '[workspace]\nname = "x"', CRMBOT_WORKSPACE__NAME__FIRST="y")
    assert "CRMBOT_WORKSPACE__NAME__FIRST: name is no section" in sentence


def test_secrets_come_from_variables_and_files_and_are_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-canary\n", "utf-8")
    settings = load(
        None,
        {
            "SLACK_BOT_TOKEN_FILE": str(file),
            "CRMBOT_IMAP_PASSWORD": "imap-canary",
            "CRMBOT_STORE_URL": "postgres://u:store-canary@h/d",
        },
    )
    assert settings.secrets.slack_bot_token == "xoxb-canary"
    assert settings.mail_intake[0].password == "imap-canary"
    assert settings.store.url == "postgresql+psycopg://u:store-canary@h/d"
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SLACK_BOT_TOKEN_FILE": "/nonexistent"}, "SLACK_BOT_TOKEN_FILE: /nonexistent can't be read"),
        ({"SLACK_BOT_TOKEN_FILE": "/dev/null", "SLACK_BOT_TOKEN": "x"}, "SLACK_BOT_TOKEN: is set, and"),
    ],
)
def test_unclear_secrets_are_refused(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    assert sentence in refusal(tmp_path, "", **environ)


def test_several_mailboxes_have_their_own_names_and_passwords(tmp_path: Path) -> None:
    toml = "\n".join(
        f'[mail.intake.{name}]\nhost = "h"\nuser = "{name}"\naddress = "{name}@example.com"' for name in ("eu", "us")
    )
    intakes = read(tmp_path, toml, CRMBOT_IMAP_PASSWORD="both", CRMBOT_IMAP_PASSWORD__US="mine").mail_intake
    assert [(intake.name, intake.password) for intake in intakes] == [("eu", "both"), ("us", "mine")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:////var/lib/crm.db", "sqlite:////var/lib/crm.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:///data/crm.db", "sqlite:///{}/data/crm.db"),
    ],
)
def test_store_addresses_say_driver_and_folder(tmp_path: Path, written: str, meant: str) -> None:
    assert read(tmp_path, f'[store]\nurl = "{written}"').store.url == meant.format(tmp_path)


def test_stages_of_the_file_replace_the_default_ones(tmp_path: Path) -> None:
    toml = "\n".join(
        f'[[pipeline.stages]]\nkey = "{kind}"\nname = "{kind.title()}"\nkind = "{kind}"' for kind in StageKind
    )
    stages = read(tmp_path, toml).pipeline.stages
    assert [stage.kind for stage in stages] == list(StageKind)


def test_permissions_are_the_table_with_its_changes(tmp_path: Path) -> None:
    toml = '[permissions]\nrep = ["+crm.digests.edit", "-crm.reports.view"]'
    granted = read(tmp_path, toml).permissions.by_role
    assert "crm.digests.edit" in granted[Role.REP]
    assert "crm.reports.view" not in granted[Role.REP]
    assert "crm.reports.view" in granted[Role.VIEWER]


def test_loading_needs_no_heavy_library() -> None:
    code = "import sys, crmbot.config; print(*{'sqlalchemy', 'slack_sdk', 'fastapi', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == ""
