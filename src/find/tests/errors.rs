//! Every error says where.

use super::*;

/// The error of `text`; `^` under what it points at.
fn shown(text: &str) -> String {
    let error = Small::new().parse(text).expect_err(text);
    let marks = "^".repeat(text[error.at.clone()].chars().count());
    let before = " ".repeat(text[..error.at.start].chars().count());
    format!("{text}\n{before}{marks}\n{error}")
}

#[test]
fn of_names() {
    assert_eq!(
        shown("open gold:Shrit"),
        "open gold:Shrit\n          ^^^^^\nthere is no class `Shrit`\n  did you mean Shirt?"
    );
    assert_eq!(
        shown("gold:coat,t"),
        "gold:coat,t\n          ^\nclass `t` could be any of 2\n  write more of the name: \
         T-shirt/top, Trouser"
    );
    assert_eq!(
        shown("gold:lorry"),
        "gold:lorry\n     ^^^^^\nthere is no class `lorry`\n  there are T-shirt/top, Trouser, Coat, \
         Ankle boot, Shirt"
    );
    assert_eq!(
        shown("tag:\"blury\" x"),
        "tag:\"blury\" x\n    ^^^^^^^\nthere is no tag `blury`\n  did you mean blurry?"
    );
}

#[test]
fn of_fields() {
    assert_eq!(
        shown("ä cpature=x"),
        "ä cpature=x\n  ^^^^^^^\nthere is no field or column `cpature`\n  did you mean capture?"
    );
    assert_eq!(
        shown("reviewed:yes"),
        "reviewed:yes\n^^^^^^^^\nthere is no field or column `reviewed`\n  `reviewed` stands alone, \
         without a value"
    );
    assert_eq!(
        shown("12:30"),
        "12:30\n^^\nthere is no field or column `12`\n  to search for a text with such a sign in it, \
         put it in quotes"
    );
    assert_eq!(
        shown("SITE=x"),
        "SITE=x\n^^^^\nthere are the columns `Site` and `site`\n  write the name with the same capitals"
    );
    assert_eq!(
        shown("@mine"),
        "@mine\n^^^^^\nthere is no saved filter `mine`\n  to search for a text that begins with @, \
         put it in quotes"
    );
}

#[test]
fn of_values() {
    let table = [
        ("conf>high", 5..9, "`high` is not a number"),
        ("conf>nan", 5..8, "`nan` is not a number"),
        ("conf>1e999", 5..10, "`1e999` is not a number"),
        ("conf>0,9", 5..8, "one value can be given here"),
        ("conf~9", 4..5, "`conf` is a number: it has no parts"),
        ("brightness>0,9", 11..14, "one value can be given here"),
        ("brightness=dark", 11..15, "`dark` is not a number"),
        ("capture>3", 7..8, "column `capture` does not hold numbers"),
        ("gold>3", 4..5, "`gold` can't be more or less than something"),
        ("id<3", 2..3, "`id` can't be more or less than something"),
        ("p:coat", 0..6, "the number is missing"),
        ("p:coat:3", 0..8, "a probability is compared with a number"),
        ("p:coat,shirt>3", 2..12, "one value can be given here"),
        ("p:>3", 0..2, "the value is missing"),
        ("gold:coat >3", 11..12, "only p:CLASS has a number behind it"),
        ("verdict:wrong", 8..13, "verdict `wrong` could be any of 2"),
        ("gold:\"\"", 5..7, "there is no class ``"),
        ("gold:", 0..5, "the value is missing"),
        ("(gold: )", 1..6, "the value is missing"),
        ("gold:coat,", 0..10, "the value is missing"),
    ];
    for (text, at, what) in table {
        let error = Small::new().parse(text).expect_err(text);
        assert_eq!((error.at, &*error.what), (at, what), "{text}");
    }
}

#[test]
fn of_structure() {
    let deep = "(".repeat(65);
    let table = [
        ("(open", 0..1, "there is no `)` that closes this `(`"),
        ("open) x", 4..5, "there is no `(` that this `)` closes"),
        ("x \"open", 2..7, "the quotes are not closed"),
        ("x note~a\"b", 8..10, "the quotes are not closed"),
        ("open or", 5..7, "`or` needs something on both sides"),
        ("| open", 0..1, "`or` needs something on both sides"),
        ("a or or b", 2..4, "`or` needs something on both sides"),
        ("a and", 2..5, "`and` needs something on both sides"),
        ("(and a)", 1..4, "`and` needs something on both sides"),
        ("a and or b", 2..5, "`and` needs something on both sides"),
        ("x -", 2..3, "`not` needs something behind it"),
        ("(not) x", 1..4, "`not` needs something behind it"),
        ("x >3", 0..1, "there is no field or column `x`"),
        (":x", 0..1, "there is no field before this"),
        (&deep, 64..65, "more than 64 parentheses within each other"),
    ];
    for (text, at, what) in table {
        let error = Small::new().parse(text).expect_err(text);
        assert_eq!((error.at, &*error.what), (at, what), "{text}");
    }
}

#[test]
fn repeat_only_the_beginning_of_a_long_text() {
    let text = format!("gold:{}", "x".repeat(100_000));
    let error = Small::new().parse(&text).unwrap_err();
    assert_eq!(error.at, 5..text.len());
    assert!(error.to_string().len() < 200);
}
