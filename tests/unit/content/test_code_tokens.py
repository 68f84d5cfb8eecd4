"""What in a plain text is marked as code, and, as important, what is not."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.content.code_tokens import code_spans

TOOL = Path(__file__).parents[3] / "tools" / "measure_code_tokens.py"


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in code_spans(text)]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_code_tokens", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "code",
    [
        # calls
        "gc.collect()",
        "sorted()",
        "functools.lru_cache(maxsize=None)",
        "sorted(users, key=len)",
        "sorted(users key=lambda u: u.last_name)",
        "asyncio.run(main())",
        "np.mean(x)",
        "np.dot(W,X)",
        "Ads(ad_id, campaign_id, status)",
        "d.keys()[-5:]",
        # definitions
        "def greet(name: str) -> str",
        "def f(x)",
        "async def main() -> dict[str, int]",
        "class Stack(Generic[T])",
        # types
        "List[str]",
        "Dict[str int]",
        "Dict[str, List[int]]",
        "Union[X None]",
        "Callable[[int], str]",
        "Promise<void>",
        "Map<String, Integer>",
        "int | str | None",
        # names
        "__init__",
        "__init_subclass__",
        "run_in_executor",
        "user_30_day_purchase_total",
        "X_train",
        "feature_importances_",
        "weakref.ref",
        "multiprocessing.Pool",
        "document.querySelector",
        "addEventListener",
        "setTimeout",
        "std::vector<int>",
        # indexes and values
        "x[-1]",
        'headers["Accept"]',
        "items[:n]",
        "learning_rate=0.1",
        # the rest
        "@dataclass(frozen=True)",
        "@property",
        "**kwargs",
        "</div>",
        '<script src="x.js">',
    ],
)
def test_what_can_only_be_code_is_found(code: str) -> None:
    assert found(f"As {code} is, so be it: ({code}), “{code}”; {code}.") == [code] * 4


@pytest.mark.parametrize(
    "prose",
    [
        "and/or, I/O-bound, A/B, AI/ML, keyword/BM25, e.g. this, i.e. that, the U.S. and etc.(see below)",
        "Node.js, Vue.js v3, fast.ai, ASP.NET, C++, C#, SQLAlchemy 2.0, Python 3.10+ and Python 3.9+.",
        "setup.py, requirements.txt, my_module.py, src/qexport/my_module.py, path_to/some_file.txt",
        "input(s), function(s), class(es)",
        "Pydantic, RAG, FastAPI, OpenAPI, JavaScript, TypeScript, GitHub, PyTorch, LightGBM, fastText, minPts",
        "iPhone, eBay, macOS, jQuery, useState, DOMContentLoaded, camelCase, reStructuredText",
        "(BERT fine-tuning) LSTM(long short-term memory) RAG(retrieval, generation) Error(MSE) Networks(CNN's)",
        "O(n), O(n2), O(NlogN), f(x), f(x, y), P(A|B), P(class=1|x), n(t), F(n-1), log(n), KNN(neighbours=3)",
        "x_1, p_i, p_i+x-1, T_S, C_max, w_ij, x_{i}, \\theta_one, $x_train$, COVID_19, GPT_4, t_SNE",
        "see [1], Smith[12], attention[3], model[s], colou[r], Kings[12:34], [T]he List[1], Set[see note]",
        "_really_, __really__, __very important__, *bold* words, **bold**, ____, *args*, **kwargs**",
        "loops.The next, asyncio.It is, parallelizable.For a start, end.Next",
        "a@b_c.org, some_name@example.org, @jon_neal, #machine_learning, :white_check_mark:, some-slug_of-many",
        "https://example.org/some_page?a_b=c_d, www.some_site.org, example.com/some_page_of_it, file:///a_b/c",
        "naïve_bayes_é, caféfoo_bar, {{c1::cloze}}, [sound:some-file], 50_000, 1_000_000",
        "-> and => and → are arrows; a = b, x := y, |x|, || x ||, ===== is a line",
        "class Foo: a class, the type of list, None of them, True to form, async/await, threading, mypy, gc pauses",
        "Tierra del Fuego is far; the works of Miguel del Río; weakrefs, pre-asyncio, asyncio-v2, lib/weakref",
        "python.org/library/weakref.html, @weakref, #asyncio, weakref.py, x.typeof, The os, a self module",
        "La memoria del sistema y el recolector: the answer del programa",
    ],
)
def test_prose_is_never_code(prose: str) -> None:
    assert found(prose) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("__new__/__init__", ["__new__", "__init__"]),
        ("foo_bar-based and foo_bar-v2", ["foo_bar"]),
        ("gc.collect()'s cost", ["gc.collect()"]),
        ("gc.collect().The next", ["gc.collect()"]),
        ("call the class Foo() now", ["Foo()"]),
        ("使用gc.collect()方法", ["gc.collect()"]),
        ("some_function(s)", ["some_function"]),
        ("some_name[1]", ["some_name"]),
        ("__init__.py", ["__init__.py"]),
        ("Dict[str\nint]", []),
        ("between == and ===?", ["==", "==="]),
        (
            "weakref and weakref.ref() or asyncio's, asyncio-based",
            ["weakref", "weakref.ref()", "asyncio", "asyncio"],
        ),
        (
            "after del (del only removes the reference): gc.collect() and del?",
            ["del", "del", "gc.collect()", "del"],
        ),
        ("Python's gc module, the sys modules", ["gc"]),
        (
            "tracemalloc.\nfrozenset, isinstance; `typeof`",
            ["tracemalloc", "frozenset", "isinstance", "typeof"],
        ),
    ],
)
def test_code_ends_where_prose_goes_on(text: str, code: list[str]) -> None:
    assert found(text) == code


PIECES = "gc . _ __ ( ) [ ] < > = , : :: -> | ' \" @ / - x str List int def class lambda key= word The s e.g. 1 é 方"


@given(st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=60).map("".join))
def test_spans_stand_in_order_within_lines_and_hold_something(text: str) -> None:
    at = 0
    for start, end in code_spans(text):
        assert at <= start < end <= len(text)
        assert "\n" not in text[start:end]
        assert text[start:end] == text[start:end].strip()
        at = end


@pytest.mark.parametrize(
    "piece",
    [
        "a(",
        "a(a(a(a(b))))",
        "a[a]",
        "_a",
        "a.",
        "a::",
        "<script ",
        "@a",
        "x",
        "a/b",
        "f(lambda a a a a a a a",
        "a=",
    ],
)
def test_long_texts_take_no_more_than_their_length(piece: str) -> None:
    started = time.process_time()
    list(code_spans(piece * (100_000 // len(piece))))
    assert time.process_time() - started < 10  # quadratic time would be minutes


def test_what_is_found_in_the_shipped_bank(shipped_bank: Path, golden: Callable[[str, str], None]) -> None:
    """Each line was looked at: it is code. So must each line be that a change adds."""
    tool = _tool()
    tokens, tags, _ = tool.caught(tool.texts_of_bank(shipped_bank))
    assert not tags
    golden("code_tokens.txt", "".join(f"{token}\n" for token in sorted(tokens)))


def test_no_word_of_prose_in_32_000_of_others_is_code(corpora: Path) -> None:
    """The tokens were looked at, each in its sentence."""
    tool = _tool()
    tokens, _, words = tool.caught(tool.texts_of_corpora(corpora))
    assert words > 32_000
    assert sorted(tokens) == [
        "Ads(ad_id, campaign_id, status)",
        "Events(event_id, ad_id, source, event_type, date, hour)",
        "epoch_size",
        "event_type",
        "findDOMNode()",
        "get_feature_importance",
        "gpu_hist",
        "itertools.combinations",
        "itertools.groupby",
        "learning_rate=0.1",
        "max_depth=3",
        "min_samples_leaf",
        "min_samples_leaf=1",
        "min_samples_split",
        "min_samples_split=2",
        "n_estimators",
        "n_estimators=100",
        "np.dot(W,X)",
        "sigmoid()",
        "tree_method",
    ]
