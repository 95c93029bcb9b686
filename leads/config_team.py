"""People of the team in a business file. They are named, never made: a file must give nobody access to anything."""

from dataclasses import dataclass

from django.db.models import Q

from leads.config_fields import Surroundings
from leads.config_yaml import Node, Problem
from leads.models import Membership


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member of the business, by e-mail address or user name, whatever the case of its letters."""

    def read(self, node: Node, around: Surroundings) -> Membership:
        name = node.as_text().strip()
        mine = Membership.objects.filter(business=around.business).select_related("user")
        found = list(mine.filter(Q(user__email__iexact=name) | Q(user__username__iexact=name))[:2])
        if not name or not found:
            raise Problem(node, f"Nobody in the team is called “{name}”. Invite them first, or take this line out.")
        if len(found) > 1:
            raise Problem(node, f"Several in the team are called “{name}”. Write the user name.")
        return found[0]

    def write(self, value: Membership) -> str:
        """The address, which is the same in another installation, where it means one person."""
        address, name = value.user.email, value.user.get_username()
        others = Membership.objects.filter(business=value.business_id).exclude(pk=value.pk)
        taken = others.filter(Q(user__email__iexact=address) | Q(user__username__iexact=address))
        return name if not address or taken.exists() else address
