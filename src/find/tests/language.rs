//! What each term selects.

use super::*;

fn check(table: &[(&str, &[u32])]) {
    let small = Small::new();
    for (text, rows) in table {
        assert_eq!(small.ask(text), *rows, "{text}");
    }
}

#[test]
fn classes() {
    check(&[
        ("gold:Shirt", &[0, 1]),
        ("GOLD=SHIRT", &[0, 1]),
        ("gold:tsh", &[5]),
        ("gold:\"ankle boot\"", &[3]),
        ("gold:boot", &[3]),
        ("gold:coat,ankle_boot", &[2, 3]),
        ("gold:coat, boot", &[2, 3]),
        ("gold!=shirt", &[2, 3, 4, 5]),
        ("gold~shirt", &[0, 1, 5]),
        ("gold:*o*", &[2, 3, 4, 5]),
        ("pred:*", &[0, 1, 2, 3, 5]),
        ("-pred:*", &[4]),
        ("label:coat", &[1, 2]),
        ("label:shirt", &[0]),
        ("relabel:*", &[1]),
        ("relabel:shirt", &[]),
        ("also:shirt", &[1]),
        ("also:coat", &[]),
        ("also:*", &[1]),
    ]);
}

#[test]
fn numbers() {
    check(&[
        ("conf>0.9", &[0]),
        ("conf>=0.9", &[0, 2]),
        ("conf > 0.9", &[0]),
        ("conf<.6", &[3]),
        ("conf<=0.6", &[1, 3]),
        ("conf=0.7", &[5]),
        ("conf!=0.7", &[0, 1, 2, 3, 4]),
        ("-conf>0.6", &[1, 3, 4]),
        ("margin<0.3", &[1, 3]),
        ("loss>2.9", &[0]),
        ("loss<0.6", &[1, 2]),
        ("entropy<0.2", &[0]),
        ("entropy>1", &[3]),
        ("p:shirt>0.3", &[1, 5]),
        ("p:\"ankle boot\" >= 3e-1", &[3]),
        ("p:tshirt=0", &[1]),
        ("tags>1", &[3]),
        ("tags:0", &[1, 2, 4, 5]),
    ]);
}

#[test]
fn decisions() {
    check(&[
        ("tag:blurry", &[0, 3]),
        ("tag:OCC", &[3]),
        ("tag:occluded,\"bl ack\"", &[3]),
        ("tag:*", &[0, 3]),
        ("tag!=occluded", &[0, 1, 2, 4, 5]),
        ("verdict:model-wrong", &[0]),
        ("verdict:\"label wrong\"", &[1]),
        ("verdict:model,uns", &[0, 3]),
        ("verdict:*", &[0, 1, 3]),
        ("difficulty:hard", &[3]),
        ("difficulty:very-easy", &[]),
        ("by:\"ada l.\"", &[1]),
        ("by:ada*", &[1]),
        ("by~L", &[1]),
        ("order:random", &[0]),
        ("order:label-issue,random", &[0, 1]),
        ("reviewed", &[0, 1, 3]),
        ("open", &[2, 4, 5]),
        ("Flagged", &[0]),
        ("skipped", &[2]),
        ("unsure", &[3]),
        ("relabelled", &[1]),
        ("noted", &[0, 4]),
        ("marked", &[0, 5]),
        ("error", &[0, 3, 5]),
        ("correct", &[1, 2]),
        ("blind", &[1]),
        ("is:flag", &[0]),
        ("is:unsure,marked", &[0, 3, 5]),
        ("is!=open", &[0, 1, 3]),
        ("note~sleeve", &[0]),
        ("note:*", &[0, 4]),
        ("note=\"\"", &[1, 2, 3, 5]),
    ]);
}

#[test]
fn texts_and_metadata() {
    check(&[
        ("id:dev-0042*", &[2, 3]),
        ("id:dev-0042", &[2]),
        ("id:x-1", &[4]),
        ("id~x-", &[4, 5]),
        ("id:x-1,X-1", &[4, 5]),
        ("text~.PNG", &[0, 1, 2, 3]),
        ("text:ärm", &[5]),
        ("text=B.png", &[1]),
        ("capture=blurry", &[0]),
        ("capture:sharp", &[1, 4, 5]),
        ("capture=blurry*", &[0, 2]),
        ("capture=\"blurry, dark\"", &[2]),
        ("capture=\"blurry*\"", &[]),
        ("capture=*", &[0, 1, 2, 4, 5]),
        ("capture=\"\"", &[3]),
        ("capture!=sharp", &[0, 2, 3]),
        ("capture!=sharp,blurry", &[2, 3]),
        ("capture~AR", &[1, 2, 4, 5]),
        ("brightness=0.5", &[1]),
        ("brightness>0.3", &[1, 4]),
        ("brightness>=0.3 brightness<1", &[0, 1, 5]),
        ("brightness<-1", &[3]),
        ("brightness=-2", &[3]),
        ("brightness:0.3,10", &[0, 4, 5]),
        ("brightness:0.3*", &[0, 5]),
        ("brightness=\"\"", &[2]),
        ("\"camera model\"=B", &[1, 2]),
        ("\"camera model\"=\"a\"*", &[0, 3, 4]),
        ("\"camera model\"=\"a*\"", &[3]),
        ("\"camera model\"=\"say \\\"x\\\"\"", &[5]),
        ("col.\"camera model\"=ab", &[4]),
        ("col.gold>4", &[4, 5]),
        ("\"gold\"=1", &[0]),
        ("Site:north", &[0]),
        ("site:south", &[5]),
    ]);
}

#[test]
fn words_are_searched_for_everywhere() {
    check(&[
        ("sleeve", &[0]),
        ("\"NO pic\"", &[4]),
        ("dark", &[2]),
        ("dev-042", &[0, 1]),
        ("ÄRMEL", &[5]),
        ("\"reviewed\"", &[]),
        ("s*ve", &[0]),
        ("camera", &[]),
        ("\"(1)\"", &[0]),
    ]);
}

#[test]
fn words_between_terms() {
    check(&[
        ("", &[0, 1, 2, 3, 4, 5]),
        ("  ( ) ", &[0, 1, 2, 3, 4, 5]),
        ("gold:shirt reviewed tag:blurry", &[0]),
        ("(gold:Shirt or gold:Coat) and not tag:blurry", &[1, 2]),
        ("gold:shirt or gold:coat and open", &[0, 1, 2]),
        ("gold:shirt|gold:coat", &[0, 1, 2]),
        ("gold:coat || gold:boot", &[2, 3]),
        ("NOT reviewed OR flagged", &[0, 2, 4, 5]),
        ("!reviewed", &[2, 4, 5]),
        ("--reviewed", &[0, 1, 3]),
        ("not -reviewed", &[0, 1, 3]),
        ("-(gold:shirt or open)", &[3]),
        ("not(reviewed)", &[2, 4, 5]),
        ("gold:Shirt pred:T-shirt conf>0.9 tag:blurry reviewed capture=blurry note~sleeve", &[0]),
    ]);
}

#[test]
fn only_a_blank_text_asks_nothing() {
    let small = Small::new();
    assert!(small.parse(" ").unwrap().is_empty());
    assert!(!small.parse("gold:coat or marked").unwrap().is_empty());
}

#[test]
fn rows_outside_of_the_data_have_no_values() {
    let small = Small::new();
    let data = Data {
        examples: &small.examples,
        run: &small.run,
        classes: &small.classes,
        reviews: &small.reviews,
        marked: &small.marked,
    };
    let texts = "gold:* pred:* conf>=0 loss>=0 entropy>=0 margin>=0 p:coat>=0 brightness>-9 error correct \
                 reviewed capture:* id:* text:* dev";
    for text in texts.split_whitespace() {
        assert!(!small.parse(text).unwrap().matches(&data, 99), "{text}");
    }
}

#[test]
fn keeps_the_order_of_the_rows_and_stops_when_told() {
    let small = Small::new();
    let data = Data {
        examples: &small.examples,
        run: &small.run,
        classes: &small.classes,
        reviews: &small.reviews,
        marked: &small.marked,
    };
    let rows: Vec<u32> = (0..60_000).map(|i| 5 - i % 6).collect();
    let filter = small.parse("gold:shirt").unwrap();
    let fitting: Vec<u32> = rows.iter().copied().filter(|&row| row < 2).collect();
    assert_eq!(filter.select(&data, &rows, &AtomicBool::new(false)), Some(fitting));
    assert_eq!(filter.select(&data, &rows, &AtomicBool::new(true)), None);
}

#[test]
fn asks_first_what_is_quick_to_answer() {
    let small = Small::new();
    let slow_first = small.parse("sleeve entropy>1 reviewed (x or note~y) gold:coat").unwrap();
    let quick_first = small.parse("gold:coat reviewed entropy>1 sleeve (note~y or x)").unwrap();
    assert_eq!(slow_first, quick_first);
}

#[test]
fn can_be_sent_to_a_worker() {
    fn sent<T: Send + Sync + Clone + std::fmt::Debug>() {}
    sent::<Filter>();
    sent::<Data<'_>>();
}
