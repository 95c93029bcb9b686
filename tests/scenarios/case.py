"""A stage for tests: built once for a class, inside the transaction that Django's own TestCase puts around it."""

import tempfile
from typing import ClassVar
from unittest import mock

from django.test import TestCase, override_settings

from messaging.agent.claude import api as claude_api
from tests.fakes.carrier import FakeCarrier
from tests.scenarios.scripted_model import ScriptedApi
from tests.scenarios.stage import Stage, accounts


class StageCase(TestCase):
    """`kits`: loaded before the first test, so that none of them pays for it."""

    kits: ClassVar[tuple[str, ...]] = ()
    carrier: FakeCarrier
    api: ScriptedApi
    stage: Stage

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.enterClassContext(override_settings(MEDIA_ROOT=folder))
        # The SDK follows a proxy from the environment even to loopback.
        hosts = "127.0.0.1,localhost"
        cls.enterClassContext(mock.patch.dict("os.environ", {"NO_PROXY": hosts, "no_proxy": hosts}))
        cls.addClassCleanup(claude_api._forget)
        cls.carrier = cls.enterClassContext(FakeCarrier(accounts()))
        cls.api = cls.enterClassContext(ScriptedApi())
        cls.stage = Stage(cls.carrier, cls.api)
        for kit in cls.kits:
            cls.stage.open(kit)
