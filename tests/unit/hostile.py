"""Hostile texts: what a name, a tag or a file name may hold that a terminal or markup would act on."""

from __future__ import annotations

ESC = "\x1b"
HOSTILE: dict[str, str] = {
    "clear screen": f"{ESC}[2J{ESC}[H",
    "colour": f"{ESC}[31mred{ESC}[0m",
    "title": f"{ESC}]0;owned\x07",
    "clipboard": f"{ESC}]52;c;cm0gLXJmIC8=\x07",
    "link": f"{ESC}]8;;http://evil.example\x1b\\click{ESC}]8;;{ESC}\\",
    "device query": f"{ESC}[6n{ESC}[c{ESC}Z",
    "eight-bit csi": "\x9b31m\x9d0;t\x9c",
    "dcs and apc": f"{ESC}P+q544e{ESC}\\{ESC}_G{ESC}\\",
    "bell and backspaces": "a\x07\x08\x08\x08b",
    "carriage return": "safe\rEVIL",
    "lines": "one\ntwo\x0bthree\x0cfour\x85five\u2028six\u2029seven",
    "nul and del": "a\x00b\x7fc",
    "bidi override": "invoice\u202egnp.exe",
    "bidi isolates": "\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c",
    "zero width": "ac\u200bme\u200c\u2060\ufeff",
    "joiner in words": "ac\u200dme",
    "soft hyphen": "ac\u00adme",
    "tags": "flag" + "".join(chr(0xE0000 + ord(char)) for char in "hidden"),
    "selectors": "a\ufe0f\ufe0f\ufe01\u180b",
    "supplement selectors": "a" + "".join(chr(0xE0100 + n) for n in range(9)),
    "fillers": "\u3164\u115f\u1160\uffa0\u2800",
    "zalgo": "Z" + "\u0301\u0302\u0303\u0304" * 40,
    "marks that do not combine by class": "o" + "\u20dd\u0e47\u0e31" * 40,
    "a mark first": "\u0301\u0302acme",
    "surrogates": "\ud800\udfff",
    "private use": "\ue000\U000f0000",
    "unassigned": "\u0378\U0001ffff",
    "interlinear": "\ufff9a\ufffab\ufffb",
    "musical": "\U0001d173\U0001d17a",
    "markup": "[red]x[/red][@click=app.quit]y[/]",
    "markup unclosed": "[bold [ ]] \\[ $primary {x} %s",
    "long": "x" * 100_000,
    "long marks": "e\u0301" * 50_000,
    "comes apart": "\ufb2c" * 600,
}
"""kind -> text"""
