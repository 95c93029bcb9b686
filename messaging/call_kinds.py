"""Whose calls count: those of the team's own phones are told to nobody outside."""

from django.db.models import Q, QuerySet

from messaging import configuration
from messaging.enums import CallState
from messaging.models import Call

# From an own phone when it was decided: with a number and nobody's (missed_calls._carry_out), also once the phone has
# left the team.
_IS_MISSED_OF_TEAM = Q(state=CallState.MISSED, lead__isnull=True, caller__gt="")


def without_team(calls: QuerySet[Call], business_id: int) -> QuerySet[Call]:
    """Of the calls of this business those of everybody else."""
    return calls.exclude(_IS_MISSED_OF_TEAM).exclude(
        lead__isnull=True, caller__in=configuration.own_phones(business_id)
    )


def is_of_team(call: Call) -> bool:
    """The same of one call."""
    if call.lead_id is not None or not call.caller:
        return False
    return call.state == CallState.MISSED or call.caller in configuration.own_phones(call.business_id)
