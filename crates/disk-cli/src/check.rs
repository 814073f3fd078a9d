//! `disk-cli check`.

use disk::image;
use serde_json::json;

use crate::{Found, arguments};

pub(crate) async fn check(arguments: arguments::Check) -> anyhow::Result<Found> {
    let mut all = Vec::new();
    let mut found = Found::Well;
    for path in &arguments.images {
        let report = image::check(path, arguments.format).await?;
        if !report.is_sound() {
            found = Found::Wrong;
        }
        let name = path.display().to_string();
        if arguments.json {
            let problems: Vec<_> = report.problems().iter().map(|problem| {
                let text = format!("{:#}", anyhow::Chain::new(problem).map(ToString::to_string).collect::<Vec<_>>().join(": "));
                json!({ "kind": format!("{:?}", problem.kind()), "structure": problem.what(), "offset": problem.offset(), "text": text })
            }).collect();
            all.push(
                json!({ "file": name, "sound": report.is_sound(), "problems": problems, "more": report.untold() }),
            );
        } else if report.is_sound() {
            println!("{name}: sound");
        } else {
            for problem in report.problems() {
                let text: Vec<_> = anyhow::Chain::new(problem).map(ToString::to_string).collect();
                let text = text.join(": ");
                let prefix = format!("`{name}`: ");
                println!("{name}: {}", text.strip_prefix(&prefix).unwrap_or(&text));
            }
            if report.untold() > 0 {
                println!("{name}: {} more problems", report.untold());
            }
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    }
    Ok(found)
}
