"""What stands in somebody's way on a page."""

from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
RULES = [*TAGS, "best-practice"]
OPEN_ALL = (
    "document.querySelectorAll('main details').forEach(each => { each.open = true })"
)
AXE = """rules => axe.run({runOnly: rules}).then(found => found.violations.map(
    rule => [rule.id, ...rule.nodes.map(node => node.target.join(' '))]))"""
SIDEWAYS = """() => [...document.querySelectorAll('body *')].filter(each => {
    const box = each.getBoundingClientRect();
    const inner = each.closest('.scroll, .vh, .skip, svg');
    return !inner && box.width && (box.left < -1 || box.right > innerWidth + 1);
}).map(each => each.outerHTML.slice(0, 120))"""


def find_violations(page: Page, script: str, rules: list[str]) -> list[Any]:
    """Return what axe-core finds, with everything unfolded."""
    page.evaluate(OPEN_ALL)
    page.evaluate(script)
    found: list[Any] = page.evaluate(AXE, rules)
    return found
