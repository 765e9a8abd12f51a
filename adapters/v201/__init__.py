"""The messages and datatypes of OCPP 2.0.1; ACTIONS is the table of its messages."""

# ruff: noqa: F403 - this package is its modules; each name is defined once.

from adapters.v201.actions import ACTIONS as ACTIONS
from adapters.v201.authorization import *
from adapters.v201.availability import *
from adapters.v201.certificates import *
from adapters.v201.data_transfer import *
from adapters.v201.diagnostics import *
from adapters.v201.display import *
from adapters.v201.firmware import *
from adapters.v201.local_auth import *
from adapters.v201.metering import *
from adapters.v201.provisioning import *
from adapters.v201.remote_control import *
from adapters.v201.reservation import *
from adapters.v201.security import *
from adapters.v201.smart_charging import *
from adapters.v201.tariff import *
from adapters.v201.transactions import *
from adapters.v201.types import *
