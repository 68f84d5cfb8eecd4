"""HTML of texts as XHTML."""

from __future__ import annotations

from qexport.outputs.epub.xhtml import xhtml_of


def test_void_elements_are_closed_and_signs_escaped() -> None:
    html = '<p>a &amp; b<br>&lt;c&gt; &nbsp;"d"</p><img src="x.png" alt="a &quot;b&quot;" loading="lazy">'
    html += "<input disabled>"
    assert xhtml_of(html) == (
        '<p>a &amp; b<br/>&lt;c&gt; \N{NO-BREAK SPACE}"d"</p><img src="x.png" alt="a &quot;b&quot;"/>'
        '<input disabled="disabled"/>'
    )


def test_a_footnote_is_one_for_reading_systems() -> None:
    html = (
        '<p>Text<sup><a href="#fn-1" id="fnref-1" title="Note 1">1</a></sup></p><ol class="footnotes">\n'
        '<li id="fn-1"><p>A note. <a class="back" href="#fnref-1" title="Back to the text">↑</a></p>'
        "<ul><li>in it</li></ul></li>\n</ol>"
    )
    assert xhtml_of(html) == (
        '<p>Text<sup><a href="#fn-1" id="fnref-1" title="Note 1" epub:type="noteref" role="doc-noteref">1</a></sup></p>'
        '<ol class="footnotes">\n<li><aside id="fn-1" epub:type="footnote" role="doc-footnote"><p>A note. '
        '<a class="back" href="#fnref-1" title="Back to the text" role="doc-backlink">↑</a></p>'
        "<ul><li>in it</li></ul></aside></li>\n</ol>"
    )


def test_code_runs_from_left_to_right_everywhere() -> None:
    assert xhtml_of('<pre class="code"><code>x</code></pre>') == (
        '<pre class="code" dir="ltr"><code>x</code></pre>'
    )
