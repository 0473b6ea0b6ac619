"""Grading: points, the pass boundary, what is a possible answer. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from soar_lms.assessments.grading import (
    Grade,
    Key,
    Shape,
    earned,
    grade,
    is_complete,
    is_correct,
    is_possible,
    join,
    needed_points,
    percent,
    places_taken_twice,
    shown_points,
    split,
)

OPTIONS = tuple("abcdefgh")
PROMPTS = tuple("pqrstuvw")
names = st.text("pqr-0123456789", min_size=1, max_size=8)
marks = st.integers(1, 100)


def one(*options: str, right: str) -> Key:
    return Key(Shape.ONE, options, (right,))


def several(options: str, right: str, *, partial: bool = True) -> Key:
    return Key(Shape.SEVERAL, tuple(options), tuple(right), partial=partial)


def order(right: str, *, partial: bool = True) -> Key:
    """Return the key of items that belong in the order of `right`."""
    places = tuple(join(item, place) for place, item in enumerate(right, 1))
    return Key(Shape.ORDER, tuple(sorted(right)), places, partial=partial)


def pairs(options: str, right: str, *, partial: bool = True) -> Key:
    """Return the key of prompts p, q, r …, whose options are those of `right`, one for each."""
    prompts = PROMPTS[: len(right)]
    correct = tuple(join(*pair) for pair in zip(prompts, right, strict=True))
    return Key(Shape.PAIRS, tuple(options), correct, prompts, partial=partial)


def in_order(items: str) -> list[str]:
    return [join(item, place) for place, item in enumerate(items, 1)]


@st.composite
def keys(draw: st.DrawFn, *, partial: bool | None = None, shape: Shape | None = None) -> Key:
    """Draw a key as the content check lets it be."""
    shape = draw(st.sampled_from(Shape)) if shape is None else shape
    options = "".join(OPTIONS[: draw(st.integers(3, 8))])
    mixed = "".join(draw(st.permutations(options)))
    gives_parts = draw(st.booleans()) if partial is None else partial
    if shape is Shape.ONE:
        return one(*options, right=mixed[0])
    if shape is Shape.SEVERAL:
        return several(
            options, mixed[: draw(st.integers(1, len(options) - 1))], partial=gives_parts
        )
    if shape is Shape.ORDER:
        return order(mixed, partial=gives_parts)
    return pairs(options, mixed[: draw(st.integers(2, len(options)))], partial=gives_parts)


@st.composite
def answered(
    draw: st.DrawFn, *, partial: bool | None = None, shape: Shape | None = None
) -> tuple[Key, list[str]]:
    """Draw a key and an answer that is possible, finished or not."""
    key = draw(keys(partial=partial, shape=shape))
    if not key.in_rows:
        most = 1 if key.shape is Shape.ONE else None
        chosen = draw(st.lists(st.sampled_from(key.options), unique=True, max_size=most))
        return key, chosen
    rows = draw(st.lists(st.sampled_from(key.rows), unique=True))
    return key, [join(row, draw(st.sampled_from(key.choices))) for row in rows]


tests = st.dictionaries(names, answered(), min_size=1, max_size=25)


def right_answer(key: Key) -> list[str]:
    return list(key.correct)


# --- one question -------------------------------------------------------------------------------


@given(answered())
def test_an_answer_earns_between_nothing_and_one_point(question: tuple[Key, list[str]]) -> None:
    key, chosen = question

    assert is_possible(chosen, key)
    assert 0 <= earned(chosen, key) <= 1


@given(keys())
def test_the_right_answer_is_possible_complete_and_earns_the_point(key: Key) -> None:
    chosen = right_answer(key)

    assert is_possible(chosen, key)
    assert is_complete(chosen, key)
    assert earned(chosen, key) == 1


@given(answered())
def test_only_the_right_answer_earns_the_whole_point(question: tuple[Key, list[str]]) -> None:
    key, chosen = question

    assert (
        (earned(chosen, key) == 1) == (set(chosen) == set(key.correct)) == is_correct(chosen, key)
    )


@given(answered(partial=False))
def test_all_or_nothing_is_all_or_nothing(question: tuple[Key, list[str]]) -> None:
    key, chosen = question

    assert earned(chosen, key) in {0, 1}


@given(answered(), st.randoms())
def test_the_order_of_the_words_of_an_answer_does_not_matter(
    question: tuple[Key, list[str]], random: Random
) -> None:
    key, chosen = question
    mixed = chosen.copy()
    random.shuffle(mixed)

    assert earned(mixed, key) == earned(chosen, key)


@given(answered(), st.randoms())
def test_the_order_in_which_options_and_prompts_are_shown_does_not_matter(
    question: tuple[Key, list[str]], random: Random
) -> None:
    key, chosen = question
    options, prompts = list(key.options), list(key.prompts)
    random.shuffle(options)
    random.shuffle(prompts)

    shuffled = replace(key, options=tuple(options), prompts=tuple(prompts))

    assert earned(chosen, shuffled) == earned(chosen, key)


@given(keys(shape=Shape.SEVERAL))
def test_choosing_every_option_never_pays(key: Key) -> None:
    assert earned(key.options, key) == 0


@given(keys(shape=Shape.ORDER))
def test_the_same_place_for_every_item_never_pays(key: Key) -> None:
    for place in key.choices:
        assert earned([join(item, place) for item in key.rows], key) == 0


@given(keys(shape=Shape.PAIRS))
def test_the_same_option_for_every_prompt_earns_one_pair_at_most(key: Key) -> None:
    for option in key.options:
        chosen = [join(prompt, option) for prompt in key.prompts]
        assert earned(chosen, key) in {0, Fraction(1, len(key.prompts))}


@given(keys(partial=True, shape=Shape.ORDER))
def test_the_reversed_order_earns_nothing(key: Key) -> None:
    items = list(split(key.correct))

    assert earned(in_order("".join(reversed(items))), key) == 0


@given(answered(partial=True, shape=Shape.SEVERAL), st.data())
def test_one_more_right_option_never_costs_and_one_more_wrong_one_never_pays(
    question: tuple[Key, list[str]], data: st.DataObject
) -> None:
    key, chosen = question
    assume(set(chosen) != set(key.options))
    more = data.draw(st.sampled_from([item for item in key.options if item not in chosen]))

    before, after = earned(chosen, key), earned([*chosen, more], key)

    assert after >= before if more in key.correct else after <= before


@given(answered(partial=True, shape=Shape.PAIRS), st.data())
def test_each_pair_that_is_mended_earns_its_share(
    question: tuple[Key, list[str]], data: st.DataObject
) -> None:
    key, chosen = question
    mended = data.draw(st.sampled_from(key.correct))
    assume(mended not in chosen)
    others = [word for word in chosen if split([word]).keys() != split([mended]).keys()]

    gain = earned([*others, mended], key) - earned(chosen, key)

    assert gain == Fraction(1, len(key.prompts))


@given(keys(partial=True, shape=Shape.ORDER), st.data())
def test_mending_two_neighbours_never_costs(key: Key, data: st.DataObject) -> None:
    given_order = data.draw(st.permutations(list(split(key.correct))))
    first = data.draw(st.integers(0, len(given_order) - 2))
    right = list(split(key.correct))
    a, b = given_order[first : first + 2]
    assume(right.index(a) > right.index(b))
    mended = [*given_order[:first], b, a, *given_order[first + 2 :]]

    assert earned(in_order("".join(mended)), key) >= earned(in_order("".join(given_order)), key)


@pytest.mark.parametrize("items", ["abc", "abcd", "abcdef"])
def test_guessing_an_order_earns_little_on_average(items: str) -> None:
    """The plain share of right pairs would give half a point for nothing."""
    guesses = [earned(in_order("".join(guess)), order(items)) for guess in permutations(items)]

    assert sum(guesses) / len(guesses) < Fraction(1, 3)


@pytest.mark.parametrize(
    ("key", "chosen", "points"),
    [
        pytest.param(several("abcde", "ab"), "a", "1/2", id="half-of-the-right-ones"),
        pytest.param(several("abcde", "ab"), "abc", "1/2", id="all-right-and-one-wrong"),
        pytest.param(several("abcde", "ab"), "ac", "0", id="one-right-and-one-wrong"),
        pytest.param(several("abcde", "ab"), "cde", "0", id="wrong-ones-never-below-nothing"),
        pytest.param(several("abcd", "abc"), "ab", "2/3", id="two-of-three"),
        pytest.param(several("abcd", "abc"), "abcd", "0", id="all-of-a-question-with-one-wrong"),
        pytest.param(several("abcde", "abc"), "abcd", "1/2", id="fewer-wrong-ones-cost-more"),
        pytest.param(several("abcde", "ab", partial=False), "a", "0", id="half-of-nothing"),
        pytest.param(order("abcd"), in_order("abdc"), "2/3", id="two-neighbours-the-wrong-way"),
        pytest.param(order("abcd"), in_order("dabc"), "0", id="the-last-one-first"),
        pytest.param(order("abcd"), in_order("bacd"), "2/3", id="the-first-two-the-wrong-way"),
        pytest.param(order("abcd"), ["a:1", "b:2"], "1/6", id="two-of-four-placed"),
        pytest.param(order("abcd"), ["a:1", "b:1", "c:2", "d:3"], "5/6", id="one-place-twice"),
        pytest.param(order("abc", partial=False), in_order("acb"), "0", id="order-all-or-nothing"),
        pytest.param(pairs("abcd", "abc"), ["p:a", "q:b", "r:d"], "2/3", id="two-of-three-pairs"),
        pytest.param(pairs("abcd", "abc"), ["p:a"], "1/3", id="one-pair-and-nothing-else"),
        pytest.param(pairs("ab", "ab", partial=False), ["p:a", "q:a"], "0", id="pairs-all-or-no"),
        pytest.param(one("a", "b", right="a"), "b", "0", id="one-option-is-right-or-wrong"),
        pytest.param(order("abc"), ["a", "b"], "0", id="options-where-places-were-asked"),
        pytest.param(several("abc", "a"), ["a:1"], "0", id="places-where-options-were-asked"),
    ],
)
def test_an_answer_that_is_partly_right_earns_its_part(
    key: Key, chosen: list[str] | str, points: str
) -> None:
    assert earned(list(chosen), key) == Fraction(points)


@pytest.mark.parametrize(
    ("key", "chosen", "possible"),
    [
        pytest.param(one(*"abc", right="a"), [], True, id="nothing-takes-the-answer-back"),
        pytest.param(one(*"abc", right="a"), ["a"], True, id="one-of-one"),
        pytest.param(one(*"abc", right="a"), ["a", "b"], False, id="two-of-one"),
        pytest.param(several("abc", "a"), ["a", "b"], True, id="two-of-several"),
        pytest.param(several("abc", "a"), ["a", "b", "c"], True, id="all-of-several"),
        pytest.param(several("abc", "a"), ["a", "a"], False, id="one-twice"),
        pytest.param(one(*"abc", right="a"), ["x"], False, id="unknown"),
        pytest.param(several("abc", "a"), ["a", "x"], False, id="one-unknown"),
        pytest.param(one(*"abc", right="a"), [""], False, id="empty-name"),
        pytest.param(one(*"abc", right="a"), ["A"], False, id="another-case"),
        pytest.param(one(*"abc", right="a"), ["a:1"], False, id="a-place-for-an-option"),
        pytest.param(order("abc"), [], True, id="no-place-yet"),
        pytest.param(order("abc"), ["b:3"], True, id="one-place"),
        pytest.param(order("abc"), ["a:1", "b:1"], True, id="a-place-twice-can-be-mended"),
        pytest.param(order("abc"), ["a:1", "a:2"], False, id="two-places-for-an-item"),
        pytest.param(order("abc"), ["a:1", "a:1"], False, id="a-word-twice"),
        pytest.param(order("abc"), ["a:0"], False, id="place-zero"),
        pytest.param(order("abc"), ["a:4"], False, id="a-place-too-far"),
        pytest.param(order("abc"), ["a:01"], False, id="a-place-written-otherwise"),
        pytest.param(order("abc"), ["a:٣"], False, id="digits-of-another-script"),
        pytest.param(order("abc"), ["a"], False, id="an-item-without-a-place"),
        pytest.param(order("abc"), ["x:1"], False, id="an-unknown-item"),
        pytest.param(order("abc"), ["a:1:2"], False, id="too-many-parts"),
        pytest.param(pairs("abc", "ab"), ["p:a"], True, id="one-pair"),
        pytest.param(pairs("abc", "ab"), ["p:a", "q:a"], True, id="an-option-for-two-prompts"),
        pytest.param(pairs("abc", "ab"), ["p:a", "p:b"], False, id="two-options-for-a-prompt"),
        pytest.param(pairs("abc", "ab"), ["p:x"], False, id="an-unknown-option"),
        pytest.param(pairs("abc", "ab"), ["a:p"], False, id="the-wrong-way-round"),
        pytest.param(pairs("abc", "ab"), ["r:a"], False, id="an-unknown-prompt"),
    ],
)
def test_an_answer_is_possible_with_known_words_each_once(
    key: Key, chosen: list[str], possible: bool
) -> None:
    assert is_possible(chosen, key) is possible


@pytest.mark.parametrize(
    ("key", "chosen", "complete"),
    [
        pytest.param(several("abc", "a"), [], False, id="nothing-chosen"),
        pytest.param(several("abc", "ab"), ["a"], True, id="an-option-is-an-answer"),
        pytest.param(order("abc"), ["a:1", "b:2"], False, id="an-item-without-a-place"),
        pytest.param(order("abc"), ["a:1", "b:2", "c:2"], False, id="a-place-twice"),
        pytest.param(order("abc"), in_order("cab"), True, id="every-item-has-a-place"),
        pytest.param(pairs("abc", "ab"), ["p:a"], False, id="a-prompt-without-an-option"),
        pytest.param(pairs("abc", "ab"), ["p:c", "q:c"], True, id="every-prompt-has-an-option"),
    ],
)
def test_an_answer_is_complete_when_nothing_is_left_to_choose(
    key: Key, chosen: list[str], complete: bool
) -> None:
    assert is_complete(chosen, key) is complete


def test_places_that_are_taken_twice_are_named_in_order() -> None:
    key = order("abcdefgh")
    chosen = ["a:7", "b:2", "c:7", "d:1", "e:2", "f:2"]

    assert places_taken_twice(chosen, key) == ["2", "7"]
    assert places_taken_twice(["p:a", "q:a"], pairs("abc", "ab")) == []
    assert places_taken_twice(["a:x", "b:x", "c:", "d:"], key) == []


# --- a test -------------------------------------------------------------------------------------


def keys_of(test: dict[str, tuple[Key, list[str]]]) -> dict[str, Key]:
    return {name: key for name, (key, _) in test.items()}


def answers_of(test: dict[str, tuple[Key, list[str]]]) -> dict[str, list[str]]:
    return {name: chosen for name, (_, chosen) in test.items()}


@given(tests, marks)
def test_points_are_between_nothing_and_one_for_each_question(
    test: dict[str, tuple[Key, list[str]]], mark: int
) -> None:
    result = grade(keys_of(test), answers_of(test), mark)

    assert 0 <= result.points <= result.max_points == len(test)
    assert 0 <= result.percent <= 100


@given(tests, marks)
def test_all_right_answers_are_full_points_and_a_pass(
    test: dict[str, tuple[Key, list[str]]], mark: int
) -> None:
    right = {name: right_answer(key) for name, key in keys_of(test).items()}

    assert grade(keys_of(test), right, mark) == Grade(Fraction(len(test)), len(test), passed=True)


@given(tests, marks)
def test_no_answers_are_no_points_and_no_pass(
    test: dict[str, tuple[Key, list[str]]], mark: int
) -> None:
    assert grade(keys_of(test), {}, mark) == Grade(Fraction(0), len(test), passed=False)


@given(tests, marks)
def test_answers_to_questions_that_were_not_drawn_change_nothing(
    test: dict[str, tuple[Key, list[str]]], mark: int
) -> None:
    answers = answers_of(test)

    more = {**answers, "not-drawn": ["a"]}

    assert grade(keys_of(test), more, mark) == grade(keys_of(test), answers, mark)


@given(tests, marks)
def test_the_pass_mark_is_met_exactly(test: dict[str, tuple[Key, list[str]]], mark: int) -> None:
    result = grade(keys_of(test), answers_of(test), mark)
    reached = Fraction(100) * result.points / result.max_points

    assert result.passed == (reached >= mark)
    assert result.passed == (result.percent >= mark)
    assert result.passed == (result.points >= needed_points(len(test), mark, partial=True))


def test_three_thirds_are_a_whole() -> None:
    test = {f"q{number}": several("abcdef", "abc") for number in range(3)}
    thirds = {name: ["a"] for name in test}

    result = grade(test, thirds, 34)

    assert result == Grade(Fraction(1), 3, passed=False)
    assert grade(test, thirds, 33).passed
    assert grade(test, {name: list("abc") for name in test}, 100).percent == 100


@given(st.integers(1, 100), marks, st.data())
def test_needed_points_agree_with_the_grade(total: int, mark: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, total))
    test = {f"q{number}": one("a", "b", right="a") for number in range(total)}
    answers = {f"q{number}": ["a"] for number in range(right)}

    passed = grade(test, answers, mark).passed

    assert passed == (right >= needed_points(total, mark, partial=False))


@given(st.integers(1, 1000), marks)
def test_needed_points_are_the_fewest_that_reach_the_mark(total: int, mark: int) -> None:
    needed = needed_points(total, mark, partial=False)

    assert 100 * needed >= mark * total > 100 * (needed - 1)
    assert 1 <= needed <= total
    assert 100 * needed_points(total, mark, partial=True) == mark * total


@pytest.mark.parametrize(
    ("points", "total", "mark", "passed", "shown"),
    [
        pytest.param(799, 1000, 80, False, 79, id="79.9-is-no-80"),
        pytest.param(800, 1000, 80, True, 80, id="80-is-80"),
        pytest.param(8, 10, 80, True, 80, id="eight-of-ten"),
        pytest.param(7, 10, 80, False, 70, id="seven-of-ten"),
        pytest.param(2, 3, 66, True, 66, id="two-thirds-is-more-than-66"),
        pytest.param(2, 3, 67, False, 66, id="two-thirds-is-less-than-67"),
        pytest.param(29, 100, 29, True, 29, id="0.29-times-100-is-not-28"),
        pytest.param(99, 100, 100, False, 99, id="one-short-of-all"),
    ],
)
def test_the_pass_mark_is_met_in_whole_numbers(
    points: int, total: int, mark: int, passed: bool, shown: int
) -> None:
    test = {f"q{number}": one("a", "b", right="a") for number in range(total)}
    answers = {f"q{number}": ["a"] for number in range(points)}

    result = grade(test, answers, mark)

    assert (result.passed, result.percent) == (passed, shown)


@given(tests)
def test_a_test_without_a_mark_is_neither_passed_nor_failed(
    test: dict[str, tuple[Key, list[str]]],
) -> None:
    assert grade(keys_of(test), answers_of(test), None).passed is None


def test_a_test_without_questions_has_no_percent_to_divide() -> None:
    assert percent(0, 0) == 0


# --- what is shown ------------------------------------------------------------------------------

some_points = st.fractions(min_value=0, max_value=100, max_denominator=840)


@given(some_points, st.integers(1, 100))
def test_percent_never_claims_more_than_was_reached(points: Fraction, total: int) -> None:
    assume(points <= total)

    assert percent(points, total) * total <= 100 * points


@given(some_points)
def test_points_shown_are_at_most_what_was_earned_and_less_than_a_hundredth_below(
    points: Fraction,
) -> None:
    shown = Fraction(shown_points(points))

    assert shown <= points < shown + Fraction(1, 100)


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(0), "0"),
        (Fraction(10), "10"),
        (Fraction(100), "100"),
        (Fraction(15, 2), "7.5"),
        (Fraction(22, 3), "7.33"),
        (Fraction(6719, 840), "7.99"),
        (8, "8"),
    ],
)
def test_points_are_shown_without_needless_zeros(points: Fraction | int, shown: str) -> None:
    assert str(shown_points(points)) == shown
    assert isinstance(shown_points(points), Decimal)
