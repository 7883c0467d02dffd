"""Every interface language there is a row for; a new one is a row beside its neighbours."""

from crmbot.mail.forwarded.languages import asian, germanic, nordic, others, romance, slavic
from crmbot.mail.forwarded.languages.language import Language

LANGUAGES: tuple[Language, ...] = (
    *germanic.ROWS,
    *romance.ROWS,
    *nordic.ROWS,
    *slavic.ROWS,
    *others.ROWS,
    *asian.ROWS,
)
