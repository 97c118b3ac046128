"""
Phrases by which pages announce what is not the article, French and English.

All are matched on folded text: lower case, no accents, plain apostrophes. Add a phrase where a page of
any site shows it; never one that only a single article has.
"""

import re
from typing import Final

_MONTHS: Final = (
    "janv(?:ier)?|fevr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept?(?:embre)?|oct(?:obre)?"
    "|nov(?:embre)?|dec(?:embre)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    "|aug(?:ust)?|october|november|december"
)
_DAYS: Final = (
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    "|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
_DATE: Final = (
    rf"(?:(?:{_DAYS}),? )?(?:le )?(?:\d{{1,2}}(?:er)? (?:{_MONTHS})\.?,? \d{{4}}"
    rf"|(?:{_MONTHS})\.? \d{{1,2}},? \d{{4}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d\d-\d\d)"
)
_TIME: Final = r"\d{1,2} ?(?:h|:) ?\d\d(?: ?(?:am|pm|cet|cest|utc|gmt))?"
_UNITS: Final = "seconde?s?|minutes?|mins?|heures?|hours?|h|jours?|days?|semaines?|weeks?|mois|months?|ans?|years?"
_RELATIVE: Final = rf"(?:il y a (?:environ )?\d+ (?:{_UNITS})|\d+ (?:{_UNITS}) ago|hier|yesterday)"
_WHEN: Final = (
    r"(?:(?:publie|mis a jour|mise a jour|modifie|poste|cree|published|updated|posted|last updated)"
    rf"[ :]*(?:le |on )?)?(?:{_DATE}|{_RELATIVE})(?:[ ,•·|a@/–-]|\bat\b)*(?:{_TIME})?"
)
_NETWORKS: Final = (
    "facebook|twitter|x|linkedin|whatsapp|telegram|pinterest|reddit|tumblr|messenger|bluesky|mastodon"
    "|threads|instagram|flipboard|pocket|e-?mail|mail|imprimer|print|copier le lien|copy link|rss"
)

# A whole line that is page furniture, wherever it stands.
LINE: Final = re.compile(
    "|".join(
        (
            rf"(?:{_WHEN})(?:[ ,•·|/–-]+(?:{_WHEN}))*",
            r"(?:temps de lecture|lecture|duree|reading time)? ?:? ?\d{1,3} ?(?:min|mn|minutes?)\.?"
            r"(?: de lecture| read)?",
            r"[\d ]+(?:commentaires?|partages?|vues?|reactions?|avis|comments?|shares?|views?|likes?)?",
            rf"(?:(?:partager?|partagez|share|suivre|suivez-nous|tweeter|tweet|envoyer)(?: (?:sur|par|on|via|cet"
            rf" article|this|l'article))*[ :]*)?(?:(?:{_NETWORKS})[ ,|/•·]*)+",
            r"(?:partager|partagez|share)(?: (?:cet article|l'article|this article|this))?(?: (?:sur|on))? ?[:!.]?",
            r"[^.!?;]{1,60} logo",
            r"(?:credits?|photos?|images?|illustrations?|copyright|visuel|legende)(?: photos?| images?)? ?[:©] ?.{1,120}",
            r"[(\[]?(?:©|\(c\) |credits? (?:photo|image)).{1,120}",
            r"(?:sources?|via) ?: ?[^.!?]{1,60}",
            r"(?:tags?|mots[- ]cles?|etiquettes?|categories?|rubriques?|keywords|filed under) ?:.{1,200}",
            r"(?:accueil|home)(?: ?[>›»/|•] ?[^.!?]{1,80})+",
            r"[^.!?>›»]{1,40}(?: [>›»] [^.!?>›»]{1,80}){2,}",
            r"(?:publicite|annonce|advertisement|sponsorise|sponsored|contenu sponsorise)[ .:]*",
            r"(?:lire|voir|afficher|charger) (?:la suite|plus|davantage)(?: [^.!?]{1,80})?[.… >»→]*",
            r"(?:read more|continue reading|learn more)(?: [^.!?]{1,80})?[.… >»→]*",
            r"(?:passer|fermer|skip|close) (?:la publicite|l'annonce|this ad|ad|advertisement)",
            r"(?:tous les articles|voir tous les articles|all articles|haut de page|retour en haut)[ .>»]*",
            r"l'article .{1,250} est apparu en premier sur .{1,80}",
            r"cet article .{1,250} est apparu en premier sur .{1,80}",
            r"the post .{1,250} (?:appeared first on|first appeared on) .{1,80}",
        )
    )
)

# Anywhere in a short line: the page speaks of itself.
PAGE_SPEAKS: Final = re.compile(
    "|".join(
        (
            r"\babonnez[- ]vous\b.{0,80}\b(?:newsletter|chaine|compte|page|infolettre|youtube|magazine|journal)",
            r"\binscrivez[- ]vous\b.{0,60}\b(?:newsletter|infolettre|lettre)",
            r"\b(?:suivez|retrouvez|rejoignez)[- ](?:nous|-nous)?\b.{0,40}\b(?:sur|on) (?:facebook|twitter|x\b|google|"
            r"instagram|youtube|whatsapp|telegram|linkedin|discord)",
            r"\bgoogle (?:actualites|news)\b.{0,40}\bsuivez\b|\bsuivez\b.{0,60}\bgoogle (?:actualites|news)\b",
            r"\bpour ne rien (?:rater|manquer|louper)\b",
            r"\b(?:article|contenu) (?:est )?reserve aux abonnes\b",
            r"\bil vous reste \d+ ?% de (?:cet|l')",
            r"\bdeja abonne ?\??.{0,20}\b(?:connectez|identifiez)",
            r"\bliens? (?:d'affiliation|affilies?)\b",
            r"\b(?:en savoir plus|utilise des|acceptez les|accepter les) cookies\b",
            r"\bsigne[zr] une erreur\b|\bsignaler (?:une|cette) (?:erreur|faute)\b",
            r"\bvotre adresse e-?mail ne sera pas publiee\b",
            r"\bsauvegarder mon (?:pseudo|nom)\b|\benregistrer mon nom\b",
            r"\btelechargez (?:notre|l')appli",
            r"\bsubscribe to (?:our|the)\b.{0,40}\b(?:newsletter|channel)|\bsign up for (?:our|the)\b",
            r"\bfollow us on\b",
        )
    )
)
PAGE_SPEAKS_WORDS: Final = 40

# Opens a list of other articles: the lines below it go, until prose resumes.
ASIDE: Final = re.compile(
    r"(?:[•▶►→>*-] ?)?(?:"
    + "|".join(
        (
            r"(?:a )?(?:lire|relire|voir|ecouter|decouvrir|regarder|consulter)[ ,]+(?:aussi|egalement|ensuite|encore)",
            r"(?:lisez|voyez|decouvrez|consultez|regardez)[ -]+(?:aussi|egalement)",
            r"sur le meme (?:sujet|theme)",
            r"(?:dans|de) la meme (?:rubrique|categorie|serie)",
            r"(?:nos )?articles? (?:lies?|similaires?|connexes?|associes?|recommandes?|relies?)",
            r"(?:ces|les|d'autres|nos) (?:articles|contenus|sujets)\b.{0,40}\bvous interess?er",
            r"(?:cela|ca|cet article) (?:peut|pourrait|devrait) (?:aussi |egalement )?vous interess?er",
            r"vous aimerez (?:aussi|peut-etre)",
            r"(?:a|plus) (?:ne pas manquer|d'articles|sur ce sujet)",
            r"(?:les )?(?:articles )?(?:les )?plus (?:lus|populaires|commentes|partages)",
            r"recommandes? pour vous",
            r"related (?:articles?|posts?|stories|content|news)",
            r"(?:read|see|watch) (?:also|next)",
            r"(?:you may|you might) also (?:like|enjoy)",
            r"(?:most|more) (?:read|popular|from|stories)",
            r"recommended (?:for you|reading|articles|stories)",
        )
    )
    + r")\b"
)
ASIDE_REST: Final = 4  # words after the phrase, beyond which the line is the other article itself

# Opens what follows every article: nothing below it is the article.
END: Final = re.compile(
    "|".join(
        (
            r"(?:laisse[rz]|poste[rz]|ajoute[rz]|ecri(?:re|vez)|publie[rz]) (?:un|votre|une) (?:commentaire|reponse|avis).{0,30}",
            r"(?:\d+ |les |vos |fils? (?:des|de) )?commentaires?(?: \(?\d+\)?| recents| des lecteurs)?[ :]*",
            r"(?:reagir|reagissez|commenter|commentez)(?: a)?(?: (?:cet|l')? ?article)?[ !:.]*",
            r"(?:leave|post|add) a (?:comment|reply).{0,20}",
            r"(?:\d+ )?(?:comments?|responses|replies)(?: \(?\d+\)?)?[ :]*",
            r"(?:les |nos )?derni(?:ers|eres) (?:articles|actus|actualites|news|infos|informations|publications|billets)"
            r"(?: [^.!?]{1,60})?[ :]*",
            r"(?:latest|recent) (?:articles|news|posts|stories)[ :]*",
            r"a propos de l'auteure?|about the author",
            r"signaler une (?:erreur|faute).{0,40}",
        )
    )
)

# Opens a line that names its author; what follows must look like a name.
BYLINE: Final = re.compile(
    r"(?:par|by|publie par|ecrit par|redige par|propos recueillis par|written by|posted by|auteure? :)\s+"
)

# A page that says, under any status code, that there is no such article.
MISSING: Final = re.compile(
    r"\b(?:page|article|contenu|document)(?: demandee?| recherchee?)? (?:est |n'est pas |non )?"
    r"(?:introuvable|inexistante?|trouvee?|indisponible|disponible)\b"
    r"|\bn'existe (?:pas|plus)\b|\bno longer (?:exists?|available)\b"
    r"|\b(?:page|article|document|content) (?:was |is |could )?not (?:be )?(?:found|available)\b"
    r"|^(?:erreur |error )?40[34]\b|^(?:oups|not found)\b|\b(?:erreur|error) 40[34]\b"
)
