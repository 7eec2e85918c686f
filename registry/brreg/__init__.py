"""The Brønnøysund register of legal entities over its open API, version 2.

The only package that knows the register's own Norwegian field names. It returns unsaved `Entity`
rows and never touches the database: others decide when to ask, and keep the answers.
"""

from registry.brreg.fields import LONGEST_NAME, to_entity
from registry.brreg.questions import entity, search
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
    "LONGEST_NAME",
    "InvalidQuestion",
    "NotInRegister",
    "RegisterDown",
    "RegisterError",
    "RemovedFromRegister",
    "entity",
    "search",
    "to_entity",
    "user_agent",
]
