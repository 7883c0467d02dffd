"""The signed address of a deal: what is sent there is logged with it."""

from crmbot.crm.work import Work
from crmbot.domain.intake import deal_tag, with_tag


def deal_address(work: Work, number: int) -> str | None:
    """Return the address of the deal of that number; None without an intake address."""
    intake = next(iter(work.policy.intake_addresses), None)
    if intake is None:
        return None
    return with_tag(intake, deal_tag(work.policy.secret_key, work.workspace_id, number))
