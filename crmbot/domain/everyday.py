"""Folded words of notes and calls that are no names, though somebody may bear one."""

EVERYDAY = frozenset(
    "about after again angebot anrufen april asked bill book brief call called came chase check company contract could "
    "deal demo does draft email faith final find finish first follow frank from gave general global good grant great "
    "group have here hope hunter into invite invoice july june just last lead legal list long made mail mark meet "
    "meeting more need needs next note offer only open order over page pilot plan prepare price quote read rechnung "
    "remind report review rich ring rose said sales schicken schreiben send sent service sign signed some soon spring "
    "still summer support talk task team termin than that their them then there they this today told tomorrow update "
    "vertrag very visit wait wants week well were what when will winter with work would write year your".split()
)
"""Words that say something far more often than they begin somebody's name; with a capital and behind the first word
they still may."""
MONTHS = frozenset("january february march april may june july august september october november december".split())
