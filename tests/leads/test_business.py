import pytest
from django.core.exceptions import ValidationError

from leads.models import Business
from leads.models.business import DEFAULT_OPT_OUT_LINE

REFUSED = {"opt_out_line": ["Callers must be told to answer STOP, as in “Reply STOP to opt out.”"]}


@pytest.mark.parametrize(
    "line",
    [
        *(DEFAULT_OPT_OUT_LINE, "Responda STOP para darse de baja.", "Text STOP to end.", "Reply stop to opt out"),
        *("STOP = no more texts", "Reply “STOP” to unsubscribe"),
    ],
)
def test_an_opt_out_line_asks_for_the_word(line: str) -> None:
    business = Business(name="Joe", opt_out_line=line)
    business.clean()
    assert business.opt_out_line == line


@pytest.mark.parametrize(
    "line",
    [
        *("", "Nonstop help by text, day and night.", "Do not reply STOP please.", "We never STOP helping."),
        *("Reply if you want no texts.", "Reply STOP to confirm.", "No responda STOP."),
    ],
)
def test_an_opt_out_line_without_the_instruction_is_refused(line: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Business(name="Joe", opt_out_line=line).clean()
    assert refusal.value.message_dict == REFUSED
