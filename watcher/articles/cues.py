"""Phrases, folded, by which pages of any site announce what is not the article; French and English."""

import re
from typing import Final


def _any(*phrases: str, start: str = "", end: str = "") -> re.Pattern[str]:
    return re.compile(f"{start}(?:{'|'.join(phrases)}){end}")


_NETWORKS: Final = (
    "facebook|twitter|x|linkedin|whatsapp|telegram|pinterest|reddit|tumblr|messenger|bluesky|mastodon"
    "|threads|instagram|flipboard|pocket|e-?mail|mail|imprimer|print|copier le lien|copy link|rss"
)

# A whole line that is page furniture, wherever it stands.
LINE: Final = _any(
    r"(?:temps de lecture|lecture|duree|reading time)? ?:? ?\d{1,3} ?(?:min|mn|minutes?)\.?"
    r"(?: de lecture| read)?",
    r"[\d ]+(?:commentaires?|partages?|vues?|reactions?|avis|comments?|shares?|views?|likes?)?",
    rf"(?:(?:partager?|partagez|share|suivre|suivez-nous|tweeter|tweet|envoyer)(?: (?:sur|par|on|via|cet"
    rf" article|this|l'article))*[ :]*)?(?:(?:{_NETWORKS})[ ,|/•·]*)+",
    r"(?:partager|partagez|share)(?: (?:cet article|l'article|this article|this))?(?: (?:sur|on))? ?[:!.]?",
    r"[^.!?;]{1,60} logo",
    r"(?:credits?|photos?|images?|illustrations?|copyright|visuel|legende)(?: photos?| images?)? ?[:©] ?.{1,120}",
    r"[(\[]?(?:©|\(c\) |credits? (?:photo|image)).{1,120}",
    r"(?:sources?|via) ?: ?[^.!?]{1,60}|source(?!s?\b)\w+(?: \w+)?",  # "SOURCEGazette": its markup went
    r"(?:tags?|mots[- ]cles?|etiquettes?|categories?|rubriques?|keywords|filed under) ?:.{1,200}",
    r"(?:accueil|home)(?: ?[>›»/|•] ?[^.!?]{1,80})+",
    r"[^.!?>›»]{1,40}(?: [>›»] [^.!?>›»]{1,80}){2,}",
    r"(?:publicite|annonce|advertisement|sponsorise|sponsored|contenu sponsorise)[ .:]*",
    r"(?:(?:lire|voir|afficher) (?:la suite|plus|davantage)|read more)(?: [^.!?]{1,80})?[.… >»→]*",
    r"(?:passer|fermer|skip|close) (?:la publicite|l'annonce|this ad|ad|advertisement)",
    r"(?:tous les articles|voir tous les articles|all articles|haut de page|retour en haut)[ .>»]*",
    r"(?:l'article|cet article|the post) .{1,250} (?:est apparu en premier sur|appeared first on"
    r"|first appeared on) .{1,80}",
)

# Anywhere in a short line: the page speaks of itself.
PAGE_SPEAKS: Final = _any(
    r"\babonnez[- ]vous\b.{0,80}\b(?:newsletter|chaine|compte|page|infolettre|youtube|magazine|journal)",
    r"\binscrivez[- ]vous\b.{0,60}\b(?:newsletter|infolettre|lettre)",
    r"\b(?:suivez|retrouvez|rejoignez)[- ](?:nous|-nous)?\b.{0,40}\b(?:sur|on) (?:facebook|twitter|x\b|google|"
    r"instagram|youtube|whatsapp|telegram|linkedin|discord)",
    r"\bsuivez\b.{0,60}\bgoogle (?:actualites|news)\b|\bpour ne rien (?:rater|manquer|louper)\b",
    r"\b(?:article|contenu) (?:est )?reserve aux abonnes\b",
    r"\bil vous reste \d+ ?% de (?:cet|l')",
    r"\bdeja abonne ?\??.{0,20}\b(?:connectez|identifiez)",
    r"\bliens? (?:d'affiliation|affilies?)\b",
    r"\b(?:en savoir plus|utilise des|acceptez les|accepter les) cookies\b",
    r"\bsigne[zr] une erreur\b|\bsignaler (?:une|cette) (?:erreur|faute)\b",
    r"\bvotre adresse e-?mail ne sera pas publiee\b|\benregistrer mon nom\b",
    r"\bsubscribe to (?:our|the)\b.{0,40}\b(?:newsletter|channel)|\bsign up for (?:our|the)\b|\bfollow us on\b",
)

# Opens a list of other articles: the lines below it go, until prose resumes.
ASIDE: Final = _any(
    r"(?:a )?(?:lire|relire|voir|ecouter|decouvrir|regarder|consulter)[ ,]+(?:aussi|egalement|ensuite|encore)",
    r"(?:lisez|voyez|decouvrez|consultez|regardez)[ -]+(?:aussi|egalement)",
    r"sur le meme (?:sujet|theme)|dans la meme (?:rubrique|categorie|serie)",
    r"(?:nos )?articles? (?:en rapport|lies?|similaires?|connexes?|associes?|recommandes?|relies?)",
    r"(?:ces|les|d'autres|nos) (?:articles|contenus|sujets)\b.{0,40}\bvous interess?er",
    r"(?:cela|ca|cet article) (?:peut|pourrait|devrait) (?:aussi |egalement )?vous interess?er",
    r"vous aimerez (?:aussi|peut-etre)",
    r"(?:a|plus) (?:ne pas manquer|d'articles|sur ce sujet)",
    r"(?:les )?(?:articles )?(?:les )?plus (?:lus|populaires|commentes|partages)",
    r"recommandes? pour vous|related (?:articles?|posts?|stories|content|news)",
    r"(?:read|see|watch) (?:also|next)|you (?:may|might) also (?:like|enjoy)",
    r"(?:most|more) (?:read|popular|from|stories)",
    r"recommended (?:for you|reading|articles|stories)",
    start=r"(?:[•▶►→>*-] ?)?",
    end=r"\b",
)
ASIDE_REST: Final = 4  # words after the phrase, beyond which the line is the other article itself

# Opens what follows every article: nothing below it is the article.
END: Final = _any(
    r"(?:laisse[rz]|poste[rz]|ajoute[rz]|ecri(?:re|vez)|publie[rz]) (?:un|votre|une) (?:commentaire|reponse|avis).{0,30}",
    r"(?:\d+ |les |vos |fils? (?:des|de) )?commentaires?(?: \(?\d+\)?| recents| des lecteurs)?[ :]*",
    r"(?:reagir|reagissez|commenter|commentez)(?: a)?(?: (?:cet|l')? ?article)?[ !:.]*",
    r"(?:leave|post|add) a (?:comment|reply).{0,20}|(?:\d+ )?comments?(?: \(?\d+\)?)?[ :]*",
    r"(?:les |nos )?derni(?:ers|eres) (?:articles|actus|actualites|news|infos|informations|publications|billets)"
    r"(?: [^.!?]{1,60})?[ :]*",
    r"(?:latest|recent) (?:articles|news|posts|stories)[ :]*",
    r"a propos de l'auteure?|about the author",
    r"signaler une (?:erreur|faute).{0,40}",
)

# A page that says, under any status code, that there is no such article.
MISSING: Final = re.compile(
    r"\b(?:page|article|contenu|document)(?: demandee?| recherchee?)? (?:est |n'est pas |non )?"
    r"(?:introuvable|inexistante?|trouvee?|indisponible|disponible)\b"
    r"|\bn'existe (?:pas|plus)\b|\bno longer (?:exists?|available)\b"
    r"|\b(?:page|article|document|content) (?:was |is |could )?not (?:be )?(?:found|available)\b"
    r"|^(?:erreur |error )?40[34]\b|^(?:oups|not found)\b|\b(?:erreur|error) 40[34]\b"
)
