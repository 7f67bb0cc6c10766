"""Splits text into sentences, in Norwegian and English: abbreviations, ordinals, initials, quotations; pure."""

import re

_END = re.compile(r"[.!?…]+[\"”»’')\]¹²³⁴⁵⁶⁷⁸⁹⁰]*(?=\s)")
_BEFORE_END = re.compile(r"(\S+?)[.!?…]+[\"”»’')\]¹²³⁴⁵⁶⁷⁸⁹⁰]*$")
_ABBREVIATIONS = frozenset(
    # Norwegian, both forms
    "adm adr alm anm ang art avd bd bl bl.a c.a ca chr d.d d.e dept dir div d.v.s dvs e.kr e.l el eks ekskl evt f.eks "
    "f.kr f.o.m fork forts gj.sn gl gnr hhv htm inkl ing innb int iht istf jf jfr jr kap kgl kl komm kr kst lnr m.a "
    "m.a.o m.fl m.h.t m.m m.v maks mfl mht min mill mnd moh mrd mv n.o o.a o.l off ofl osb osv pga pgf pkt prof pst "
    "red ref rev s.k s.u sen sivilark sign sms spm st stk str t.d t.o.m tab tidl tlf t.h ti tir to tsk ty ult und "
    "utg v/h vedk vedr vg vgs vha vol årg "
    # English
    "approx assoc bros capt co col corp cf ch dr e.g ed eds esp est et.al etc fig figs gen gov i.e inc incl jan feb "
    "mar apr jun jul aug sep sept oct nov dec lt ltd messrs mr mrs ms mt no nos nr op p pp p.a ph.d prof rep resp rev "
    "sec sen sr st supt univ u.k u.s v viz vs "
    "a.m p.m".split()
)
_OPENS_SENTENCE = re.compile(r"[\"“”«»‘’'(\[–—-]*\s?[^\W_a-zæøå]")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of one block of text, in order; blanks between them belong to none.

    A full stop ends no sentence after an abbreviation ("bl.a.", "approx."), an initial ("J. Chr. Vestre"), or an
    ordinal before a lower-case word ("17. mai"). A remark in parentheses after a full stop belongs to the
    sentence before it. Empty or blank text gives no spans.
    """
    spans: list[tuple[int, int]] = []
    start = _skip_blank(text, 0)
    for match in _END.finditer(text):
        following = _skip_blank(text, match.end())
        if following < len(text) and not _is_boundary(text[start : match.end()], text[following:]):
            continue
        spans.append((start, match.end()))
        start = following
    if start < len(text.rstrip()):
        spans.append((start, len(text.rstrip())))
    return _attach_remarks(text, spans)


def _is_boundary(before: str, after: str) -> bool:
    if not _OPENS_SENTENCE.match(after):
        return False
    if not before.rstrip("\"”»’')]").endswith("."):
        return True
    match = _BEFORE_END.search(before)
    word = match[1].lstrip('("“«') if match else ""
    if len(word) == 1 and word.isalpha() and word.isupper():
        return False
    if word.isdigit() and len(word) <= 2 and not after[0].isupper():
        return False
    return word.casefold() not in _ABBREVIATIONS


def _attach_remarks(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    attached: list[tuple[int, int]] = []
    for start, end in spans:
        if attached and text[start] == "(" and text[end - 1] == ")" and ")" not in text[start : end - 1]:
            attached[-1] = (attached[-1][0], end)
        else:
            attached.append((start, end))
    return attached


def _skip_blank(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
