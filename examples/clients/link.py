"""What an agent can do with a link: plain HTTP, no SDK, no login. Python 3.9 or newer, nothing to install."""

import json
import urllib.error
import urllib.request


def ask(link, method, params=None):
    """One request, with nothing before it. A link that is over answers 401 with the code link_invalid."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    headers = {"Content-Type": "application/json", "Accept": "*/*"}
    request = urllib.request.Request(link, json.dumps(message).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as refused:
        with refused:
            answer = json.load(refused)
    if "result" in answer:
        return answer["result"]
    error = answer.get("error", {})
    raise RuntimeError(error.get("message") or answer.get("code"))


def list_tools(link):
    """The names of the tools that a link opens."""
    return [tool["name"] for tool in ask(link, "tools/list")["tools"]]


def use_tool(link, name, arguments):
    """The result of a tool, as text."""
    result = ask(link, "tools/call", {"name": name, "arguments": arguments})
    return "\n".join(part.get("text", "") for part in result["content"])
