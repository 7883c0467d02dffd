"""Tasks that came with a mail which waits: they go where the mail goes, once a person says where."""

from collections.abc import Mapping

from crmbot.crm.answers import ActivityView
from crmbot.crm.work import Work
from crmbot.models import Activity, Email

TASKS = "tasks"
"""What is kept beside a waiting mail: the ids of the tasks that it asked for and that are about nobody yet."""
_ABOUT = ("deal_id", "contact_id", "company_id", "lead_id")


def remember_task(work: Work, email: Email, task: ActivityView) -> None:
    """Keep with a waiting mail a task that it asked for, unless the task says whom it is about."""
    if email.state == "triage" and not task.about:
        email.detail = {**email.detail, TASKS: [*email.detail.get(TASKS, ()), task.id]}
        work.session.flush()


def take_tasks_along(work: Work, email: Email, about: Mapping[str, str | None]) -> None:
    """Let the tasks of a mail be about what the mail is with now; one that was given a place since keeps it."""
    for task_id in email.detail.get(TASKS, ()):
        task: Activity | None = work.get(Activity, task_id)
        if task is None or any(getattr(task, name) for name in _ABOUT):
            continue
        for name, value in about.items():
            setattr(task, name, value)
