"""Templates of a stranger: what is wrong in one is told with its line; none gets out, and none goes on for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from markupsafe import Markup

from qexport.common.errors import InputRefused, LimitExceeded
from qexport.common.limits import USUAL, Limits
from qexport.content.templates import Templates


def filled(folder: Path, template: str, *, limits: Limits = USUAL, **values: object) -> str:
    (folder / "t.html.j2").write_text(template, encoding="utf-8")
    return Templates((folder,), limits).render("t.html.j2", **values)


def refusal(folder: Path, template: str, *, limits: Limits = USUAL, **values: object) -> tuple[str, str]:
    """What is said of a template: the place in the folder, the message; and the hint."""
    with pytest.raises(InputRefused) as caught:
        filled(folder, template, limits=limits, **values)
    (problem,) = caught.value.problems
    return str(problem).removeprefix(f"{folder}/"), problem.hint


# --- what is wrong in a template ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "message", "hint"),
    [
        ("\n\n{{ titel }}", "t.html.j2:3: 'titel' is undefined", "did you mean 'title'?"),
        ("\n\n{{ nosuch }}", "t.html.j2:3: 'nosuch' is undefined", ""),
        ("\n{{ q.nosuch }}", "t.html.j2:2: 'dict object' has no attribute 'nosuch'", ""),
        ("{% for %}", "t.html.j2:1: Expected an expression, got 'end of statement block'", ""),
        ("\n{% if %}", "t.html.j2:2: Expected an expression, got 'end of statement block'", ""),
        ("{% nosuch %}", "t.html.j2:1: Encountered unknown tag 'nosuch'.", ""),
        ("{{ q | nosuch }}", "t.html.j2:1: No filter named 'nosuch'.", ""),
        ("{{ 'x' | safe }}", "t.html.j2:1: No filter named 'safe'.", ""),
        ("{{ 'x' | random }}", "t.html.j2:1: No filter named 'random'.", ""),
        ("\n{{ 1 / 0 }}", "t.html.j2:2: division by zero", ""),
        ("\n{{ 'a' * 3 }}", "t.html.j2:2: templates multiply numbers only", ""),
        ("\n{{ 2 ** 2 }}", "t.html.j2:2: templates do not raise to a power", ""),
        ("\n{{ '%3d' % 1 }}", "t.html.j2:2: templates take remainders of numbers only", ""),
        ("{{ 1.5|round(21) }}", "t.html.j2:1: templates round to 0 to 20 places", ""),
        (
            "{% set n = namespace(x=9) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
            "t.html.j2:1: a number is too large",
            "",
        ),
        (
            "{{ range(1000000) | list }}",
            "t.html.j2:1: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
            "",
        ),
        (
            "x\n{% autoescape false %}{{ q }}{% endautoescape %}",
            "t.html.j2:2: autoescape cannot be switched",
            "",
        ),
        ("{% if 1 %}" * 200 + "{% endif %}" * 200, "t.html.j2: blocks are nested too deeply", "nest less"),
    ],
)
def test_an_error_in_a_template_names_its_line(
    tmp_path: Path, template: str, message: str, hint: str
) -> None:
    assert refusal(tmp_path, template, q={}, title="") == (message, hint)


def test_a_template_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes("Grün".encode("latin-1"))
    with pytest.raises(InputRefused) as caught:
        Templates((tmp_path,)).render("t")
    (problem,) = caught.value.problems
    assert (str(problem), problem.hint) == (f"{tmp_path / 't'}: not UTF-8: byte 0xfc", "save it as UTF-8")


def test_an_error_in_an_included_template_names_that_one(tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("a\n{{ nosuch }}", encoding="utf-8")
    assert refusal(tmp_path, "\n\n\n{% include 'part.j2' %}") == ("part.j2:2: 'nosuch' is undefined", "")


# --- ways out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        (
            "{{ cycler.__doc__ }}",
            "access to attribute '__doc__' of 'StrictUndefined' object is unsafe.",
        ),
        (
            "{{ joiner.__doc__ }}",
            "access to attribute '__doc__' of 'StrictUndefined' object is unsafe.",
        ),
        ("{{ lipsum }}", "'lipsum' is undefined"),
        ("{{ ''.__doc__ }}", "access to attribute '__doc__' of 'str' object is unsafe."),
        ("{{ ''['__doc__'] }}", "access to attribute '__doc__' of 'str' object is unsafe."),
        ("{{ ''|attr('__doc__') }}", "No filter named 'attr'."),
        (
            "{{ [q]|map(attribute='__doc__')|join }}",
            "access to attribute '__doc__' of 'list' object is unsafe.",
        ),
        ("{{ [q]|map('attr', '__doc__')|list }}", "No filter named 'attr'."),
        ("{{ '{0.__doc__}'.format(q) }}", "access to attribute 'format' of 'str' object is unsafe."),
        ("{{ '{0}'.format_map(q) }}", "access to attribute 'format_map' of 'str' object is unsafe."),
        ("{{ html.format(q) }}", "access to attribute 'format' of 'Markup' object is unsafe."),
        (
            "{{ self.__doc__ }}",
            "access to attribute '__doc__' of 'TemplateReference' object is unsafe.",
        ),
        (
            "{{ self._TemplateReference__context }}",
            "access to attribute '_TemplateReference__context' of 'TemplateReference' object is unsafe.",
        ),
        ("{{ q.append(1) }}", "access to attribute 'append' of 'list' object is unsafe."),
        ("{{ prose }}", "'prose' is undefined"),
        ("{{ range.__doc__ }}", "access to attribute '__doc__' of 'function' object is unsafe."),
        (
            "{% macro m() %}{% endmacro %}{{ m._environment }}",
            "access to attribute '_environment' of 'Macro' object is unsafe.",
        ),
        (
            "{% for a in q %}{{ loop._iterator }}{% endfor %}",
            "access to attribute '_iterator' of 'LoopContext' object is unsafe.",
        ),
        (
            "{{ (q|map('upper')).gi_frame }}",
            "access to attribute 'gi_frame' of 'generator' object is unsafe.",
        ),
        ("{{ 'x'.ljust(9) }}", "access to attribute 'ljust' of 'str' object is unsafe."),
        ("{{ 'x'.replace('', 'y' ~ 'y') }}", "access to attribute 'replace' of 'str' object is unsafe."),
        ("{{ (1).to_bytes(9) }}", "access to attribute 'to_bytes' of 'int' object is unsafe."),
        ("{% import 'os' as os %}", "there is no template 'os'"),
        ("{% include 'no.j2' %}", "there is no template 'no.j2'"),
        ("{% include '../secret' %}", "there is no template '../secret'"),
        ("{% import '../secret' as s %}", "there is no template '../secret'"),
        ("{% extends '../secret' %}", "there is no template '../secret'"),
        (
            "{% include ['../secret', '..\\\\secret'] %}",
            "there is no template '..\\\\secret'",
        ),
        ("{% include '/qx/marker' %}", "there is no template '/qx/marker'"),
        ("{% include 'link' %}", "{folder}/link leads out of its folder"),
        ("{% include 'folder/secret' %}", "{folder}/folder/secret leads out of its folder"),
        ("{% include 'loop' %}", "there is no template 'loop'"),
    ],
)
def test_templates_reach_nothing_of_python_and_no_other_file(
    tmp_path: Path, attack: str, message: str
) -> None:
    folder = tmp_path / "theme"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (folder / "link").symlink_to("../secret")
    (folder / "folder").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    said, _ = refusal(folder, attack, q=[1], html=Markup("<b>"))
    assert said == f"t.html.j2:1: {message.replace('{folder}', str(folder))}"


def test_what_a_template_joins_is_still_escaped(tmp_path: Path) -> None:
    text = "<b>"
    for template, written in {
        "{{ text ~ html }}": "&lt;b&gt;<i>",
        "{{ [text, html]|join('<') }}": "&lt;b&gt;&lt;<i>",
        "{{ text|replace('b', html) }}": "&lt;&lt;i&gt;&gt;",
        "{{ html|replace('i', text) }}": "<&lt;b&gt;>",
        "{{ text|upper }}{{ html|upper }}": "&lt;B&gt;<I>",
        "{{ text|tojson }}": '"\\u003cb\\u003e"',
        "{{ text + html }}": "&lt;b&gt;<i>",
        "{% set x %}{{ text }}{% endset %}{{ x }}": "&lt;b&gt;",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(text) }}": "&lt;b&gt;",
        "{{ text[1:] ~ text[0] }}": "b&gt;&lt;",
        "{{ text|truncate(1, true, '<', 0) }}": "&lt;",
    }.items():
        assert filled(tmp_path, template, text=text, html=Markup("<i>")) == written, template


def test_loops_and_numbers_work_as_in_any_template(tmp_path: Path) -> None:
    for template, written in {
        "{% for x in q %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %}, {% endif %}{% endfor %}": (
            "1/3, 2/3, 3/3"
        ),
        "{% for x in [] %}x{% else %}none{% endfor %}": "none",
        "{% for x in q if x > 1 %}{{ x }}{% endfor %}": "23",
        "{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}": "a1",
        "{% for x in t recursive %}{{ x.n }}{{ loop(x.t) }}{% endfor %}": "123",
        "{{ q|sum }} {{ 7 % 4 }} {{ 2 * 3 }} {{ 1 + 1 }} {{ 1.26|round(1) }} {{ [{'n': 2}]|sum('n') }}": (
            "6 3 6 2 1.3 2"
        ),
        "{{ q|map('string')|join('-') }} {{ q[1:]|length }} {{ 2 in q }}": "1-2-3 2 True",
    }.items():
        tree = [{"n": 1, "t": [{"n": 2, "t": []}]}, {"n": 3, "t": []}]
        assert filled(tmp_path, template, q=[1, 2, 3], t=tree) == written, template


# --- templates that never end -------------------------------------------------------------------------------

TWICE = (
    "{% set n = namespace(x='aaaaaaaaaaaaaaaa') %}{% for i in range(99) %}{% set n.x = AGAIN %}{% endfor %}"
)
ENDLESS = {
    "loops": "{% for a in range(99) %}{% for b in range(99) %}{% for c in range(99) %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "loops over one list": "{% set q = range(99)|list %}{% for a in q %}{% for b in q %}x{% endfor %}{% endfor %}",
    "text in a loop": "{% for a in range(99) %}" + "x" * 100 + "{% endfor %}",
    "text in a macro": "{% macro m() %}" + "x" * 100 + "{% endmacro %}"
    "{% for a in range(99) %}{{ m() }}{% endfor %}",
    "output in a loop": "{% set t = 'x' ~ range(99)|join('x') %}{% for a in range(99) %}{{ t }}{% endfor %}",
    "joining": TWICE.replace("AGAIN", "n.x ~ n.x"),
    "adding": TWICE.replace("AGAIN", "n.x + n.x"),
    "adding lists": TWICE.replace("'aaaaaaaaaaaaaaaa'", "[1, 2]").replace("AGAIN", "n.x + n.x"),
    "replacing": TWICE.replace("AGAIN", "n.x|replace('a', 'aaaaaaaa')"),
    "join": TWICE.replace("AGAIN", "[n.x, n.x]|join"),
    "join by much": TWICE.replace("AGAIN", "range(99)|join(n.x)"),
    "sets": TWICE.replace("{% set n.x = AGAIN %}", "{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}"),
    "comparing": "{% set t = range(99)|join('x') %}{% set u = range(99)|join('x') %}"
    "{% for a in range(99) %}{% for b in range(99) %}{{ 'y' in t or t != u }}{% endfor %}{% endfor %}",
    "cutting": "{% set t = range(99)|join('x') %}{% for a in range(99) %}{% for b in range(99) %}"
    "{{ t[1:]|length }}{% endfor %}{% endfor %}",
    "searching": "{% set t = range(99)|join('x') %}{% for a in range(99) %}{% for b in range(99) %}"
    "{{ t.count('y') }}{% endfor %}{% endfor %}",
    "filters": "{% set t = range(99)|list %}{% for a in range(99) %}{{ t|sort|length }}{% endfor %}",
    "a tree of macros": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(9) }}",
    "a tree of blocks": "{% set n = namespace(x=0) %}{% block b %}{% if n is defined %}{% endif %}"
    "{% for a in range(99) %}{% for b in range(99) %}{% endfor %}{% endfor %}{% endblock %}",
    "a loop that calls itself": "{% for a in range(9) recursive %}"
    "{% if loop.depth < 4 %}{{ loop(range(9)) }}{% endif %}{% endfor %}",
    "a tree of includes": "{% set n = (n|default(9)) - 1 %}{% if n %}"
    "{% include 't.html.j2' %}{% include 't.html.j2' %}{% endif %}",
}


@pytest.mark.parametrize("template", ENDLESS.values(), ids=ENDLESS)
def test_a_template_that_does_not_end_is_ended(tmp_path: Path, template: str) -> None:
    limits = Limits(template_steps=300)
    with pytest.raises(LimitExceeded) as caught:
        filled(tmp_path, template, limits=limits)
    assert caught.value.message == f"{tmp_path}/t.html.j2:1: this takes more than 300 steps"
    assert caught.value.hint == f"see whether it ends; {limits.hint('template-steps')}"


@pytest.mark.parametrize(
    "template",
    [
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 't.html.j2' %}",
        "{% block b %}{{ self.b() }}{% endblock %}",
        "{% set d = namespace() %}{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
    ],
)
def test_a_template_that_goes_too_deep_is_ended(tmp_path: Path, template: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        filled(tmp_path, template)
    place, _, said = caught.value.message.removeprefix(f"{tmp_path}/").partition(": ")
    assert (place.split(":")[0], said) == ("t.html.j2", "this includes or calls itself without an end")
    assert caught.value.hint == "let it end, or nest less"


def test_steps_are_those_of_one_template_and_can_be_more(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("{% for a in range(900) %}x{% endfor %}", encoding="utf-8")
    templates = Templates((tmp_path,), Limits(template_steps=1_000))
    assert [templates.render("t"), templates.render("t")] == ["x" * 900] * 2
    with pytest.raises(LimitExceeded, match="more than 800 steps"):
        Templates((tmp_path,), Limits(template_steps=800)).render("t")


def test_a_pipe_for_a_template_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path, "{% include 'pipe' %}")[0] == "t.html.j2:1: there is no template 'pipe'"
