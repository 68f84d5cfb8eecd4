"""List what is active in HTML, as harmless text: the standard's elements, attributes and address schemes.

The names come from the HTML standard's indexes (https://html.spec.whatwg.org/multipage/indices.html), from its list of
obsolete features, and from SVG 2 and MathML Core. Nothing here does anything: a script is the name `qxMarker`, which
only the page of a test knows, and an address is of the reserved domain `.invalid` (RFC 2606).

    names → pieces of HTML, by kind → texts with some pieces each
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

MARKER = "qxMarker"
"""A name that the page of a test defines, and notes when it is evaluated."""

HOST = "qx-marker.invalid"

ELEMENTS = """
a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col colgroup
data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head
header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu meta meter nav noscript
object ol optgroup option output p picture pre progress q rp rt ruby s samp script search section select slot small
source span strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track u ul
var video wbr
acronym applet basefont bgsound big blink center dir font frame frameset isindex keygen listing marquee menuitem
multicol nextid nobr noembed noframes param plaintext rb rtc spacer strike tt xmp
""".split()  # noqa: SIM905  # as lines they can be read
"""The index of elements, and the obsolete ones."""

FOREIGN = """
svg/style svg/use math/annotation-xml math/maction math/mtext
""".split()  # noqa: SIM905
"""Elements of SVG and MathML that hold HTML, change attributes, or lead elsewhere."""

HANDLERS = """
onabort onafterprint onauxclick onbeforeinput onbeforematch onbeforeprint onbeforetoggle onbeforeunload onblur oncancel
oncanplay oncanplaythrough onchange onclick onclose oncommand oncontextlost oncontextmenu oncontextrestored oncopy
oncuechange oncut ondblclick ondrag ondragend ondragenter ondragleave ondragover ondragstart ondrop ondurationchange
onemptied onended onerror onfocus onformdata onhashchange oninput oninvalid onkeydown onkeypress onkeyup
onlanguagechange onload onloadeddata onloadedmetadata onloadstart onmessage onmessageerror onmousedown onmouseenter
onmouseleave onmousemove onmouseout onmouseover onmouseup onoffline ononline onpagehide onpagereveal onpageshow
onpageswap onpaste onpause onplay onplaying onpopstate onprogress onratechange onrejectionhandled onreset onresize
onscroll onscrollend onsecuritypolicyviolation onseeked onseeking onselect onslotchange onstalled onstorage onsubmit
onsuspend ontimeupdate ontoggle onunhandledrejection onunload onvolumechange onwaiting onwheel
onanimationcancel onanimationend onanimationiteration onanimationstart onbegin onend onfocusin onfocusout
ongotpointercapture onlostpointercapture onpointercancel onpointerdown onpointerenter onpointerleave onpointermove
onpointerout onpointerover onpointerrawupdate onpointerup onrepeat onselectionchange onselectstart ontouchcancel
ontouchend ontouchmove ontouchstart ontransitioncancel ontransitionend ontransitionrun ontransitionstart
""".split()  # noqa: SIM905
"""The index of event handler content attributes; then those of other standards that put theirs on elements."""

ADDRESSES = """
head/profile html/manifest img/longdesc img/lowsrc img/dynsrc input/usemap isindex/action object/classid
object/codebase table/background td/background
""".split()  # noqa: SIM905
"""ELEMENT/ATTRIBUTE whose value the index of attributes calls a URL, and the obsolete ones."""

SCHEMES = (
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "view-source",
    "ftp",
    "ws",
    "http",
    "https",
)

ORDERS = (
    f'<meta http-equiv="refresh" content="0;url=https://{HOST}/">',
    f'<meta http-equiv="content-security-policy" content="report-uri https://{HOST}/">',
    '<meta charset="utf-7">',
    f'<iframe srcdoc="&lt;script&gt;{MARKER}&lt;/script&gt;"></iframe>',
    f'<link rel="attachment" href="file:///{MARKER}">',
    f'<a rel="attachment" href="file:///{MARKER}">x</a>',
    *(
        f'<link rel="{kind}" href="https://{HOST}/">'
        for kind in (
            "dns-prefetch",
            "icon",
            "manifest",
            "modulepreload",
            "preconnect",
            "preload",
            "stylesheet",
        )
    ),
    '<div contenteditable="true">x</div>',
    '<div popover="auto">x</div>',
    '<b is="x-marker">x</b>',
    "<div><template shadowrootmode=open>x</template></div>",
)
"""Attributes with a meaning of their own."""

_ENDED = ("title", "style", "textarea", "script", "noscript", "xmp", "pre", "code", "div", "details")
CONTEXTS = ('"', "'", ">", '">', "'>", "-->", "]]>", "*/", "}", *(f"</{name}>" for name in _ENDED))
"""What ends an attribute, a comment, a style or an element of one of our templates."""

STYLES = (
    f"<style>@import 'https://{HOST}/x.css';</style>",
    f"<style>@font-face {{ font-family: x; src: url(https://{HOST}/x.woff) }}</style>",
    f"<style>@namespace x url(https://{HOST}/);</style>",
    *(
        f'<div style="{name}: url(https://{HOST}/x)">x</div>'
        for name in (
            "background",
            "border-image",
            "content",
            "cursor",
            "filter",
            "list-style-image",
            "mask-image",
        )
    ),
    f"<div style=\"background: image-set('https://{HOST}/x' 1x)\">x</div>",
    '<p style="position: fixed; inset: 0">x</p>',
    "<style>body { display: none }</style>",
    f"@import url(https://{HOST}/x.css);",
    f"}} body {{ background: url(https://{HOST}/x) }} .x {{",
    "/* */ } * { color: red",
)

SHADOWS = (
    '<form id="document"><input name="cookie"></form>',
    '<img name="getElementById">',
    '<a id="qa">x</a>',
    '<iframe name="alert"></iframe>',
    '<input id="typeans">',
    '<a id="_flag">x</a>',
)
"""Names by which a page's own scripts know something else (the standard's named access on the Window object)."""


def _address(scheme: str) -> str:
    """Return an address of a scheme, at which nothing is."""
    rest = {"javascript": MARKER, "vbscript": MARKER, "data": f"text/html,{MARKER}", "about": "blank#qx"}
    return f"{scheme}:{rest.get(scheme, f'//{HOST}/x')}"


MARKDOWN = (
    *(f"[x]({_address(scheme)})" for scheme in SCHEMES),
    *(f"![x]({_address(scheme)})" for scheme in SCHEMES),
    *(f"<{_address(scheme)}>" for scheme in SCHEMES),
    *(f"[x][y]\n\n[y]: {_address(scheme)}" for scheme in SCHEMES[:3]),
    f"[x](//{HOST}/) ![x](//{HOST}/x.png) [x](/x) ![x](../../x.png)",
    f"[x](#{MARKER}) [x](mailto:a@{HOST})",
    f'[x](https://{HOST} "\\" onclick={MARKER} \\"") ![x" onclick="{MARKER}](x.png)',
    f'[x](https://{HOST}/"onclick={MARKER}) [x](https://{HOST}/<script>{MARKER}</script>)',
    f"[<b onclick={MARKER}>x</b>](https://{HOST})",
    f"`<script>{MARKER}</script>`",
    f'``` "><script>{MARKER}</script>\n<script>{MARKER}</script>\n```',
    f"    <script>{MARKER}</script>",
    f"> <script>{MARKER}</script>\n\n- <script>{MARKER}</script>\n\n# <script>{MARKER}</script>",
    f"| <script>{MARKER}</script> | b |\n|---|---|\n| <b onclick={MARKER}>x</b> | [x](javascript:{MARKER}) |",
    f"x[^1]\n\n[^1]: <script>{MARKER}</script>",
    f"<!-- -->\n<script>{MARKER}</script>",
    f"&lt;script&gt;{MARKER}&lt;/script&gt; &#60;script&#62;{MARKER}&#60;/script&#62; \\<script>{MARKER}\\</script>",
)

ANKI = (
    "[sound:qx-marker.mp3]",
    f"[sound:https://{HOST}/x.mp3]",
    "[[sound:qx-marker.mp3]]",
    "&#91;sound:qx-marker.mp3]",
    *(f"[{name}]{MARKER}[/{name}]" for name in ("latex", "$", "$$")),
    "[anki:tts lang=en_US]x[/anki:tts]",
    "[anki:play:q:0]",
    *(
        "{{c1::hidden}}",
        "{{Answer}}",
        "{{FrontSide}}",
        "{{#Answer}}x{{/Answer}}",
        "{{type:Answer}}",
        "[[type:Answer]]",
    ),
    *("{{tts en_US:Answer}}", "{{hint:Answer}}", "{{=<% %>=}}<% Answer %>"),
    f"\\(\\href{{javascript:{MARKER}}}{{x}}\\)",
    f"<anki-mathjax>{MARKER}</anki-mathjax>",
    "x\x1fy",
    "::before::",
    "tag with spaces",
)

TEMPLATES = (
    *("{{ 7*7 }}", "{{ qx.__doc__ }}", "{% for x in qx %}{{ x }}{% endfor %}", "{# comment #}"),
    *("{% raw %}{{ 7*7 }}{% endraw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%(x)s {x} {0.__doc__}"),
)

CHARACTERS = (
    *(f"{letter}<b onclick={MARKER}>x</b>" for letter in "\u202e\ufeff\u00ad\u200b\u2028\x00\x85"),
    f"<b\u00ad onclick={MARKER}>x</b>",
    f"<b\x00 onclick={MARKER}>x</b>",
    f"＜script＞{MARKER}＜/script＞ ‹script›{MARKER}",
    f"\x1b]8;;https://{HOST}/\x07x\x1b]8;;\x07",
    "<" * 60,
    "<div>" * 60,
)


def _element(name: str) -> str:
    around, _, inner = name.rpartition("/")
    piece = f"<{inner}>{MARKER}</{inner}>"
    return f"<{around}>{piece}</{around}>" if around else piece


def pieces() -> Mapping[str, Sequence[str]]:
    """Return every piece of the list, by its kind."""
    holders = ("b", "img", "input", "svg")
    return {
        "elements": [
            *map(_element, (*ELEMENTS, *FOREIGN)),
            *(
                f"<{name.upper()} x>{MARKER}</{name.upper()}>"
                for name in ("script", "iframe", "object", "style")
            ),
        ],
        "handlers": [
            f"<{holders[number % 4]} {name}={MARKER} autofocus>x" for number, name in enumerate(HANDLERS)
        ],
        "addresses": [
            f'<{element} {attribute}="{_address(SCHEMES[(number + step) % len(SCHEMES)])}">x</{element}>'
            for number, (element, _, attribute) in enumerate(each.partition("/") for each in ADDRESSES)
            for step in (0, 4, 8)
        ],
        "orders": ORDERS,
        "contexts": [
            *(f"{end}<b onclick={MARKER}>x</b>" for end in CONTEXTS),
            *(f"x{end} onclick={MARKER} " for end in CONTEXTS[:5]),
        ],
        "styles": STYLES,
        "shadows": SHADOWS,
        "markdown": MARKDOWN,
        "anki": ANKI,
        "templates": TEMPLATES,
        "characters": CHARACTERS,
    }


def texts(kinds: Iterable[str], *, size: int = 4) -> list[str]:
    """Return the pieces of these kinds, `size` of one kind to a text, each in a paragraph of its own."""
    found = pieces()
    return [
        "\n\n".join(found[kind][start : start + size])
        for kind in kinds
        for start in range(0, len(found[kind]), size)
    ]
