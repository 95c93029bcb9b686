"""The business whose robot is asked: the kit for home services on the fake carrier, answering at once, by rules.

Prints its account key.
"""

from bench.installation import our_number
from leads import config
from leads.kits import kits
from messaging.enums import Driver, NumberMode
from messaging.models import AgentSettings, CarrierAccount, PhoneNumber
from scheduling.models import Resource
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN

# Every customer of the benchmark books a visit; the kit's two technicians would be booked out before it ends.
TECHNICIANS = 20


def main() -> None:
    kit = next(kit for kit in kits() if kit.slug == "home_services")
    business = config.load(kit.text()).business
    account = CarrierAccount.objects.create(
        business=business, name="Carrier", account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN
    )
    phoenix = business.locations.get(slug="phoenix")
    PhoneNumber.objects.create(
        business=business, location=phoenix, account=account, number=our_number(0), mode=NumberMode.FORWARDED,
        texts_per_second=200,
    )  # fmt: skip
    for index in range(TECHNICIANS):
        Resource.objects.create(business=business, name=f"Technician {index}").locations.add(phoenix)
    AgentSettings.objects.filter(business=business).update(quiet_seconds=0, driver=Driver.RULES)
    print(account.key)
