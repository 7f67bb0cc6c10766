"""The words of our own pages in bokmål, nynorsk and English, and which of them a reader gets."""

from typing import Literal

PageLanguage = Literal["nb", "nn", "en"]

LANGUAGES: tuple[PageLanguage, ...] = ("nb", "nn", "en")

_PHRASES: dict[str, tuple[str, str, str]] = {
    "tagline": ("et svar med kilde", "eit svar med kjelde", "an answer with its source"),
    "language": ("Språk", "Språk", "Language"),
    "skip": ("Hopp til innholdet", "Hopp til innhaldet", "Skip to content"),
    "heading": ("Spør dokumentene", "Spør dokumenta", "Ask the documents"),
    "lead": (
        "Spør på norsk eller engelsk. Svaret er en setning fra dokumentene, ord for ord, med kilden ved siden av.",
        "Spør på norsk eller engelsk. Svaret er ei setning frå dokumenta, ord for ord, med kjelda ved sida av.",
        "Ask in Norwegian or English. The answer is a sentence from the documents, word for word, with its source.",
    ),
    "label": ("Still et spørsmål", "Still eit spørsmål", "Ask a question"),
    "submit": ("Søk", "Søk", "Search"),
    "answer": ("Svar", "Svar", "Answer"),
    "source": ("Kilde", "Kjelde", "Source"),
    "in_en": ("Kilden er på engelsk", "Kjelda er på engelsk", "The source is in English"),
    "in_no": ("Kilden er på norsk", "Kjelda er på norsk", "The source is in Norwegian"),
    "none": (
        "Fant ikke noe sikkert svar i dokumentene.",
        "Fann ikkje noko sikkert svar i dokumenta.",
        "No reliable answer found in the documents.",
    ),
    "maybe": ("Dette kan være nyttig", "Dette kan vere nyttig", "This may be useful"),
    "more": ("Flere treff", "Fleire treff", "More hits"),
    "help": ("Kontakt oss", "Kontakt oss", "Contact us"),
    "rejected": (
        "Skriv et spørsmål med ord, høyst 500 tegn.",
        "Skriv eit spørsmål med ord, høgst 500 teikn.",
        "Write a question with words, at most 500 characters.",
    ),
    "examples": ("Andre har spurt", "Andre har spurt", "Others have asked"),
    "documents": ("Dette kan du spørre i", "Dette kan du spørje i", "What you can ask in"),
    "embed": (
        "Sett søkeboksen på din egen side",
        "Set søkjeboksen på di eiga side",
        "Put the search box on your own page",
    ),
    "embed_lead": (
        "Lim inn dette der boksen skal stå. Siden må stå på listen over tillatte opphav, se dokumentasjonen.",
        "Lim inn dette der boksen skal stå. Sida må stå på lista over tillatne opphav, sjå dokumentasjonen.",
        "Paste this where the box should be. The site must be on the list of allowed origins, see the documentation.",
    ),
    "pinned": (
        "Lås versjonen med fingeravtrykk (SRI)",
        "Lås versjonen med fingeravtrykk (SRI)",
        "Pin the version by its fingerprint (SRI)",
    ),
    "theme": ("Tema", "Tema", "Theme"),
    "theme_page": ("som siden", "som sida", "as the page"),
    "theme_light": ("lyst", "lyst", "light"),
    "theme_dark": ("mørkt", "mørkt", "dark"),
    "accent": ("Farge", "Farge", "Colour"),
    "html": ("HTML til siden din", "HTML til sida di", "HTML for your page"),
    "preview": ("Slik blir den", "Slik blir han", "How it looks"),
    "copy_html": ("Kopier", "Kopier", "Copy"),
    "copied": ("Kopiert", "Kopiert", "Copied"),
    "contents": ("Innhold", "Innhald", "Contents"),
    "to_passage": ("Til det siterte stedet", "Til den siterte staden", "To the cited passage"),
    "cited": ("Sitert", "Sitert", "Cited"),
    "back": ("Still et nytt spørsmål", "Still eit nytt spørsmål", "Ask another question"),
    "api": ("Programmeringsgrensesnitt", "Programmeringsgrensesnitt", "Programming interface"),
    "nb": ("bokmål", "bokmål", "Norwegian Bokmål"),
    "nn": ("nynorsk", "nynorsk", "Norwegian Nynorsk"),
    "en": ("engelsk", "engelsk", "English"),
    "und": ("", "", ""),
}


def phrases(language: PageLanguage) -> dict[str, str]:
    """All words of the pages in one language."""
    place = LANGUAGES.index(language)
    return {key: words[place] for key, words in _PHRASES.items()}


def page_language(asked: str | None, accepted: str) -> PageLanguage:
    """The language to show: what was asked for, else the first of `Accept-Language` that we have, else bokmål."""
    ranked = sorted((_weighted(part) for part in accepted.split(",")), key=lambda pair: -pair[1])
    for tag in [asked or "", *(tag for tag, _ in ranked)]:
        match tag.strip().casefold().split("-")[0]:
            case "nb" | "no":
                return "nb"
            case "nn":
                return "nn"
            case "en":
                return "en"
    return "nb"


def _weighted(part: str) -> tuple[str, float]:
    tag, _, weight = part.partition(";q=")
    try:
        return tag, float(weight) if weight else 1.0
    except ValueError:
        return tag, 0.0
