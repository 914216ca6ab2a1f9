use super::*;

#[test]
fn it_looks_like_this() {
    let folder = reviewed(40);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "K");
        insta::assert_snapshot!(format!("tally_{}x{}", size.0, size.1), in_two_themes(&mut stage));
        press(&mut stage, "b");
        insta::assert_snapshot!(format!("tally_by_{}x{}", size.0, size.1), stage.draw());
    }
    let mut empty = stage(&Folder::sample(), (80, 24));
    press(&mut empty, "K");
    insta::assert_snapshot!("tally_empty", empty.draw());
}

#[test]
fn its_numbers_are_those_of_the_command() {
    let folder = reviewed(40);
    same_as_command(&folder, "K", &["tally"]);
    same_as_command(&folder, "K", &["stats", "tally"]);
    same_as_command(&folder, "Kb", &["tally", "--by", "class"]);
    same_as_command(&folder, "Kbb", &["tally", "--by", "run"]);
    same_as_command(&folder, "Kbbb", &["tally", "--by", "capture"]);
    same_as_command(&folder, "/capture=blurry\nK", &["tally", "--filter", "capture=blurry"]);
}
