use super::*;
use proptest::prelude::*;

fn exact(value: f64) -> Estimate {
    Estimate { value, low: value, high: value }
}

fn hosting(ms: f64, per_hour: f64, fixed_per_month: f64) -> Hosting {
    Hosting { ms: exact(ms), per_hour, fixed_per_month, utilisation: 1.0, peak_factor: 1.0 }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-300)
}

#[test]
fn a_busy_machine_by_hand() {
    // 10 ms: 100 a second, 360,000 an hour for 0.72: 0.002 for 1,000.
    let time = Estimate { value: 10.0, low: 9.0, high: 12.0 };
    let price = per_1000(time, 0.72);
    assert!(near(price.value, 0.002) && near(price.low, 0.0018) && near(price.high, 0.0024));
}

#[test]
fn machines_by_hand() {
    // 10 ms: 262.8 million a month; 70 % of it, and half of that for a peak of twice the average.
    let h = Hosting { utilisation: 0.7, peak_factor: 2.0, ..hosting(10.0, 1.0, 100.0) };
    assert!(near(h.capacity(), 262.8e6 * 0.35));
    let machines = [0.0, 1.0, 91e6, 92e6, 184e6].map(|volume| h.machines(volume) as u64);
    assert_eq!(machines, [1, 1, 1, 2, 3]);
    assert!(near(h.per_month(92e6), 100.0 + 2.0 * 730.0));
    let s = h.scenario(1e6, Some(0.1));
    assert!(
        near(s.per_month, 1e6 * 365.0 / 12.0) && near(s.api.unwrap(), 0.1 * s.per_month / 1000.0)
    );
    assert_eq!((s.machines as u64, s.hosting_is_cheaper), (1, Some(true)));
    assert_eq!(h.scenario(0.0, None).hosting_per_1000, None);
}

#[test]
fn lines_cross_where_the_api_has_paid_for_the_machine() {
    // One machine costs 730 + 270 = 1000 a month; the API 2 for 1,000: equal at 500,000.
    let h = hosting(10.0, 1.0, 270.0);
    let crossing = h.crossing(2.0).unwrap();
    assert!(
        near(crossing.from, 500_000.0) && near(crossing.for_good, crossing.from),
        "{crossing:?}"
    );
    // A machine that does 1,000,000 for 730 against 0.5 for 1,000: the API stays cheaper.
    let slow = hosting(2628.0, 1.0, 0.0);
    assert_eq!(slow.crossing(0.5), None);
    assert_eq!(slow.crossing(0.0), None);
}

#[test]
fn one_more_machine_can_make_it_dearer_once_again() {
    // 1,000,000 a machine for 730; the API takes 1,000 for as many: cheaper from 730,000 to 1,000,000, then two
    // machines cost 1460: from 1,460,000 on, and so forth until the gains have paid for a whole machine.
    let h = hosting(2628.0, 1.0, 0.0);
    let crossing = h.crossing(1.0).unwrap();
    assert!(near(crossing.from, 730_000.0), "{crossing:?}");
    // 3 machines: 2190 against 2000 at the start of their step; 4: 2920 against 3000.
    assert!(near(crossing.for_good, 2_190_000.0), "{crossing:?}");
}

#[test]
fn what_is_no_amount_is_refused() {
    let good = hosting(1.0, 1.0, 0.0);
    assert!(good.check().is_ok());
    for wrong in [
        hosting(0.0, 1.0, 0.0),
        hosting(f64::NAN, 1.0, 0.0),
        hosting(1.0, -1.0, 0.0),
        hosting(1.0, f64::INFINITY, 0.0),
        hosting(1.0, 1.0, -5.0),
        Hosting { utilisation: 0.0, ..good },
        Hosting { utilisation: 70.0, ..good },
        Hosting { peak_factor: 0.5, ..good },
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
}

fn hostings() -> impl Strategy<Value = Hosting> {
    (1e-3..1e5_f64, 0.0..1e3_f64, 0.0..1e5_f64, 0.01..=1.0_f64, 1.0..50.0_f64).prop_map(
        |(ms, per_hour, fixed_per_month, utilisation, peak_factor)| {
            let rest = hosting(ms, per_hour, fixed_per_month);
            Hosting { utilisation, peak_factor, ..rest }
        },
    )
}

proptest! {
    #[test]
    fn costs_are_finite_and_never_fall(h in hostings(), a in 0.0..1e9_f64, more in 0.0..1e9_f64, price in 0.0..1e3_f64) {
        prop_assert!(h.check().is_ok());
        let (few, many) = (h.scenario(a, Some(price)), h.scenario(a + more, Some(price)));
        prop_assert!(few.hosting.is_finite() && many.hosting.is_finite());
        prop_assert!(few.hosting <= many.hosting && few.machines <= many.machines && few.api <= many.api);
        prop_assert!(many.per_month <= many.machines * h.capacity() * (1.0 + 1e-9));
    }

    #[test]
    fn a_crossing_lies_on_both_lines(h in hostings(), price in 1e-6..1e3_f64) {
        let api = |volume: f64| api_per_month(price, volume);
        let Some(Crossing { from, for_good }) = h.crossing(price) else {
            // Never is never: full machines are where they do best.
            for machines in [1.0, 7.0, 1e4] {
                let volume = machines * h.capacity();
                prop_assert!(h.of_machines(machines) >= api(volume) * (1.0 - 1e-9) || volume > 1e9);
            }
            return Ok(());
        };
        prop_assert!(from <= for_good && for_good.is_finite());
        let next = |x: f64| x * (1.0 + 1e-7) + 1e-9;
        prop_assert!(h.per_month(next(for_good)) <= api(next(for_good)) * (1.0 + 1e-6));
        for below in [0.1, 0.5, 0.9, 0.999] {
            prop_assert!(h.per_month(from * below) >= api(from * below) * (1.0 - 1e-9));
        }
        for above in [1.001, 1.5, 2.0, 3.7, 10.0, 1000.0] {
            prop_assert!(h.per_month(for_good * above) <= api(for_good * above) * (1.0 + 1e-9));
        }
    }
}
