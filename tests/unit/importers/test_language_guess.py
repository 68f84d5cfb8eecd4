"""The language of texts."""

from __future__ import annotations

import pytest

from qexport.importers.language_guess import guess_language


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "What is a slice and how does it differ from an array? It is a view of the array."),
        ("de", "Was ist ein Slice? Eine Sicht auf ein Array, und der Nullwert ist nil."),
        ("fr", "Qu'est-ce qu'une tranche ? C'est une vue sur le tableau, avec sa longueur."),
        ("es", "¿Qué es un slice y para qué se usa? Es una vista de los elementos."),
        (
            "es",
            "Los métodos de control en la prueba de carga, y el uso de la memoria en el servidor de datos",
        ),
        ("it", "Che cosa è una slice? È una vista di un array con la sua lunghezza, tra gli altri."),
        ("pt", "O que é uma fatia? É uma visão de um array, não uma cópia, com mais memória."),
        ("nl", "Wat is een slice en hoe wordt die gebruikt? Het is een blik op een array."),
        ("pl", "Co to jest wycinek? To nie jest kopia, oraz jak się go używa?"),
        ("cs", "Jak se liší řez od pole? Řez je pohled na pole, pole jsou hodnoty."),
        ("tr", "Dilim nedir ve nasıl kullanılır? Bir dizi için bir görünümdür."),
        ("sv", "Vad är en slice och hur används den? Det är inte en kopia."),
        ("uk", "Що таке зріз? Це вигляд масиву, і він має довжину."),
        ("ru", "Что такое срез? Это взгляд на array, у него есть len и cap."),
        ("zh", "什么是 slice？它是数组的视图。"),
        ("ja", "スライスとは何ですか? 配列の view です。"),
        ("ko", "슬라이스란 무엇인가? 배열의 view 이다."),
        ("ar", "ما هي الشريحة؟ هي عرض للمصفوفة."),
        ("he", "מה זה פרוסה? מבט על מערך."),
        ("hi", "स्लाइस क्या है? सरणी का दृश्य।"),
        ("", "slice, map, channel"),
        ("", "x = [1, 2, 3]"),
        ("", ""),
    ],
)
def test_a_language_is_known_by_its_script_or_its_words(tag: str, text: str) -> None:
    assert guess_language([text]) == tag
