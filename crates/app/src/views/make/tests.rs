use super::*;
use crate::views::{
    follow::Heard,
    tests::{Lab, gone, put, query},
};

fn ids(list: &List) -> Vec<String> {
    list.index().objects().map(|object| object.id().to_owned()).collect()
}

#[test]
fn a_list_in_the_making_loses_what_left_in_news_that_were_missed() {
    let lab = Lab::new();
    lab.change(vec![put("a", "one"), put("b", "two")]);
    let (audience, query) = (Audience::Everything, query(""));
    let making = Making::begin(&lab.views);
    let index = lab.views.index(&audience, &query, &lab.stop).expect("nobody stops it");
    lab.change(vec![gone("a"), put("c", "three")]);
    lab.views.look(&Heard::all(), &lab.stop);
    let list = lab.views.finish(&making, &audience, &query, index, &lab.stop).expect("there is room");
    assert_eq!(ids(&list), ["c", "b"]);
}

#[test]
fn a_list_in_the_making_has_what_happened_meanwhile() {
    let lab = Lab::new();
    lab.change(vec![put("a", "one"), put("b", "two")]);
    let (audience, query) = (Audience::Everything, query(""));
    let making = Making::begin(&lab.views);
    let index = lab.views.index(&audience, &query, &lab.stop).expect("nobody stops it");
    let delta = Arc::new(lab.change(vec![gone("a"), put("b", "zero"), put("c", "three")]));
    lab.views.look(&Heard::of(delta), &lab.stop);
    let list = lab.views.finish(&making, &audience, &query, index, &lab.stop).expect("there is room");
    assert_eq!(ids(&list), ["c", "b"]);
    drop(making);
    assert!(lab.views.0.state.lock().making.is_empty());
}

#[test]
fn what_a_list_has_missed_is_bounded() {
    let mut missed = Missed::default();
    let ids: Arc<[Box<str>]> = (0..MOST_MISSED).map(|n| n.to_string().into()).collect();
    missed.add(&ids);
    assert!(!missed.all);
    missed.add(&Arc::from([Box::from("one more")]));
    assert!(missed.all && missed.ids.is_empty());
}
