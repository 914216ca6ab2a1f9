//! How long the screens that decide take: for the key, until the answer, and for a key that moves there.
//! A key is timed in the thread that draws, the screen included.

use gaffe::insight::View;
use gaffe::project::now;
use gaffe::tui::command::Command;
use gaffe::tui::replay::{Driver, Spread};
use gaffe::tui::session::Input;
use std::error::Error;
use std::time::{Duration, Instant};

/// Keys that move on a screen.
const MOVES: usize = 40;

/// Opens each screen and moves on it.
pub fn measure(mut driver: Driver) -> Result<(), Box<dyn Error>> {
    println!("{:<14}{:>10}{:>12}{:>12}{:>12}", "milliseconds", "key", "answer", "move p50", "max");
    driver.settle(now())?;
    for &view in View::ALL {
        time(&mut driver, view)?;
    }
    Ok(())
}

fn time(driver: &mut Driver, view: View) -> Result<(), String> {
    let press = |driver: &mut Driver, command| {
        let start = Instant::now();
        driver.press(&Input::Command(command), now()).map(|()| start.elapsed())
    };
    let start = Instant::now();
    let key = press(driver, Command::View(view))?;
    driver.settle(now())?;
    let answer = start.elapsed();
    let mut moves = Vec::new();
    for at in 0..MOVES {
        let command = if at % 4 == 3 { Command::Up } else { Command::Down };
        moves.push(press(driver, command)?);
    }
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    if let Some(Spread { p50, max, .. }) = Spread::of(&moves) {
        let (key, answer) = (ms(key), ms(answer));
        println!("{:<14}{key:>10.2}{answer:>12.1}{p50:>12.2}{max:>12.2}", view.name());
    }
    Ok(())
}
