"""What a form is: one window with its fields."""

from dataclasses import dataclass

from crmbot.slack.forms.fields import Field


@dataclass(frozen=True, slots=True)
class Form:
    """One window: what it is called, what its button says, and what it asks for."""

    title: str
    submit: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the request that the form asks for."""
        return tuple(field.name for field in self.fields)
