//! The filter line, as it is drawn.

use crate::support::stage::{Stage, press};

#[test]
fn candidates_errors_and_what_was_found() {
    for (cols, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut stage = Stage::sample(cols, rows);
        for (name, keys) in
            [("fields", "/"), ("values", "gold:"), ("wrong", "Trowser x\n"), ("found", "\u{8}")]
        {
            if name == "found" {
                stage = Stage::sample(cols, rows);
                press(&mut stage, "/gold:Shirt capture=blurry\n");
            } else {
                press(&mut stage, keys);
            }
            insta::assert_snapshot!(format!("find_{name}_{cols}x{rows}"), stage.draw());
        }
    }
}
