"""The messages and datatypes of OCPP 1.6; ACTIONS is the table of its messages."""

# ruff: noqa: F403 - this package is its modules; each name is defined once.

from adapters.v16.actions import ACTIONS as ACTIONS
from adapters.v16.core import *
from adapters.v16.firmware import *
from adapters.v16.local_auth import *
from adapters.v16.remote_trigger import *
from adapters.v16.reservation import *
from adapters.v16.security import *
from adapters.v16.smart_charging import *
from adapters.v16.types import *
