//! Holds the language against cases that were run through the original, where they are at hand.

use serde_json::Value;

use crate::node::Node;
use crate::{Filter, Shape, Subject};

fn ast(node: &Node) -> Value {
    use serde_json::json;
    let asts = |nodes: &[Node]| nodes.iter().map(ast).collect::<Vec<_>>();
    match node {
        Node::Everything => json!({ "node": "Null" }),
        Node::All(nodes) => json!({ "node": "And", "children": asts(nodes) }),
        Node::Any(nodes) => json!({ "node": "Or", "children": asts(nodes) }),
        Node::Not(node) => json!({ "node": "Not", "child": ast(node) }),
        Node::Comparison(operator, right) => {
            let value: Value = serde_json::from_str(&crate::number::print(*right)).expect("a finite number");
            json!({ "node": "Comparison", "op": operator.symbol(), "value": value })
        }
        Node::Property(name, node) => json!({ "node": "Property", "name": name, "child": ast(node) }),
        Node::Truthy(name) => json!({ "node": "TruthyProperty", "name": name }),
        Node::Text(text) => json!({ "node": "StringNode", "value": text.written }),
        Node::NumberOrText(_, text) => json!({ "node": "NumberOrStringNode", "value": text.written }),
        Node::Glob(glob) => json!({ "node": "GlobPattern", "value": glob.written }),
        Node::Regex(regex) => json!({
            "node": "RegExpNode",
            "source": regex.written,
            "flags": if regex.ignore_case { "i" } else { "" },
        }),
    }
}

#[test]
fn the_language_is_that_of_the_original() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/xo-api/filter-cases.json");
    let Ok(text) = std::fs::read(path) else {
        eprintln!("skipped: no recorded cases at {path}");
        return;
    };
    let recorded: Value = serde_json::from_slice(&text).expect("the cases are JSON");
    let values = recorded["values"].as_object().expect("values by name");
    let cases = recorded["cases"].as_array().expect("a list of cases");
    assert!(cases.len() > 100, "only {} cases", cases.len());
    for case in cases {
        let input = case["input"].as_str().expect("input");
        match Filter::parse(input) {
            Err(error) => assert_eq!(case["error"].as_str(), Some(error.to_string().as_str()), "`{input}`"),
            Ok(filter) => {
                assert_eq!(case["canonical"].as_str(), Some(filter.to_string().as_str()), "`{input}`");
                assert_eq!(case["ast"], ast(&filter.node), "`{input}`");
                let matching: Vec<&str> = values
                    .iter()
                    .filter(|(_, value)| {
                        let shape = if *value == "<undefined>" { Shape::Undefined } else { value.shape() };
                        filter.matches(&shape)
                    })
                    .map(|(name, _)| name.as_str())
                    .collect();
                let expected: Vec<&str> =
                    case["matches"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                assert_eq!(matching, expected, "`{input}`");
            }
        }
    }
}
