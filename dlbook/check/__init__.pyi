from .notebook_door import check as check

__all__ = ["check"]
