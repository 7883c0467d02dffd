"""French, Spanish, Italian, Portuguese, Romanian, Catalan."""

from crmbot.mail.forwarded.languages.language import Language

ROWS = (
    Language(
        "fr",
        sender="De|Expéditeur|De la part de",
        to="À|A|Pour|Destinataire|Destinataires",
        cc="Cc|Copie à|Copie",
        date="Date|Envoyé|Envoyé le|Envoyée|Date d'envoi|Envoyé de",
        subject="Objet|Sujet",
        other="Répondre à|Importance|Pièces jointes|Cci|Pièce jointe|Copie cachée|Réponse à",
        forwarded="Message transféré|Début du message réexpédié|Début du message transféré|Message transmis|"
        "Mail transféré|Message réexpédié|Message forwardé|E-mail transféré|Courriel transféré|"
        "Transféré par|Début du message suivi",
        original="Message d'origine|Message original|Message initial|Mail original|Message d\u2019origine|"
        "E-mail d'origine|Rendez-vous d'origine|Courriel original",
        forward_prefix="TR|Tr|Transf|Transféré|Réexp",
        reply_prefix="RE|Rép|Réf|Réponse",
        wrote="Le … a écrit|Le … a écrit …|… a écrit le …|Le … écrit|En date de … a écrit",
        mobile="Envoyé de mon …|Envoyé depuis mon …|Envoyé depuis …|Envoyé à partir de …|Envoyé avec …|"
        "Envoyé via …|Obtenir Outlook pour …|Télécharger Outlook pour …|Provenance : Courrier pour …",
        closing="Cordialement|Bien cordialement|Bien à vous|Bien à toi|Sincères salutations|Meilleures salutations|"
        "Merci|Merci d'avance|Salutations|Très cordialement|Cdt|Cdlt|Bonne journée|Amicalement|"
        "Salutations distinguées|Avec mes meilleures salutations|Belle journée|Bien sincèrement",
        behalf="de la part de|au nom de",
        automatic="Réponse automatique|Absence du bureau|Message d'absence|Absent|Absence|"
        "Réponse automatique d'absence|Je suis absent",
    ),
    Language(
        "es",
        sender="De|Remitente",
        to="Para|A|Destinatario",
        cc="Cc|Con copia|Copia",
        date="Fecha|Enviado|Enviado el|Enviados|Fecha de envío|Enviada|Enviado a las",
        subject="Asunto",
        other="Responder a|Importancia|Datos adjuntos|Cco|Archivos adjuntos|Prioridad|CCO",
        forwarded="Mensaje reenviado|Inicio del mensaje reenviado|Correo reenviado|Mensaje remitido|"
        "Comienzo del mensaje reenviado|Reenviado por",
        original="Mensaje original|Correo original|Mensaje de origen|Cita original",
        forward_prefix="RV|Rv|Reenv|Renv|REENVIADO",
        reply_prefix="Re|Resp|Rta|Respuesta",
        wrote="El … escribió|… escribió|El … escribió …|… escribió el …|El … ha escrito|En … escribió|Citando a …",
        mobile="Enviado desde mi …|Enviado desde …|Enviado con …|Enviado vía …|Obtener Outlook para …|"
        "Enviado mediante …",
        closing="Saludos|Un saludo|Saludos cordiales|Atentamente|Cordialmente|Saludos cordiales y gracias|"
        "Muchas gracias|Gracias|Un cordial saludo|Un abrazo|Quedo atento|Quedo atenta|Cordial saludo|"
        "Atte|Le saluda atentamente|Reciba un cordial saludo",
        behalf="en nombre de|de parte de",
        automatic="Respuesta automática|Fuera de la oficina|Fuera de oficina|Ausente|Ausencia|"
        "Respuesta automatica|Contestación automática",
    ),
    Language(
        "it",
        sender="Da|Mittente|Per conto di",
        to="A|Destinatario|Per",
        cc="Cc|Copia|Conoscenza",
        date="Data|Inviato|Inviato il|Inviata|Data invio",
        subject="Oggetto",
        other="Rispondi a|Priorità|Allegati|Ccn|Importanza",
        forwarded="Messaggio inoltrato|Inizio messaggio inoltrato|Inizio del messaggio inoltrato|"
        "Messaggio inoltrato da|Email inoltrata|Inoltrato da",
        original="Messaggio originale|Messaggio Originale|Messaggio originario|Appuntamento originale",
        forward_prefix="I|Inoltra|Inoltro",
        reply_prefix="R|Rif|Risp|RIF|Ris",
        wrote="Il … ha scritto|Il giorno … ha scritto|In data … ha scritto|Il … ha scritto …|"
        "… ha scritto il …|Quoting …",
        mobile="Inviato da …|Inviato dal mio …|Inviato con …|Inviato tramite …|Ottieni Outlook per …|"
        "Scarica Outlook per …",
        closing="Cordiali saluti|Distinti saluti|Saluti|Un saluto|Un cordiale saluto|Cordialmente|Grazie|"
        "Grazie mille|Buona giornata|Con i migliori saluti|I migliori saluti|Resto a disposizione|A presto|"
        "Grazie e cordiali saluti|Cari saluti",
        behalf="per conto di|a nome di",
        automatic="Risposta automatica|Fuori sede|Fuori ufficio|Assente|Assenza",
    ),
    Language(
        "pt",
        sender="De|Remetente",
        to="Para|Destinatário",
        cc="Cc|Com cópia|Cópia",
        date="Data|Enviado|Enviada|Enviada em|Enviado em|Data de envio|Enviado a",
        subject="Assunto",
        other="Responder a|Responder para|Importância|Anexos|Cco|Bcc|Prioridade",
        forwarded="Mensagem encaminhada|Mensagem reencaminhada|Início da mensagem reencaminhada|"
        "Início da mensagem encaminhada|Mensagem reenviada|Email encaminhado|Encaminhado por",
        original="Mensagem original|Mensagem Original|E-mail original|Compromisso original",
        forward_prefix="ENC|Enc|Encam|RES ENC|Reenc|ENCAMINHADA",
        reply_prefix="RES|Res|Resp",
        wrote="Em … escreveu|Em … escreveu …|… escreveu no dia …|… escreveu em …|A … escreveu|No dia … escreveu|"
        "Citando …",
        mobile="Enviado do meu …|Enviado a partir do meu …|Enviado de …|Enviado via …|Enviado do …|"
        "Obter o Outlook para …|Obtenha o Outlook para …|Enviado com …",
        closing="Atenciosamente|Cumprimentos|Com os melhores cumprimentos|Melhores cumprimentos|Abraço|Abraços|"
        "Obrigado|Obrigada|Att|Cordialmente|Saudações|Um abraço|Muito obrigado|Muito obrigada|"
        "Com os meus cumprimentos|Grato|Grata",
        behalf="em nome de|por parte de",
        automatic="Resposta automática|Ausência temporária|Fora do escritório|Ausente|Resposta automatica",
    ),
    Language(
        "ro",
        sender="De la|Expeditor|Expeditorul",
        to="Către|Destinatarul|Catre|Pentru",
        cc="Cc|Copie",
        date="Dată|Data|Trimis|Data trimiterii",
        subject="Subiect|Subiectul",
        other="Răspuns către|Prioritate|Atașări",
        forwarded="Mesaj redirecționat|Începe mesajul redirecționat|Mesaj redirectionat|Mesaj transmis",
        original="Mesaj original|Mesajul original|Mesaj inițial",
        forward_prefix="Redir|Redirecționat",
        reply_prefix="Răsp|RĂSP",
        wrote="Pe … a scris|În … a scris|La … a scris|… a scris în …",
        mobile="Trimis de pe …|Trimis din …|Obțineți Outlook pentru …",
        closing="Cu stimă|Cu respect|Toate cele bune|Mulțumesc|O zi bună|Numai bine|Cu bine|Salutări",
        behalf="în numele",
        automatic="Răspuns automat|În afara biroului",
    ),
    Language(
        "ca",
        sender="De|Remitent",
        to="Per a|A|Destinatari",
        cc="Cc|Còpia",
        date="Data|Enviat|Enviat el",
        subject="Assumpte|Tema",
        forwarded="Missatge reenviat|Inici del missatge reenviat",
        original="Missatge original",
        forward_prefix="Rv",
        wrote="El … va escriure|Missatge de …",
        mobile="Enviat des del meu …|Enviat des de …",
        closing="Salutacions|Cordialment|Atentament|Una salutació|Gràcies",
        behalf="en nom de",
        automatic="Resposta automàtica",
    ),
)
