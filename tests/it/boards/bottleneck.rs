use super::*;

#[test]
fn it_looks_like_this() {
    let folder = reviewed(10);
    for size in SIZES {
        let mut stage = stage(&folder, size);
        press(&mut stage, "B");
        let name = format!("bottleneck_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, in_two_themes(&mut stage));
    }
}

#[test]
fn its_numbers_are_those_of_the_command() {
    same_as_command(&reviewed(10), "B", &["stats", "bottleneck"]);
}
