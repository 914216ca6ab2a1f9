//! Deciding, leaving, coming back: what was decided is there.

use super::*;

#[test]
fn the_first_screen_shows_the_error_and_what_can_be_done() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let screen = shown(&mut pty, 1);
    assert!(screen.is_alternate());
    assert_eq!(header(&screen), "1 of 318 errors  0 reviewed");
    assert!(screen.line(0).starts_with(" fashion · dev · v1"));
    let (gold, predicted) = (screen.after("gold  "), predicted(&screen));
    assert!(CLASSES.contains(&gold.as_str()) && CLASSES.contains(&predicted.as_str()));
    assert_ne!(gold, predicted, "it is an error");
    for class in CLASSES {
        assert!(screen.has(&format!("{} {class}", digit(class))), "{class}\n{screen}");
    }
    for hint in
        ["b blurry", "a ambiguous", "+ new", "⏎ model wrong", "? all keys", "= both", "q leaves"]
    {
        assert!(screen.has(hint), "{hint}\n{screen}");
    }
    assert!(screen.has(&format!("␣ label wrong→{predicted}")), "{screen}");
    assert_true_picture(&screen, &folder);
    assert_eq!(pty.strays(), [""; 0]);
    let real = json(&folder, &["show", &id(&screen)]);
    assert_eq!((&real["gold"], &real["prediction"]), (&Value::from(gold), &predicted.into()));
}

#[test]
fn what_was_saved_survives_a_kill() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    pty.send("b");
    let tagged = told(&mut pty, &format!("saved  {}: blurry", id(&first)));
    assert!(is_tagged(&tagged, "blurry") && header(&tagged).starts_with("1 of 318"));
    let second = decide(&mut pty, 1, ENTER);
    assert_eq!(status(&second), format!("saved  {}: model wrong, blurry", id(&first)));
    let taken = predicted(&second);
    let third = decide(&mut pty, 2, " ");
    assert_eq!(status(&third), format!("saved  {}: label wrong → {taken}", id(&second)));
    let class = third_class(&third);
    let fourth = decide(&mut pty, 3, &digit(class));
    assert_eq!(status(&fourth), format!("saved  {}: neither → {class}", id(&third)));
    pty.send("+");
    pty.wait_for("the choice of a tag", |screen| screen.has("type its name"));
    pty.send("torn hem\r");
    let last = told(&mut pty, &format!("saved  {}: torn hem", id(&fourth)));
    assert!(is_tagged(&last, "torn hem"), "{last}");
    pty.kill9();

    let mut pty = open(&folder);
    let back = shown(&mut pty, 4);
    assert_eq!((header(&back), id(&back)), (header(&last), id(&last)));
    assert_eq!(header(&back), "4 of 318 errors  4 reviewed");
    assert_eq!(tally_line(&back), tally_line(&last));
    assert!(is_tagged(&back, "torn hem"), "{back}");
    pty.send(LEFT);
    let screen = shown(&mut pty, 3);
    assert!(format!("neither → {class}").starts_with(decided(&screen).trim_end_matches('…')));
    pty.send(LEFT);
    let screen = shown(&mut pty, 2);
    assert!(format!("label wrong → {taken}").starts_with(decided(&screen).trim_end_matches('…')));
    pty.send(LEFT);
    let screen = shown(&mut pty, 1);
    assert_eq!((decided(&screen).as_str(), is_tagged(&screen, "blurry")), ("model wrong", true));
    assert_tally_agrees(&back, &folder);
}

/// The line of the tally says what `gaffe tally` says.
#[track_caller]
fn assert_tally_agrees(screen: &Screen, folder: &Folder) {
    let report = json(folder, &["tally"]);
    let reviewed = format!("of {} errors  {} reviewed", report["errors"], report["reviewed"]);
    assert!(header(screen).ends_with(&reviewed), "{reviewed}\n{screen}");
    let row = |row: &Value| format!("{} {}", row["category"].as_str().unwrap(), row["count"]);
    let rows: Vec<String> = report["categories"].as_array().unwrap().iter().map(row).collect();
    assert!(rows.len() >= 3, "{report}");
    assert_eq!(tally_line(screen), rows.join(" · "));
}

#[test]
fn undo_and_redo_survive_restarts_and_return_to_the_example() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let first = shown(&mut pty, 1);
    let second = decide(&mut pty, 1, "=");
    decide(&mut pty, 2, "-");
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);

    let mut pty = open(&folder);
    assert_eq!(header(&shown(&mut pty, 3)), "3 of 318 errors  2 reviewed");
    pty.send("u");
    told(&mut pty, &format!("saved  undone  {}: neither ⇒ nothing decided", id(&second)));
    let undone = shown(&mut pty, 2);
    assert_eq!(
        (header(&undone).as_str(), id(&undone)),
        ("2 of 318 errors  1 reviewed", id(&second))
    );
    assert_eq!(decided(&undone), "—");
    pty.send("U");
    told(&mut pty, &format!("saved  redone  {}: nothing decided ⇒ neither", id(&second)));
    assert_eq!(decided(&shown(&mut pty, 2)), "neither");
    pty.send("u");
    told(&mut pty, "saved  undone");
    pty.send("u");
    told(&mut pty, &format!("saved  undone  {}: both acceptable ⇒ nothing decided", id(&first)));
    assert_eq!(header(&shown(&mut pty, 1)), "1 of 318 errors  0 reviewed");
    pty.send("q");
    pty.wait_exit();

    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("U");
    told(&mut pty, &format!("saved  redone  {}: nothing decided ⇒ both acceptable", id(&first)));
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
}

#[test]
fn pictures_that_cannot_be_shown_can_be_decided_on() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let missing = id(&shown(&mut pty, 1));
    pty.send(RIGHT);
    let cut = id(&shown(&mut pty, 2));
    pty.send("q");
    pty.wait_exit();
    let file = |id: &str| folder.file(&format!("images/{id}.png"));
    fs::remove_file(file(&missing)).unwrap();
    let bytes = fs::read(file(&cut)).unwrap();
    fs::write(file(&cut), &bytes[..bytes.len() / 2]).unwrap();

    let mut pty = open(&folder);
    card(&mut pty, 2, "not a readable picture");
    pty.send(HOME);
    card(&mut pty, 1, "no such file");
    pty.send("b");
    told(&mut pty, &format!("saved  {missing}: blurry"));
    pty.send(ENTER);
    told(&mut pty, &format!("saved  {missing}: model wrong, blurry"));
    let screen = card(&mut pty, 2, "not a readable picture");
    let taken = predicted(&screen);
    pty.send(" ");
    told(&mut pty, &format!("saved  {cut}: label wrong → {taken}"));
    let next = shown(&mut pty, 3);
    assert_eq!(header(&next), "3 of 318 errors  2 reviewed");
    assert_true_picture(&next, &folder);
}

/// Waits for the card that stands in for a picture.
#[track_caller]
fn card(pty: &mut Pty, place: usize, reason: &str) -> Screen {
    let screen = pty.wait_for(&format!("error {place} and a card with {reason:?}"), |screen| {
        // Words are broken over lines, and the labels stand beside them.
        let left = screen.columns(0, 45).concat().replace(' ', "");
        is_at(screen, place) && left.contains(&reason.replace(' ', ""))
    });
    assert!(screen.has("can't be shown") && screen.picture().is_none(), "{screen}");
    screen
}

#[test]
fn a_second_review_is_told_that_the_project_is_open() {
    let folder = Folder::sample();
    let mut first = open(&folder);
    decide(&mut first, 1, ENTER);
    let mut second = open(&folder);
    let exit = second.wait_exit();
    assert_eq!((exit.code, &exit.signal), (1, &None));
    let said = second.screen();
    assert!(said.has("open in another gaffe") && !said.is_alternate(), "{said}");
    assert_eq!(exit.modes, second.modes_before());
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1, "reading works meanwhile");
    decide(&mut first, 2, ENTER);
    assert_eq!(json(&folder, &["tally"])["reviewed"], 2);
    first.send("q");
    first.wait_exit();
    let mut third = open(&folder);
    assert_eq!(header(&shown(&mut third, 3)), "3 of 318 errors  2 reviewed");
}

const MAILS: &str = "text,label\n\
    see you at noon,ham\n\
    \"you won\nclaim it now\",ham\n\
    lunch?,ham\n\
    \"evil \u{1b}[31mred\u{1b}]0;owned\u{7} words\",spam\n\
    buy pills,spam\n";

const MAIL_PROBS: [[f32; 2]; 5] = [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4], [0.1, 0.9]];

#[test]
fn two_files_of_texts_are_enough_to_begin() {
    let folder = Folder::empty();
    folder.write("dev.csv", MAILS);
    folder.npy("probs.npy", &MAIL_PROBS);
    let mut pty = Pty::spawn(USUAL, &["dev.csv", "probs.npy"], folder.root(), &[]);
    let first = pty.wait_for("the first of two errors", |s| s.line(0).contains(" 1 of 2 errors"));
    let config = folder.read("gaffe.toml");
    assert!(config.contains("\"ham\"") && config.contains("probs.npy"), "{config}");
    pty.send("2");
    told(&mut pty, "saved  ");
    let second = pty.wait_for("the second", |s| s.line(0).contains(" 2 of 2 errors  1 reviewed"));
    let (plain, evil) =
        if first.has("claim it now") { (&first, &second) } else { (&second, &first) };
    assert_eq!((plain.after("gold  "), predicted(plain)), ("ham".to_owned(), "spam".to_owned()));
    assert!(plain.has("you won") && plain.after("1 ham").contains("0.20"), "{plain}");
    assert_eq!((evil.after("gold  "), predicted(evil)), ("spam".to_owned(), "ham".to_owned()));
    assert!(evil.has("evil ␛[31mred␛]0;owned␇ words"), "{evil}");
    assert_eq!(pty.strays(), [""; 0]);
    pty.send("q");
    assert_eq!(pty.wait_exit().code, 0);
    assert_eq!(json(&folder, &["tally"])["reviewed"], 1);
    // Again with the same files: the project is there, and where it was left.
    // A list of classes that was given to it is no stranger either.
    folder.write("classes.txt", "ham\nspam\n");
    for files in [&["dev.csv", "probs.npy"][..], &["dev.csv", "probs.npy", "classes.txt"]] {
        let mut pty = Pty::spawn(USUAL, files, folder.root(), &[]);
        pty.wait_for("the second error", |s| s.line(0).contains(" 2 of 2 errors  1 reviewed"));
        pty.send("q");
        assert_eq!(pty.wait_exit().code, 0);
    }
}

#[test]
fn rows_that_are_left_out_are_said_first() {
    let folder = Folder::small();
    folder.change("dev.csv", "f,is worn,cat", "f,is worn,bird");
    let mut pty = open(&folder);
    told(&mut pty, "1 row is left out: gaffe check says why");
    assert!(folder.gaffe(&["check"]).ok().contains("dev.csv:7: label \"bird\""));
}
