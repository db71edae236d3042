# SPDX-License-Identifier: LGPL-3.0-or-later
"""Finding and operating widgets as an assistive technology does."""

import time

import gi
import pyatspi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi

# Milliseconds that a busy program may take to answer.  Without that a machine with much to do makes calls fail,
# on which libatspi aborts.
Atspi.set_timeout(20000, 60000)

# Every wait ends when what is waited for has come; on a busy machine that takes a multiple.
PATIENCE = 8
ROLES = {Atspi.role_get_name(role): role for role in map(Atspi.Role, range(Atspi.Role.LAST_DEFINED))}
ROLES["button"] = Atspi.Role.PUSH_BUTTON  # in older versions "push button"
CONTROLS = ("combo box", "spin button", "slider", "button", "toggle button", "check box", "radio button", "image")


def walk(widget):
    for i in range(widget.childCount):
        child = widget.getChildAtIndex(i)
        if child is None:
            continue
        yield child
        yield from walk(child)


def running(name):
    """The application, if it has a window now."""
    for app in pyatspi.Registry.getDesktop(0):
        try:
            if app and app.name.startswith(name) and app.childCount:
                return app
        except Exception:  # it may vanish while being looked at
            pass
    return None


def application(name, timeout=30):
    found, _ = wait_for(lambda: running(name), timeout)
    if not found:
        raise SystemExit("FAIL: no application '%s' within %d s" % (name, timeout * PATIENCE))
    return found


def visible(widget):
    return widget.getState().contains(pyatspi.STATE_SHOWING)


def sensitive(widget):
    return widget.getState().contains(pyatspi.STATE_SENSITIVE)


def widgets(root, roles, shown=False):
    """All of these roles below `root`, in order; asked for in one call, as some hundred calls take a tenth of a
    second."""
    numbers = [ROLES[role] for role in ((roles,) if isinstance(roles, str) else roles)]
    rule = Atspi.MatchRule.new(Atspi.StateSet.new([Atspi.StateType.SHOWING] if shown else []),
                               Atspi.CollectionMatchType.ALL, {}, Atspi.CollectionMatchType.ALL, numbers,
                               Atspi.CollectionMatchType.ANY, [], Atspi.CollectionMatchType.ALL, False)
    return root.get_collection_iface().get_matches(rule, Atspi.CollectionSortOrder.CANONICAL, 0, True)


def find(root, roles, name=None, shown=False):
    for widget in widgets(root, roles, shown):
        try:
            if name in (None, label_of(widget)):
                return widget
        except Exception:  # it may vanish while being looked at
            pass
    return None


def label_of(widget):
    """Its name, or that of the label that names it."""
    if widget.name and widget.getRoleName() != "combo box":
        return widget.name
    for relation in widget.getRelationSet():
        if relation.getRelationType() == pyatspi.RELATION_LABELLED_BY:
            return relation.getTarget(0).name
    return widget.name


def ask(action):
    """Has it done; a window that is busy answers too late for AT-SPI, and does it all the same."""
    try:
        action()
    except Exception:
        pass


def press(widget):
    ask(lambda: widget.queryAction().doAction(0))


def entries(combo):
    menu = combo.getChildAtIndex(0)
    return [menu.getChildAtIndex(i).name for i in range(menu.childCount)]


def chosen(combo):
    """The entry that is selected."""
    child = combo.querySelection().getSelectedChild(0)
    return child.name if child else ""


def choose(combo, words, becomes=None):
    """Selects the first entry that contains `words`, which may become another one."""
    for i, entry in enumerate(entries(combo)):
        if words in entry:
            ask(lambda: combo.querySelection().selectChild(i))
            return bool(wait_for(lambda: (becomes or words) in chosen(combo), 5)[0])
    return False


def wait_for(condition, timeout):
    """What the condition gave, or None after the timeout, which is for a machine at rest; and the seconds
    it took."""
    start = time.monotonic()
    while True:
        try:
            value = condition()
        except Exception:  # widgets may vanish while being looked at
            value = None
        seconds = time.monotonic() - start
        if value or seconds > timeout * PATIENCE:
            return value or None, seconds
        time.sleep(0.03)
