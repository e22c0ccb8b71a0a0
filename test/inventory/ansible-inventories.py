"""What Ansible makes of inventories, as `ansible-inventory --list` prints it, for many of them in one process.

Reads a JSON list of inventories, each a list of paths, and prints a JSON list of {"groups": ..., "hosts": ...} or {"error": ...}.
"""
import json
import math
import sys
import warnings

warnings.simplefilter("ignore")

from ansible import constants
from ansible.cli.inventory import INTERNAL_VARS
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager

# Otherwise a file that no plugin can read is only a warning.
constants.INVENTORY_ANY_UNPARSED_IS_FAILED = True


def plain(value):
    """The value as JSON; one that JSON or JavaScript has no form for is {"unsupported": true}."""
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict) and not any(isinstance(key, (float, tuple, bytes)) for key in value):
        return {str(key) if type(key) is not bool and key is not None else json.dumps(key): plain(item) for key, item in value.items()}
    return {"unsupported": True}


def read(paths):
    loader = DataLoader()
    try:
        inventory = InventoryManager(loader=loader, sources=paths)
        variables = VariableManager(loader=loader, inventory=inventory)
        hosts = {}
        for host in inventory.get_hosts():
            found = variables.get_vars(host=host, include_hostvars=False, stage="all")
            hosts[host.name] = {name: plain(value) for name, value in found.items() if name not in INTERNAL_VARS}
        groups = {name: sorted(host.name for host in group.get_hosts()) for name, group in inventory.groups.items()}
        return {"groups": groups, "hosts": hosts}
    except Exception as error:
        return {"error": str(error)}


# Ansible's own messages go to stderr, so that stdout is JSON alone.
stdout, sys.stdout = sys.stdout, sys.stderr
json.dump([read(paths) for paths in json.load(sys.stdin)], stdout)
