"""Loads the settings: a variable wins over the file, the file over the default; all mistakes in one message."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbot.config import checks
from crmbot.config.mistakes import Mistakes
from crmbot.config.sections import as_table, read_rules, read_section, read_stages
from crmbot.config.settings import (
    DigestSettings,
    IntakeSettings,
    LimitSettings,
    LogInSettings,
    PermissionSettings,
    PipelineSettings,
    ReportSettings,
    ScoringSettings,
    Secrets,
    Settings,
    SlackSettings,
    SmtpSettings,
    StoreSettings,
    WebSettings,
    WorkspaceSettings,
)
from crmbot.config.sources import SECRETS, STORE_URL, overlay, read_file, read_secret
from crmbot.domain.permissions import PERMISSIONS, Role

_SIMPLE = {
    "workspace": WorkspaceSettings,
    "slack": SlackSettings,
    "web": WebSettings,
    "reports": ReportSettings,
    "permissions": PermissionSettings,
    "limits": LimitSettings,
}
_SECTIONS = (*_SIMPLE, "store", "mail", "digests", "pipeline", "scoring")
_SQLITE = "sqlite:///"


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the configuration of a file (None: no file) and of the environment.

    Raises:
        ConfigError: one sentence for every mistake, each with its section and key.
    """
    mistakes = Mistakes()
    written = read_file(path)
    overlay(written, environ, mistakes)
    tree = _sections(written, mistakes)
    secrets = Secrets(**{field: read_secret(name, environ, mistakes) for field, name in SECRETS.items()})
    settings = Settings(
        path=path,
        **{name: read_section(kind, tree[name], name, mistakes) for name, kind in _SIMPLE.items()},
        store=_store(tree, path, environ, mistakes),
        digests=_digests(tree, mistakes),
        pipeline=_pipeline(tree, mistakes),
        scoring=_scoring(tree, mistakes),
        **_mail(tree, secrets, environ, mistakes),
        secrets=secrets,
    )
    _check_permissions(settings.permissions, mistakes)
    mistakes.raise_if_any(str(path) if path else "The environment")
    return settings


def _sections(written: Mapping[str, Any], mistakes: Mistakes) -> Mapping[str, Mapping[str, Any]]:
    for name, raw in written.items():
        if name not in _SECTIONS:
            mistakes.add(name, "is no section" + checks.nearest(name, _SECTIONS))
        elif not isinstance(raw, Mapping):
            mistakes.add(name, f"is a section; write its keys below [{name}]")
    return {name: as_table(written.get(name, {})) for name in _SECTIONS}


def _store(
    tree: Mapping[str, Mapping[str, Any]], path: Path | None, environ: Mapping[str, str], mistakes: Mistakes
) -> StoreSettings:
    raw = tree["store"]
    given = read_secret(STORE_URL, environ, mistakes)
    if given:
        raw = {**raw, "url": checks.EnvironmentText.of(STORE_URL, given)}
    store = read_section(StoreSettings, raw, "store", mistakes)
    file = store.url.removeprefix(_SQLITE)
    if path is None or file in {store.url, ":memory:"} or file.startswith("/"):
        return store
    return StoreSettings(url=f"{_SQLITE}{path.parent.absolute() / file}")


def _mail(
    tree: Mapping[str, Mapping[str, Any]], secrets: Secrets, environ: Mapping[str, str], mistakes: Mistakes
) -> dict[str, Any]:
    raw = tree["mail"]
    for name in raw:
        if name not in {"intake", "smtp"}:
            mistakes.add(f"mail.{name}", "is no section" + checks.nearest(name, ("intake", "smtp")))
    given = {kind: getattr(secrets, f"smtp_{kind}") for kind in ("password", "refresh_token", "client_secret")}
    smtp = read_section(SmtpSettings, raw.get("smtp", {}), "mail.smtp", mistakes, **given)
    _check_smtp(smtp, "mail.smtp", mistakes)
    return {"mail_intake": _intakes(raw.get("intake", {}), secrets, environ, mistakes), "smtp": smtp}


def _intakes(raw: Any, secrets: Secrets, environ: Mapping[str, str], mistakes: Mistakes) -> tuple[IntakeSettings, ...]:
    where = "mail.intake"
    named = as_table(raw)
    if not named or not all(isinstance(item, Mapping) for item in named.values()):
        given = {"password": secrets.imap_password, "refresh_token": secrets.imap_refresh_token}
        given |= {"client_secret": secrets.imap_client_secret}
        intake = read_section(IntakeSettings, raw, where, mistakes, **given)
        _check_intake(intake, where, mistakes)
        return (intake,)
    intakes = []
    for name, item in named.items():
        given = {
            kind.removeprefix("imap_"): read_secret(f"{SECRETS[kind]}__{name.upper()}", environ, mistakes)
            or getattr(secrets, kind)
            for kind in ("imap_password", "imap_refresh_token", "imap_client_secret")
        }
        intake = read_section(IntakeSettings, item, f"{where}.{name}", mistakes, name=name, **given)
        _check_intake(intake, f"{where}.{name}", mistakes)
        intakes.append(intake)
    return tuple(intakes)


def _check_intake(intake: IntakeSettings, where: str, mistakes: Mistakes) -> None:
    for name in ("user", "address"):
        if intake.host and not getattr(intake, name):
            mistakes.add(f"{where}.{name}", "is missing; a mailbox with a host needs it")
    if intake.host:
        _check_tokens(intake, where, ("oauth_url", "oauth_client_id"), mistakes)


def _check_smtp(smtp: SmtpSettings, where: str, mistakes: Mistakes) -> None:
    if not smtp.host:
        return
    _check_tokens(smtp, where, ("user", "oauth_url", "oauth_client_id"), mistakes)
    if smtp.auth != "password" and smtp.password:
        what = f'is set, but {where}.auth = "{smtp.auth}" logs in with access tokens; keep one of them'
        mistakes.add(SECRETS["smtp_password"], what)
    for name in ("oauth_url", "oauth_client_id", "oauth_scope"):
        if smtp.auth == "password" and getattr(smtp, name):
            what = f'is for access tokens; write {where}.auth = "xoauth2" to log in with them, or remove it'
            mistakes.add(f"{where}.{name}", what)


def _check_tokens(log_in: LogInSettings, where: str, needed: tuple[str, ...], mistakes: Mistakes) -> None:
    for name in needed:
        if log_in.auth != "password" and not getattr(log_in, name):
            mistakes.add(f"{where}.{name}", f'is missing; auth = "{log_in.auth}" needs it')


def _digests(tree: Mapping[str, Mapping[str, Any]], mistakes: Mistakes) -> tuple[DigestSettings, ...]:
    found = []
    for name, raw in tree["digests"].items():
        where = f"digests.{name}"
        digest = read_section(DigestSettings, raw, where, mistakes, name=name)
        if bool(digest.channel) == bool(digest.to):
            mistakes.add(where, "needs a destination: either channel (in Slack) or to (a mail address)")
        found.append(digest)
    return tuple(found)


def _pipeline(tree: Mapping[str, Mapping[str, Any]], mistakes: Mistakes) -> PipelineSettings:
    pipeline = read_section(PipelineSettings, tree["pipeline"], "pipeline", mistakes)
    if isinstance(pipeline.stages, tuple):
        return pipeline
    return replace(pipeline, stages=read_stages(pipeline.stages, mistakes))


def _scoring(tree: Mapping[str, Mapping[str, Any]], mistakes: Mistakes) -> ScoringSettings:
    scoring = read_section(ScoringSettings, tree["scoring"], "scoring", mistakes)
    return replace(scoring, rules=read_rules(scoring.rules, mistakes))


def _check_permissions(permissions: PermissionSettings, mistakes: Mistakes) -> None:
    for role in Role:
        for change in getattr(permissions, role):
            sign, name = change[:1], change[1:]
            if sign not in {"+", "-"} or name not in PERMISSIONS:
                near = checks.nearest(name, PERMISSIONS) or '; write "+crm.deals.edit" or "-crm.deals.edit"'
                mistakes.add(f"permissions.{role}", f"{checks.shown(change)} is no change of a permission{near}")
