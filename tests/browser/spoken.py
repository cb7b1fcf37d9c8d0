"""What Chromium tells a screen reader: the controls of explorers, their names and values."""

from collections.abc import Container
from typing import Any

ROLES = {"slider", "combobox", "button", "spinbutton", "textbox", "application", "checkbox"}


def spoken(
    page: Any, selector: str = ".dlbook-live", roles: Container[str] = ROLES
) -> list[list[dict[str, Any]]]:
    """Return role, name and value of each control, for each element that the selector finds.

    Args:
        page: where.
        selector: of the elements to look into.
        roles: of what is returned, if not of controls.
    """
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})
    trees = [session.send("Accessibility.queryAXTree", {"nodeId": i}) for i in found["nodeIds"]]
    session.detach()
    return [[_told(node) for node in tree["nodes"] if _role(node) in roles] for tree in trees]


def _role(node: dict[str, Any]) -> str:
    return "" if node.get("ignored") else node["role"]["value"]


def _told(node: dict[str, Any]) -> dict[str, Any]:
    details = {it["name"]: it["value"].get("value") for it in node.get("properties", [])}
    value = details.get("valuetext") or node.get("value", {}).get("value")
    return {"role": _role(node), "name": node["name"]["value"], "value": value}
