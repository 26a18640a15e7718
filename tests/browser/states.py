"""Every state that a page of the portal can be in, and the way to it.

A new page gets its stories in a module beside this one, `<room>_stories.py`: it is found here by its name. A
route without a state fails `tests/unit/test_portal_states.py`; `test_every_page.py` looks at each state.
"""

from importlib import import_module
from pathlib import Path

from tests.browser.story import STATES, State, come

__all__ = ["STATES", "State", "come"]

for _module in sorted(Path(__file__).parent.glob("*_stories.py")):
    import_module(f"tests.browser.{_module.stem}")
