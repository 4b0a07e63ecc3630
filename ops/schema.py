"""The JSON Schema of the stack files, from the settings that the program reads them by.

Editors check a stack file against it while it is written; `make schema` writes it anew.
"""

import json
from pathlib import Path
from typing import Any

from settings import PROJECT
from stack_file import GIVEN_SECRETS, StackSettings

FILE = Path(__file__).parents[1] / "schema" / "stack-file.json"

# What Pulumi itself keeps in a stack file beside the configuration.
KEPT_BY_PULUMI = {
    "secretsprovider": "what encrypts secrets; a passphrase where it is left out",
    "encryptedkey": "the key of secrets, encrypted by the provider",
    "encryptionsalt": "the salt of the passphrase",
}


def schema() -> dict[str, Any]:
    """The schema of a whole `Pulumi.<stack>.yaml` (JSON Schema 2020-12)."""
    stack = StackSettings.model_json_schema(ref_template="#/$defs/{model}")
    definitions = stack.pop("$defs")
    own = "|".join(["stack", *GIVEN_SECRETS])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of the Task Tracker",
        "type": "object",
        "additionalProperties": False,
        "required": ["config"],
        "properties": {
            **{
                key: {"type": "string", "description": description}
                for key, description in KEPT_BY_PULUMI.items()
            },
            "config": {
                "type": "object",
                "required": [f"{PROJECT}:stack"],
                "properties": {
                    f"{PROJECT}:stack": {"$ref": "#/$defs/StackSettings"},
                    **{
                        f"{PROJECT}:{name}": {"$ref": "#/$defs/Secret", "description": description}
                        for name, description in GIVEN_SECRETS.items()
                    },
                },
                # Keys of other projects are theirs; one of this project that nobody reads is wrong.
                "patternProperties": {f"^{PROJECT}:(?!({own})$)": False},
            },
        },
        "$defs": {
            **definitions,
            "StackSettings": stack,
            "Secret": {
                "type": "object",
                "description": "written by `pulumi config set --secret`, never by hand",
                "additionalProperties": False,
                "required": ["secure"],
                "properties": {"secure": {"type": "string"}},
            },
        },
    }


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text())
    print(f"wrote {FILE}")
