from tests.standin.fixtures import register

__all__ = ["register"]
