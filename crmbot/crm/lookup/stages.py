"""Which stage a key or name means."""

from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.errors import BadInput
from crmbot.models import Stage


def find_stage(work: Work, word: str, *, field: str = "stage") -> Stage:
    """Return the stage of that key or name, or the only one whose name begins so."""
    key = fold_name(word)
    names = {stage.id: (stage.key, fold_name(stage.name)) for stage in work.stages}
    for same in (lambda pair: word in pair or key in pair, lambda pair: bool(key) and pair[1].startswith(key)):
        found = [stage for stage in work.stages if same(names[stage.id])]
        if len(found) == 1:
            return found[0]
    listed = ", ".join(stage.name for stage in work.stages)
    raise BadInput(f"There is no stage “{word}”. The stages are {listed}.", field=field)
