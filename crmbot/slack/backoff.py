"""How long to wait before trying again."""

import random
from dataclasses import dataclass, field


@dataclass
class Backoff:
    """Full jitter: a random wait below a bound that doubles with every failure, up to `most` seconds."""

    first: float = 1.0
    most: float = 60.0
    failures: int = 0
    chance: random.Random = field(default_factory=random.SystemRandom)

    def failed(self, at_least: float = 0.0) -> float:
        """Count a failure and return the seconds to wait, never below `at_least`."""
        bound = min(self.most, self.first * 2 ** min(self.failures, 16))
        self.failures += 1
        # Half of the bound is waited at least, so that a long outage costs few calls.
        return max(at_least, self.chance.uniform(bound / 2, bound))

    def succeeded(self) -> None:
        """Begin anew."""
        self.failures = 0
