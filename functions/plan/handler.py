"""The workflow's question: what is owed now, and until when to wait?"""

import os
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from redress.adapters import wiring
from redress.usecases.plan_next import Question, plan_next

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One turn of an execution: its question as the state machine sends it, the plan as it reads it."""
    question = Question(**{**event, "started_at": datetime.fromisoformat(event["started_at"])})
    plan = plan_next(wiring.desk(), question, os.environ["DEFINITION_DIGEST"])
    logger.info(
        "planned", extra={"number": question.number, "performed": question.perform, "next": plan.next}
    )
    return {name: value for name, value in vars(plan).items() if value is not None}
