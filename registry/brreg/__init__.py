"""The Brønnøysund register of legal entities over its open API, version 2.

The only package that knows the register's own Norwegian field names. It returns unsaved `Entity`
rows and never touches the database: others decide when to ask, and keep the answers.
"""

from registry.brreg.fields import LONGEST_NAME, to_entity
from registry.brreg.questions import (
    LONGEST_LIST,
    Change,
    Event,
    UnreadableEntity,
    entities,
    entity,
    search,
    updates,
)
from registry.brreg.wire import (
    CALL_LIMIT,
    InvalidQuestion,
    NotInRegister,
    RegisterDown,
    RegisterError,
    RemovedFromRegister,
    user_agent,
)

__all__ = [
    "CALL_LIMIT",
    "LONGEST_LIST",
    "LONGEST_NAME",
    "Change",
    "Event",
    "InvalidQuestion",
    "NotInRegister",
    "RegisterDown",
    "RegisterError",
    "RemovedFromRegister",
    "UnreadableEntity",
    "entities",
    "entity",
    "search",
    "to_entity",
    "updates",
    "user_agent",
]
