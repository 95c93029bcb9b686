import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leads.config_yaml import MOST_BYTES, ConfigError, ConfigErrors, Inline, Node, Plain, Problem, Quoted, read, write


def errors_of(text: str) -> list[ConfigError]:
    with pytest.raises(ConfigErrors) as caught:
        read(text)
    return caught.value.errors


def test_every_value_has_its_path_and_line_and_stays_as_written() -> None:
    root = read('a:\n  - b: 18:00\n    c: [01234, "yes"]\n  - plain\nd:\n')
    assert root == Node(
        "",
        1,
        {
            "a": Node(
                "a",
                1,
                (
                    Node(
                        "a[0]",
                        2,
                        {
                            "b": Node("a[0].b", 2, "18:00"),
                            "c": Node("a[0].c", 3, (Node("a[0].c[0]", 3, "01234"), Node("a[0].c[1]", 3, "yes"))),
                        },
                    ),
                    Node("a[1]", 4, "plain"),
                ),
            ),
            "d": Node("d", 5, None),
        },
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "~"])
def test_nothing_is_nothing(text: str) -> None:
    assert read(text) == Node("", 1, None)


def test_a_quoted_empty_text_is_a_text() -> None:
    assert read('a: ""\nb: "null"').as_mapping() == {"a": Node("a", 1, ""), "b": Node("b", 2, "null")}


def test_a_key_written_twice_is_refused_with_both_lines() -> None:
    message = "“name” is written twice here; the first is in line 2. Keep one."
    assert errors_of("business:\n  name: A\n  phone: x\n  name: B\n") == [ConfigError("business.name", 4, message)]


def test_a_syntax_error_has_its_line() -> None:
    errors = errors_of("business:\n  name: A\n  phone: [1, 2\nlocations:\n")
    assert [(error.path, error.line) for error in errors] == [("", 4)]
    assert errors[0].message.startswith("This is not YAML: ")


def test_an_unclosed_quote_at_the_end_is_reported_inside_the_file() -> None:
    assert [error.line for error in errors_of('a: 1\nb: "never closed\n')] == [2]


def test_a_character_that_is_no_text_has_its_line() -> None:
    assert errors_of("a: 1\nb: \x00\n") == [ConfigError("", 2, "There is a character here that no text file may hold.")]


@pytest.mark.parametrize("value", ["!!python/object/apply:os.system [ls]", "!x y", "!!int 3", "! z"])
def test_no_tag_is_ever_obeyed(value: str) -> None:
    message = "Tags (words that begin with “!”) do not belong in this file."
    assert errors_of(f"a: 1\nb: {value}\n") == [ConfigError("", 2, message)]


def test_a_second_document_is_refused() -> None:
    assert len(errors_of("a: 1\n---\nb: 2\n")) == 1


def test_a_file_over_a_megabyte_is_refused_before_it_is_parsed() -> None:
    message = "The file is larger than 1 MB. A business file is a few pages of text."
    assert errors_of("#" * (MOST_BYTES + 1)) == [ConfigError("", 1, message)]
    assert read("#" * MOST_BYTES) == Node("", 1, None)


def test_deep_nesting_is_refused() -> None:
    assert [error.line for error in errors_of("\n" + "[" * 100_000)] == [2]


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]
    message = "This repeats itself (*name) until it is too large to be a business file."
    assert [error.message for error in errors_of("\n".join(lines))] == [message]


def test_too_many_aliases_are_refused() -> None:
    message = "This is nested too deeply, or repeats (*name) too much, to be a business file."
    assert errors_of("a: &a x\nb: [" + "*a, " * 101 + "]") == [ConfigError("", 2, message)]


def test_an_alias_to_itself_is_refused() -> None:
    assert len(errors_of("a: &a [*a]\n")) == 1


def test_a_few_aliases_are_fine_and_get_the_path_of_their_place() -> None:
    root = read('a: &week ["8:00-17:00"]\nb: *week\n').as_mapping()
    assert root["b"] == Node("b", 2, (Node("b[0]", 1, "8:00-17:00"),))


def test_changes_replace_and_add_by_path() -> None:
    root = read("business:\n  name: A\nnumbers:\n  - number: x\n    label: y\n")
    changed = root.changed("business.name", "B").changed("business.slug", "b").changed("numbers[0].number", "z")
    assert changed.as_mapping()["business"] == Node(
        "business", 1, {"name": Node("business.name", 2, "B"), "slug": Node("business.slug", 1, "b")}
    )
    assert changed.as_mapping()["numbers"].as_list()[0].as_mapping() == {
        "number": Node("numbers[0].number", 4, "z"),
        "label": Node("numbers[0].label", 5, "y"),
    }


def test_a_change_of_an_entry_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        read("numbers: [x]").changed("numbers[1].number", "z")
    assert caught.value.error == ConfigError("numbers", 1, "There is no entry 2 here.")


TEXTS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=300
)  # any text a database can hold


@given(TEXTS)
def test_what_is_written_is_read_back(text: str) -> None:
    data = [{"text": text, "more": "x"}, text]
    first, second = read(write("key", data)).as_mapping()["key"].as_list()
    assert [first.as_mapping()["text"].value, second.value] == [text, text]


@given(st.lists(st.text("ab {}:,#'\"-\n", max_size=140), max_size=4))
def test_lists_on_one_line_are_read_back(texts: list[str]) -> None:
    written = write("key", {"inner": Inline(texts)})
    assert [item.value for item in read(written).as_mapping()["key"].as_mapping()["inner"].as_list()] == texts


def test_other_yaml_readers_agree() -> None:
    data = {"phone": "+15205550100", "zip": "01234", "long": "word " * 30 + "end", "hours": Quoted("8:00"), "n": 3}
    written = write("key", data)
    assert yaml.safe_load(written) == {"key": {**data, "hours": "8:00"}}
    assert written == (
        'key:\n  phone: "+15205550100"\n  zip: "01234"\n  long: >-\n'
        f"    {' '.join(['word'] * 22)}\n    {' '.join(['word'] * 8)} end\n"
        '  hours: "8:00"\n  n: 3\n'
    )


def test_plain_values_stay_plain() -> None:
    assert write("key", {"a": Plain("89"), "b": Plain("89.50-250"), "c": Plain("from 89")}) == (
        "key:\n  a: 89\n  b: 89.50-250\n  c: from 89\n"
    )
