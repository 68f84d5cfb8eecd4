"""Names of columns, keys and headings, in several languages → fields of a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain

from qexport.bank.schema import QUESTION_FIELDS
from qexport.common.errors import UsageError

_COLUMN_NAMES = {
    "id": "id identifier uid guid uuid key number nr no num question_id qid questionid kennung clave",
    "question": """
        question questions q front prompt frage fragen vorderseite pregunta pregunta_s anverso
        question_text questiontext recto domanda domande fronte pergunta frente vraag voorkant
        pytanie otázka lícová вопрос вопросы лицевая 问题 問題 题目 題目 正面 質問 問い 質問文 سؤال السؤال प्रश्न
        soru ön fråga spørgsmål spørsmål kysymys instruction task problem title titel titre título
        sentence stem item query input term_question interview_question term word concept
    """,
    "answer": """
        answer answers a back response antwort antworten rückseite rueckseite respuesta reverso
        réponse reponse verso risposta retro resposta verso_do_cartão antwoord achterkant
        odpowiedź odpověď rubová ответ ответы оборот 答案 回答 反面 背面 解答 إجابة الجواب उत्तर cevap arka
        svar vastaus output solution model_answer reply completion correct_answer correctanswer
        right_answer best_answer long_answer answer_text definition ans meaning translation
    """,
    "deep_explanation": """
        deep_explanation explanation explanations erklärung erklaerung explicación explication
        spiegazione explicação uitleg wyjaśnienie vysvětlení пояснение объяснение 解析 解释 説明
        rationale details detail reasoning good_to_hear goodtohear feedback general_feedback
        background in_depth deep_dive
    """,
    "real_world_example": """
        real_world_example example examples beispiel beispiele ejemplo ejemplos exemple exemples
        esempio exemplo voorbeeld przykład příklad пример примеры 例子 例 code code_example sample
    """,
    "common_mistakes": """
        common_mistakes mistakes pitfalls fehler errores erreurs errori erros gotchas
        misconceptions 易错点
    """,
    "production_scenario": "production_scenario scenario szenario escenario scénario",
    "follow_ups": """
        follow_ups follow_up followups followup follow_up_questions nachfragen 追问
        further_questions next_questions related_questions
    """,
    "links": """
        links link url urls reference references resources resource further_reading see_also
        additional_links useful_resources quellen referenzen enlaces liens sources_links read_more
        more_information 参考 参考资料 web_link
    """,
    "technology": """
        technology technologie tecnología tecnologia topic thema tema sujet subject fach materia
        matière argomento onderwerp temat предмет тема 主题 科目 分野 domain area section deck
        language_technology tech skill
    """,
    "category": """
        category categories kategorie categoría catégorie categoria kategoria категория 类别 分类 カテゴリ
        تصنيف subtopic sub_topic chapter kapitel capítulo group unterthema subcategory
    """,
    "level": """
        level niveau nivel livello nível poziom úroveň уровень 级别 水平 レベル seniority expertise stufe
        experience
    """,
    "difficulty": """
        difficulty schwierigkeit schwierigkeitsgrad dificultad difficulté difficoltà dificuldade
        moeilijkheid trudność obtížnost сложность 难度 難易度 hardness rating
    """,
    "tags": """
        tags tag schlagworte schlagwörter stichworte etiquetas étiquettes etichette labels label
        keywords keyword метки теги 标签 タグ
    """,
    "terms": "terms index_terms",
    "source": "source quelle fuente origine fonte bron źródło zdroj источник 来源 出典 origin company",
    "choices": """
        choices options option answers_options possible_answers answer_options auswahl
        antwortmöglichkeiten opciones choix opzioni opções варианты 选项 選択肢
        alternatives
    """,
    "correct": """
        correct correct_option correct_choice correct_answers right richtig richtige_antwort
        correcta bonne_réponse corretta correto opção_correta resposta_correta resposta_certa
        respuesta_correcta opción_correcta risposta_corretta juiste_antwoord right_option
        right_choice answer_key answerkey key_answer правильный 正确答案 正解
        label_answer correct_letter
    """,
    "status": "status state",
    "markup": "markup",
    "former_ids": "former_ids",
}
"""Field → names by which it is known, folded; a space in a name is an underscore here."""

FIELD_NAMES = tuple(field.name for field in QUESTION_FIELDS if field.name != "extra")


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """Return a name as the table has it: small letters, words joined by an underscore."""
    text = unicodedata.normalize("NFKC", name).strip().casefold()
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKC", name).strip()).casefold() or text
    return re.sub(r"[\W_]+", "_", text).strip("_")


_KNOWN = {
    fold_name(name): field for field, names in _COLUMN_NAMES.items() for name in [*names.split(), field]
}


def field_of(name: str) -> str:
    """Return the field that a name means; empty if none does."""
    return _KNOWN.get(fold_name(name), "")


_OPTION = re.compile(
    r"(?:opt(?:ion)?|choice|answer|antwort|opci[oó]n|op[cç][aã]o|wahl|alternative)?_?([a-h]|[1-8])"
)


def option_letter(name: str) -> str:
    """Return which choice a column holds ("Option C", "b", "choice3"): its letter; empty if none."""
    found = _OPTION.fullmatch(fold_name(name))
    if not found or fold_name(name) == "a":
        return "a" if found and found[1] == "a" else ""
    return found[1] if found[1].isalpha() else "abcdefgh"[int(found[1]) - 1]


_WRONG_WORDS = """
    incorrect wrong false falsch falsche incorrecta incorrectas incorrecto errada erradas errado incorreta incorretas
    fausse fausses faux mauvaise mauvaises sbagliata sbagliate fout foute неправильный неверный 错误 干扰项
"""
_CHOICE_WORDS = """
    answer answers option options choice choices antwort antworten respuesta respuestas opción opciones resposta
    respostas opção opções alternativa alternativas réponse réponses choix risposta risposte opzione antwoord
    ответ вариант 答案 选项
"""
_WRONG = frozenset(_WRONG_WORDS.split())
_WRONG_OR_CHOICE = _WRONG | frozenset(_CHOICE_WORDS.split())


def is_wrong_choice(name: str) -> bool:
    """Report whether a column or a key holds one wrong choice, or a list of them: "Incorrect 1", "distractors"."""
    words = re.sub(r"(?<=[^\W\d_])(?=\d)", "_", fold_name(name)).split("_")
    words = words[:-1] if len(words) > 1 and (words[-1].isdigit() or len(words[-1]) == 1) else words
    if words in (["distractor"], ["distractors"], ["incorrectanswers"], ["wronganswers"]):
        return True
    return bool(_WRONG & set(words)) and set(words) <= _WRONG_OR_CHOICE


def match_columns(names: Iterable[str], wishes: Mapping[str, str]) -> dict[str, str]:
    """Return which column becomes which field: by the user's wishes, else by name, the first that fits.

    Args:
        names: The columns as the source has them.
        wishes: Field → column.

    Raises:
        UsageError: a wish names no field, or no column.
    """
    listed = list(names)
    folded = {fold_name(name): name for name in reversed(listed)}
    matched: dict[str, str] = {}
    for field, column in wishes.items():
        if field not in FIELD_NAMES and field != "ignore":
            raise UsageError(
                f"--map {field}={column}: no field {field!r}", hint=f"fields: {', '.join(FIELD_NAMES)}"
            )
        if fold_name(column) not in folded and column not in listed:
            raise UsageError(
                f"--map {field}={column}: no column {column!r}", hint=f"columns: {', '.join(listed)[:200]}"
            )
        matched[column if column in listed else folded[fold_name(column)]] = field
    for rank in (0, 1):  # a field's own name comes before its other names
        for name in listed:
            field = field_of(name)
            is_own = fold_name(name) == field
            if field and name not in matched and field not in matched.values() and (is_own or rank):
                matched[name] = field
    return matched


_HOLDS_ANSWER = re.compile(
    r"(?:(?!number|count|total|num_)\w+_)?(?:answers?|solutions?|antwort|lösung|respuesta|réponse|risposta)(?:_(?:points?|text|notes?|outline))?"
)


def find_answer_column(names: Iterable[str], columns: Mapping[str, str]) -> str:
    """Return the column of answers where none has a name that is known: one with the word in its name, or explanations.

    Args:
        names: The columns that may be it.
        columns: Those that are known, with their fields.
    """
    if {"answer", "choices", "correct"} & set(columns.values()):
        return ""
    named = (name for name in names if name not in columns and _HOLDS_ANSWER.fullmatch(fold_name(name)))
    explained = (name for name, field in columns.items() if field == "deep_explanation")
    return next(chain(named, explained), "")


def is_asked(text: str) -> bool:
    """Report whether a text ends with a question mark."""
    return text.rstrip().endswith(("?", "？", "؟"))
