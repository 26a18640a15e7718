"""How mail programs mark what they quote, forward and add, in the languages of players.

Words as Gmail, Apple Mail, Outlook on desktops and phones, Outlook.com, Yahoo, Thunderbird, mail.ru do.
"""

from typing import NamedTuple


class Mark(NamedTuple):
    """The lines that introduce a quotation: the first, and the one after the last."""

    start: int
    end: int


FROM_LABELS = ("from", "de", "od", "nadawca", "от", "от кого", "отправитель", "von", "da", "från")
OTHER_LABELS = (
    *("sent", "to", "subject", "date", "cc", "bcc", "reply-to", "importance", "attachments", "organization"),
    *("envoyé", "envoyé le", "à", "a", "objet", "sujet", "pour", "pièces jointes", "répondre à"),
    *("wysłano", "wysłane", "data", "do", "temat", "dw", "odpowiedz do", "adresat"),
    *("отправлено", "дата", "кому", "тема", "копия"),
    *("gesendet", "datum", "an", "betreff", "kopie", "antwort an"),
    *("enviado", "enviado el", "fecha", "para", "asunto"),
    *("inviato", "oggetto", "ogg"),
    *("enviada", "enviado em", "enviada em", "assunto"),
    *("skickat", "till", "ämne", "kopia", "kopia till"),
)

WROTE = (
    *("wrote", "a écrit", "napisał", "napisała", "napisał(a)", "pisze", "написал", "написала", "написал(а)"),
    *("пишет", "schrieb", "schreibt", "escribió", "ha scritto", "scrive", "escreveu", "skrev", "schreef"),
)
# How such a line begins, where a mail program broke it in two.
BEGINS = ("on", "am", "le", "el", "il", "il giorno", "em", "no dia", "den", "dnia", "w dniu", "op")

ORIGINAL = (
    *("original message", "message d'origine", "message original", "wiadomość oryginalna"),
    *("oryginalna wiadomość", "исходное сообщение", "ursprüngliche nachricht", "originalnachricht"),
    *("mensaje original", "messaggio originale", "mensagem original", "ursprungligt meddelande"),
    *("originalmeddelande", "original-nachricht"),
)
FORWARDED = (
    *("forwarded message", "begin forwarded message", "message transféré", "début du message transféré"),
    *("début du message réexpédié", "wiadomość przekazana dalej", "przekazana wiadomość", "treść przekazana"),
    *("początek przekazywanej wiadomości", "пересылаемое сообщение", "пересланное сообщение"),
    *(
        "начало переадресованного сообщения",
        "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht",
    ),
    *("anfang der weitergeleiteten e-mail", "mensaje reenviado", "inicio del mensaje reenviado"),
    *("messaggio inoltrato", "inizio messaggio inoltrato", "mensagem reencaminhada", "mensagem encaminhada"),
    *("início da mensagem reencaminhada", "vidarebefordrat meddelande", "vidarebefordrat brev"),
)

SENT_FROM = (
    *("sent from", "sent via", "sent using", "get outlook for", "sent with"),
    *("envoyé de mon", "envoyé depuis", "envoyé à partir", "envoyé avec", "obtenir outlook pour"),
    *("télécharger outlook pour", "wysłane z", "wysłano z", "wysłane przez", "pobierz program outlook dla"),
    *("pobierz outlook dla", "отправлено с", "отправлено из", "отправлено через", "скачать outlook для"),
    *(
        "получить outlook для",
        "von meinem",
        "gesendet von",
        "gesendet mit",
        "gesendet über",
        "holen sie sich outlook",
    ),
    *(
        "outlook für",
        "enviado desde",
        "obtener outlook para",
        "inviato da",
        "inviato dal",
        "scarica outlook per",
    ),
    *("ottieni outlook per", "enviado do", "enviado a partir", "enviado de", "obter o outlook para"),
    *("skickat från", "skickades från", "skickat via", "hämta outlook för", "skaffa outlook för"),
)
