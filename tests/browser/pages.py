"""The plain host page that most browser tests put the box on."""

_PLAIN = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Intranett</title>
<meta name="viewport" content="width=device-width">
<script type="module" src="/widget/v1/kilde-svar.js"></script>
<main><h1>Intranett</h1>
<kilde-svar {attributes}>
<form action="/" role="search"><label>Søk <input type="search" name="q"></label><button>Søk</button></form>
</kilde-svar></main></html>"""


def plain(lang: str = "nb", attributes: str = "") -> str:
    """Returns a page that has nothing but a heading and a box."""
    return _PLAIN.format(lang=lang, attributes=attributes)
