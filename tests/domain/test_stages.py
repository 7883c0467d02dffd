"""The default pipeline and the ladder of lead statuses."""

import pytest

from crmbot.domain.stages import DEFAULT_STAGES, LADDER, LeadStatus, StageKind, skipped_statuses


def test_the_default_pipeline_is_as_described() -> None:
    assert [(stage.name, stage.probability) for stage in DEFAULT_STAGES] == [
        ("New Lead", 10),
        ("Qualified", 25),
        ("Proposal Sent", 50),
        ("Negotiation", 75),
        ("Won", 100),
        ("Lost", 0),
    ]
    assert [stage.kind for stage in DEFAULT_STAGES[-2:]] == [StageKind.WON, StageKind.LOST]
    assert len({stage.key for stage in DEFAULT_STAGES}) == len(DEFAULT_STAGES)


@pytest.mark.parametrize(
    ("reached", "target", "expected"),
    [
        ({"new"}, "converted", ("contacted", "qualified")),
        ({"new"}, "contacted", ()),
        ({"new", "qualified"}, "converted", ("contacted",)),
        (set(LADDER), "converted", ()),
        ({"new"}, "disqualified", ()),
        (set(), "new", ()),
    ],
)
def test_statuses_that_were_jumped_over_count_as_entered(
    reached: set[str], target: str, expected: tuple[str, ...]
) -> None:
    assert skipped_statuses(frozenset(map(LeadStatus, reached)), LeadStatus(target)) == expected
