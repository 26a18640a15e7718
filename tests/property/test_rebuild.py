"""What holds of every rebuild and every check, whatever happened to a complaint and wherever a restore cut it."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from redress.domain import audit
from redress.domain import commands as c
from redress.domain.errors import IllegalTransition, InvalidInput, NotAllowedByPack
from redress.store import keys, rebuild
from redress.store.rebuild import Workbench
from redress.usecases.change import change
from redress.usecases.rebuild import derive
from tests.property.test_complaint import PACKS, Story, as_workflow, stories
from tests.support import restores, tables
from tests.support.complaints import PLAYER, REGION, SYSTEM, T0, Case, submit
from tests.support.desks import Clock, Office
from tests.support.restores import Dump
