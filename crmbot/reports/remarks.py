"""What has to be said of figures that look wrong and are right."""

from dataclasses import astuple

from crmbot.reports.conversion_funnel import ConversionFunnel
from crmbot.reports.lead_conversion import LeadConversion
from crmbot.reports.values import Report

_DEALS = "Above 100%: deals may come without a lead of this period."
_LEADS = "Above 100%: leads from before this period moved on too."


def remark_of(report: Report) -> str:
    """Return why a rate is above one (reports.md, rates: not clamped), "" when none is."""
    match report.data:
        case ConversionFunnel(steps=steps):
            above = any(max(step.rate_from_previous, step.rate_from_first) > 1 for step in steps)
            return _DEALS if above else ""
        case LeadConversion(conversion_rates=rates):
            return _LEADS if max(astuple(rates)) > 1 else ""
        case _:
            return ""
