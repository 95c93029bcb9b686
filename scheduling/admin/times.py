"""Times of day as people write them."""

from typing import Any

from django.contrib.admin.widgets import AdminTimeWidget
from django.db import models
from django.http import HttpRequest

# The spellings of the business file. A blank in a format wants one in the text, hence both.
TIME_FORMATS = ("%H:%M", "%H:%M:%S", "%I%p", "%I %p", "%I:%M%p", "%I:%M %p")


class SpokenTimes:
    """Times of day as people write them, with an example; after it, what the model says of the field."""

    def formfield_for_dbfield(self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.TimeField):
            kwargs["widget"] = AdminTimeWidget(attrs={"placeholder": "16:00"}, format="%H:%M")
            kwargs["input_formats"] = TIME_FORMATS
            kwargs["help_text"] = f"Such as 16:00 or 4pm. {db_field.help_text}".strip()
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: the admin class beside it has it
