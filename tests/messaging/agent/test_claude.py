"""A turn with the model: what is asked, what comes of it, what the reply check does, and how circles end."""

from typing import Any

import pytest

from messaging.agent.claude.conversing import FailureReason, Limits, ModelReply, ToolCall, Usage
from messaging.agent.claude.tooling import as_tool
from tests.fakes.messages_api import (
    API_KEY,
    MODEL,
    MessagesApi,
    Step,
    replies,
    says,
    text_block,
    thinking_block,
    tool_block,
    uses,
    uses_all,
)
from tests.messaging.agent.claude_turn import ONE, Desk, Turn, never

# What is asked


def test_a_whole_turn(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    messages_api.script(
        uses("find_slots", {"day": "monday"}, saying="Let me look.", thinks=True),
        uses("book_slot", {"slot": "B9"}),
        says("Monday at 8 AM works. Shall I book it?", thinks=True),
    )
    assert turn() == ModelReply(
        text="Monday at 8 AM works. Shall I book it?",
        usage=Usage(900, 0, 3600, 120, 3),
        calls=(
            ToolCall("find_slots", {"day": "monday"}, "A1: Monday 8 AM", False),
            ToolCall("book_slot", {"slot": "B9"}, "That time was never offered.", True),
        ),
        rewritten=(),
        request_id="req_3",
    )
    assert desk.asked == ["find monday", "book B9"]
    head = {
        "model": MODEL,
        "max_tokens": 2048,
        "system": [
            {"type": "text", "text": "You answer for Alder Plumbing.", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "Today is Thursday."},
        ],
        "output_config": {"effort": "low"},
        "metadata": {"user_id": "c-7f3a"},
        "tools": [tool.schema() for tool in desk.tools()],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    }
    first = [
        {"role": "user", "content": "[missed call 7:14 PM; the business sent the text below]"},
        {"role": "assistant", "content": "Sorry we missed you. How can we help?"},
        {"role": "user", "content": "my sink drips\nanything on monday?"},
    ]
    found = tool_block("find_slots", {"day": "monday"}, id="toolu_1_1")
    second = [
        *first,
        {"role": "assistant", "content": [thinking_block(), text_block("Let me look."), found]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1_1", "content": "A1: Monday 8 AM"}],
        },
    ]
    refused = {
        "type": "tool_result",
        "tool_use_id": "toolu_2_1",
        "content": "That time was never offered.",
        "is_error": True,
    }
    third = [
        *second,
        {"role": "assistant", "content": [tool_block("book_slot", {"slot": "B9"}, id="toolu_2_1")]},
        {"role": "user", "content": [refused]},
    ]
    assert messages_api.bodies == [{**head, "messages": messages} for messages in (first, second, third)]
    assert messages_api.steps_left == 0


def test_the_key_is_a_bearer_token_of_the_newest_version(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(says("Hello."))
    turn(api_key=f" {API_KEY}\n", base_url=f"{messages_api.url}/")
    sent = messages_api.headers[0]
    assert (sent["authorization"], sent["anthropic-version"]) == (f"Bearer {API_KEY}", "2026-10-21")
    assert sent["x-stainless-retry-count"] == "0"


def test_what_is_empty_is_not_sent(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(says("Hello."))
    history = [("customer", " Hi "), ("us", ""), ("customer", "  "), ("customer", "There?")]
    turn(tools=[], system=["", " "], effort="", user_id="", history=history)
    assert messages_api.bodies == [
        {"model": MODEL, "max_tokens": 2048, "messages": [{"role": "user", "content": "Hi\nThere?"}]}
    ]


@pytest.mark.parametrize(
    "history",
    [[], [("customer", " ")], [("us", "Hello"), ("customer", "Hi")], [("customer", "Hi"), ("us", "Hello")]],
)
def test_a_history_that_nobody_could_answer_is_a_defect(
    messages_api: MessagesApi, turn: Turn, history: list[Any]
) -> None:
    with pytest.raises(ValueError, match="begins and ends with the customer"):
        turn(history=history)
    assert messages_api.bodies == []


def test_the_environment_has_no_say_in_key_and_address(
    messages_api: MessagesApi, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.setenv(name, "of-somebody-else")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    messages_api.script(says("Hello."))
    turn()
    assert messages_api.headers[0]["authorization"] == f"Bearer {API_KEY}"


def test_a_proxy_in_the_environment_is_not_asked_for_loopback(
    messages_api: MessagesApi, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fixture sets NO_PROXY: a proxy that is right for the real API would swallow these tests."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    messages_api.script(says("Hello."))
    assert turn().text == "Hello."


# What comes of it


def test_texts_are_found_by_type_and_joined(messages_api: MessagesApi, turn: Turn) -> None:
    redacted = {"type": "redacted_thinking", "data": "c2VjcmV0"}
    news = {"type": "something_new", "text": 5}
    messages_api.script(
        replies([thinking_block(), redacted, text_block(" Yes. "), news, text_block("\n"), text_block("At 8.")])
    )
    assert turn().text == "Yes. At 8."


@pytest.mark.parametrize("content", [[], [thinking_block()], [text_block("")], [text_block(" \n")]])
def test_the_model_may_say_nothing_and_nobody_judges_it(
    messages_api: MessagesApi, turn: Turn, content: list[Any]
) -> None:
    judged: list[str] = []
    messages_api.script(replies(content))
    assert turn(judge=lambda text: [judged.append(text) or "no"]) == ModelReply("", ONE, (), (), "req_1")
    assert judged == []


def test_words_next_to_a_call_are_not_the_reply(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(uses("find_slots", {"day": None}, saying="I booked you!"), says("Monday at 8?"))
    assert turn(judge=never("I booked you!")).text == "Monday at 8?"


def test_an_empty_text_is_not_handed_back(messages_api: MessagesApi, turn: Turn) -> None:
    """The API sends empty texts and refuses to take them; the fake would complain."""
    call = tool_block("find_slots", {"day": None}, id="toolu_x")
    messages_api.script(uses_all([call], before=[thinking_block(), text_block("")]), says("Hello."))
    assert turn().text == "Hello."
    assert messages_api.bodies[1]["messages"][-2]["content"] == [thinking_block(), call]


def test_several_calls_at_once_are_all_answered(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    """We ask for one at a time; not every model obeys."""
    messages_api.script(
        uses_all([tool_block("find_slots", {"day": "monday"}), tool_block("book_slot", {"slot": "A1"})]), says("Done.")
    )
    assert [call.result for call in turn().calls] == ["A1: Monday 8 AM", "Booked."]
    assert desk.asked == ["find monday", "book A1"]


@pytest.mark.parametrize(
    ("step", "result"),
    [
        (uses("cancel_everything", {}), "There is no tool called cancel_everything."),
        (uses("find_slots", {"day": 5}), "day must be a text."),
        (uses("book_slot", {}), "slot is missing."),
        (uses("book_slot", {"slot": "A1", "price": 0}), "book_slot takes no price."),
    ],
)
def test_a_wrong_call_is_told_to_the_model_and_does_nothing(
    messages_api: MessagesApi, turn: Turn, desk: Desk, step: Step, result: str
) -> None:
    messages_api.script(step, says("Which day?"))
    reply = turn()
    assert (reply.text, [(call.result, call.is_error) for call in reply.calls]) == ("Which day?", [(result, True)])
    (block,) = messages_api.bodies[1]["messages"][-1]["content"]
    assert (block["content"], block["is_error"]) == (result, True)
    assert desk.asked == []


def test_what_breaks_in_a_tool_is_the_turns_failure(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(uses("break_down"))
    with pytest.raises(LookupError, match="the database is gone"):
        turn()


def test_a_tool_without_words_still_answers(messages_api: MessagesApi, turn: Turn) -> None:
    def wave() -> str:
        """Wave."""
        return ""

    messages_api.script(uses("wave"), says("Hello."))
    turn(tools=[as_tool(wave)])
    assert messages_api.bodies[1]["messages"][-1]["content"][0]["content"] == "Done."


# The reply check


def test_a_text_that_may_not_leave_is_written_again_once(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(says("It costs $5.", thinks=True), says("I will ask about the price."))
    reply = turn(judge=never("It costs $5."))
    assert reply == ModelReply("I will ask about the price.", ONE + ONE, (), ("Do not say It costs $5.",), "req_2")
    said, told = messages_api.bodies[1]["messages"][-2:]
    assert said == {"role": "assistant", "content": [thinking_block(), text_block("It costs $5.")]}
    assert (told["role"], told["content"].splitlines()[1:]) == ("user", ["- Do not say It costs $5."])
    assert messages_api.bodies[1]["messages"][:-2] == messages_api.bodies[0]["messages"]


def test_tools_may_be_used_for_the_rewrite(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    messages_api.script(says("Booked!"), uses("book_slot", {"slot": "A1"}), says("You are booked."))
    assert turn(judge=never("Booked!")).text == "You are booked."
    assert desk.asked == ["book A1"]


def test_a_second_bad_text_ends_the_turn(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(uses("find_slots", {"day": None}), says("It costs $5."), says("It costs $6."))
    failed = turn.failure(judge=never("It costs $5.", "It costs $6."))
    assert (failed.reason, failed.detail, failed.usage) == (
        FailureReason.GUARDED,
        "Do not say It costs $6.",
        ONE + ONE + ONE,
    )
    assert failed.rewritten == ("Do not say It costs $5.", "Do not say It costs $6.")
    assert [call.name for call in failed.calls] == ["find_slots"]
    assert len(messages_api.bodies) == 3


def test_silence_is_no_answer_to_an_objection(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(says("It costs $5."), replies([]))
    assert turn.failure(judge=never("It costs $5.")).reason == FailureReason.GUARDED


def test_no_rewrite_where_none_is_allowed(messages_api: MessagesApi, turn: Turn) -> None:
    messages_api.script(says("It costs $5."))
    assert turn.failure(judge=never("It costs $5."), limits=Limits(rewrites=0)).reason == FailureReason.GUARDED


# Circles


def test_the_same_call_a_third_time_ends_the_turn(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    messages_api.script(*[uses("find_slots", {"day": "monday"})] * 3)
    failed = turn.failure()
    assert (failed.reason, failed.usage.calls, len(failed.calls)) == (FailureReason.TOO_MANY_CALLS, 3, 2)
    assert desk.asked == ["find monday"] * 2


def test_the_same_call_is_the_same_in_any_order_and_when_refused(messages_api: MessagesApi, turn: Turn) -> None:
    one, other = {"slot": "B9", "why": "x"}, {"why": "x", "slot": "B9"}
    messages_api.script(uses("book_slot", one), uses("book_slot", other), uses("book_slot", one))
    assert turn.failure().reason == FailureReason.TOO_MANY_CALLS


def test_other_arguments_are_another_call(messages_api: MessagesApi, turn: Turn) -> None:
    days = ["monday", "tuesday", "monday", "tuesday"]
    messages_api.script(*[uses("find_slots", {"day": day}) for day in days], says("Monday?"))
    assert turn().text == "Monday?"


def test_the_sixth_request_must_be_the_text(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    messages_api.script(*[uses("find_slots", {"day": f"{number}"}) for number in range(6)])
    failed = turn.failure()
    assert (failed.reason, failed.usage.calls) == (FailureReason.TOO_MANY_CALLS, 6)
    # What the sixth asked for is not done: nobody could say that it was.
    assert desk.asked == [f"find {number}" for number in range(5)]


def test_a_flood_of_calls_in_one_reply_ends_the_turn(messages_api: MessagesApi, turn: Turn, desk: Desk) -> None:
    messages_api.script(uses_all([tool_block("find_slots", {"day": f"{number}"}) for number in range(50)]))
    assert turn.failure().reason == FailureReason.TOO_MANY_CALLS
    assert len(desk.asked) == 6
