//! The table as clients see it.

use serde_json::json;

use crate::toy::ops;

#[test]
fn the_listing_speaks_the_dialect_of_the_field() {
    let info = ops().methods_info();
    assert_eq!(
        info["vm.start"],
        json!({
            "description": "Start a halted VM.",
            "params": {
                "id": { "description": "VM to start.", "type": "string" },
                "host": {
                    "description": "Host to start it on; chosen by the pool when left out.", "type": "string", "optional": true,
                },
                "force": { "type": "boolean", "optional": true },
            },
            "selection": "id",
        })
    );
    assert_eq!(
        info["vm.set"]["params"],
        json!({
            "id": { "type": "string" },
            "name_label": { "type": "string", "optional": true },
            "name_description": { "type": "string", "minLength": 0, "optional": true },
            "notes": { "type": ["string", "null"], "optional": true },
            "memory": { "type": ["integer", "string"], "minimum": 0, "optional": true },
            "mode": { "type": "string", "enum": ["clean", "hard"], "optional": true },
            "cpus": { "type": "integer", "minimum": 1, "maximum": 8, "default": 1 },
            "color": { "type": "string", "pattern": "^#?([0-9A-Fa-f]{6})$", "optional": true },
            "creation": { "type": "object", "properties": { "user": { "type": "string", "optional": true } }, "optional": true },
            "tags": { "type": "array", "items": { "type": "string" }, "optional": true },
            "data": { "type": "object", "additionalProperties": { "type": ["string", "null"] }, "optional": true },
        })
    );
}

#[test]
fn the_listing_says_who_may_call() {
    let info = ops().methods_info();
    assert_eq!(info["user.getAll"], json!({ "description": "List all users.", "params": {}, "permission": "admin" }));
    assert_eq!(info["session.signIn"]["permission"], json!(null));
    assert_eq!(info["session.signIn"]["params"], json!({}));
    assert_eq!(info["vm.start"].get("permission"), None);
}

#[test]
fn the_listing_says_what_takes_a_selection_in_place_of_which_parameter() {
    let info = ops().methods_info();
    assert_eq!((&info["vm.copy"]["selection"], info["vm.look"].get("selection")), (&json!("vm"), None));
    assert_eq!(info["user.create"].get("selection"), None);
}

#[test]
fn one_operation_can_be_asked_for() {
    let info = ops().method_info("tag.add").expect("the operation exists");
    assert_eq!((&info["name"], &info["params"]["tag"]), (&json!("tag.add"), &json!({ "type": "string" })));
    assert_eq!(ops().method_info("nope"), None);
}

#[test]
fn the_types_of_the_web_client_are_written_from_the_table() {
    let module = ops().typescript();
    for part in [
        "/** A VM as it is after the change. */\nexport interface Changed {\n  id: string\n  notes: string | null\n  cpus: number\n}",
        "  /** Start a halted VM. */\n  'vm.start': {\n    params: {\n      /** VM to start. */\n      id: string\n",
        "      host?: string\n      force?: boolean\n    }\n    result: true\n  }",
        "      notes?: string | null\n      memory?: number | string\n      mode?: 'clean' | 'hard'\n",
        "      creation?: {\n        user?: string\n      }\n      tags?: string[]\n      data?: Record<string, string | null>\n",
        "    params: Record<string, never>\n    result: Record<string, unknown>[]\n",
        "    params: Record<string, unknown>\n    result: number\n",
        "    result: Changed\n",
    ] {
        assert!(module.contains(part), "{part}\nis not in\n{module}");
    }
}
