"""English, German, Dutch."""

from crmbot.mail.forwarded.languages.language import Language

ROWS = (
    Language(
        "en",
        sender="From",
        to="To",
        cc="Cc|Copy|Copies to",
        date="Date|Sent|Sent on|Sent at|Received|Date Sent",
        subject="Subject",
        other="Bcc|Reply-To|Reply to|Importance|Attachments|Attachment|Organization|Priority|Sensitivity|"
        "Message-ID|Resent-From|Categories|Sender|Return-Path|X-Mailer|Mailing list|List-Unsubscribe|"
        "Mime-Version|Content-Type|User-Agent|In-Reply-To|References|When|Where|Required Attendees",
        forwarded="Forwarded message|Begin forwarded message|Forwarded by|Start of forwarded message|"
        "Forwarded email|Forwarded conversation|Message forwarded|Forward message|Forwarded mail|"
        "Forwarded letter|Forwarding message|Beginning of forwarded message",
        original="Original message|Original email|Original appointment|Original mail|Reply message|Message original",
        forward_prefix="Fwd|Fw|Forward|Forwarded",
        reply_prefix="Re|Reply|Response",
        wrote="On … wrote|On … wrote …|On … writes|At … wrote|… wrote on …|On … said",
        mobile="Sent from my …|Sent from … for …|Sent from Mail for …|Sent from Outlook …|Sent with … Mail|"
        "Sent via …|Get Outlook for …|Sent from Yahoo Mail …|Sent from Proton Mail …|Sent with Proton Mail …|"
        "Sent from Gmail Mobile|Sent from a mobile device…|Sent from mobile…|Sent from a phone…|"
        "Sent using …|Sent on the go…|Sent by phone…|Sent from Samsung …|Sent from Spark|Sent with Spark",
        closing="Best regards|Kind regards|Regards|Warm regards|Best|Best wishes|All the best|Many thanks|"
        "Thanks|Thank you|Thanks and regards|Thanks & regards|Cheers|Sincerely|Yours sincerely|"
        "Sincerely yours|Yours faithfully|Yours truly|With kind regards|With best regards|Warmly|BR|Rgds|"
        "Kindest regards|Warmest regards|Many thanks and best regards|Talk soon|Cordially|Respectfully",
        behalf="on behalf of",
        automatic="Automatic reply|Auto reply|Auto-reply|Autoreply|Auto response|Auto-response|Autoresponse|"
        "Out of office|Out of the office|Out-of-office|Away from my mail|On vacation|Vacation reply|OOO|"
        "Automatic response|I am out of the office",
    ),
    Language(
        "de",
        sender="Von|Absender",
        to="An|Empfänger",
        cc="Kopie|Kopie (CC)|Cc|Kopie an",
        date="Datum|Gesendet|Gesendet am|Gesendet um|Empfangen",
        subject="Betreff|Thema",
        other="Blindkopie|Antwort an|Antwort-An|Wichtigkeit|Priorität|Anlagen|Anhänge|Vertraulichkeit|Bcc|"
        "Blindkopie (BCC)|Organisation",
        forwarded="Weitergeleitete Nachricht|Anfang der weitergeleiteten E-Mail|"
        "Anfang der weitergeleiteten Nachricht|Weitergeleitete E-Mail|Weitergeleitete Mail|"
        "Beginn der weitergeleiteten Nachricht|Beginn der weitergeleiteten E-Mail|Weitergeleitet von|"
        "Nachricht weitergeleitet",
        original="Ursprüngliche Nachricht|Originalnachricht|Original-Nachricht|Ursprüngliche Mail|"
        "Originalmail|Ursprüngliche E-Mail|Originaltermin|Ursprünglicher Termin|Urspr. Nachricht",
        forward_prefix="WG|Wtr|Wtrlt|Weitergeleitet",
        reply_prefix="AW|Antw|Antwort",
        wrote="Am … schrieb …|Am … schrieb|… schrieb am …|Am … hat … geschrieben|Zitat von …|Am … schreibt …",
        mobile="Von meinem … gesendet|Von meiner … gesendet|Gesendet von …|Gesendet mit …|"
        "Diese Nachricht wurde von meinem … gesendet…|Outlook für … herunterladen|Holen Sie sich Outlook für …|"
        "Gesendet über …|Von unterwegs gesendet…|Von … für … gesendet",
        closing="Mit freundlichen Grüßen|Mit freundlichen Grüssen|Mit freundlichem Gruß|Freundliche Grüße|"
        "Freundliche Grüsse|Viele Grüße|Viele Grüsse|Beste Grüße|Beste Grüsse|Liebe Grüße|Herzliche Grüße|"
        "Schöne Grüße|Grüße|Grüsse|Gruß|Gruss|Viele liebe Grüße|MfG|VG|LG|Mit besten Grüßen|"
        "Mit herzlichen Grüßen|Hochachtungsvoll|Vielen Dank|Danke|Besten Dank und Gruß",
        behalf="im Auftrag von|im Namen von",
        automatic="Automatische Antwort|Abwesenheitsnotiz|Abwesend|Abwesenheit|Automatische Rückmeldung|"
        "Out of Office|Urlaub|Eingangsbestätigung|Automatische Antwortmail",
    ),
    Language(
        "nl",
        sender="Van|Afzender",
        to="Aan",
        cc="Kopie|CC|Kopie aan",
        date="Datum|Verzonden|Verstuurd|Verzonden op|Verzonden door",
        subject="Onderwerp",
        other="Antwoord aan|Beantwoorden|Urgentie|Bijlagen|Prioriteit|Bcc",
        forwarded="Doorgestuurd bericht|Begin doorgestuurd bericht|Doorgestuurde bericht|"
        "Begin van doorgestuurd bericht|Doorgezonden bericht|Begin Doorgestuurd Bericht",
        original="Oorspronkelijk bericht|Origineel bericht|Oorspronkelijke bericht|Oorspronkelijk e-mailbericht",
        forward_prefix="Doorst|Doorsturen|Fwd",
        reply_prefix="Antw|Betr|Antwoord",
        wrote="Op … schreef …|Op … schreef|Op … heeft … geschreven|… schreef op …|"
        "Op … heeft … het volgende geschreven|Op … schreef … het volgende",
        mobile="Verstuurd vanaf mijn …|Verzonden vanaf mijn …|Verstuurd met …|Verzonden met …|"
        "Verzonden vanuit …|Outlook voor … downloaden|Outlook voor … ophalen|Vanaf mijn … verzonden",
        closing="Met vriendelijke groet|Met vriendelijke groeten|Vriendelijke groet|Vriendelijke groeten|Groet|"
        "Groeten|Groetjes|Mvg|M.v.g|Hartelijke groet|Hartelijke groeten|Bedankt|Alvast bedankt|"
        "Met hartelijke groet",
        behalf="namens",
        automatic="Automatisch antwoord|Afwezigheidsbericht|Afwezig|Niet aanwezig|Afwezigheidsmelding",
    ),
)
