use crate::Place;

#[tokio::test]
async fn the_first_acknowledgement_stays_over_a_restart_until_it_is_taken_back() {
    let place = Place::new();
    let db = place.open().await;
    assert!(db.acknowledgements().add("m1", "p1", "ann", Some("being looked at")).await.unwrap());
    assert!(!db.acknowledgements().add("m1", "p1", "bob", None).await.unwrap());
    assert!(db.acknowledgements().add("m2", "p2", "bob", None).await.unwrap());
    drop(db);
    let db = place.open().await;
    let first = db.acknowledgements().of_pool("p1").await.unwrap();
    assert_eq!((first.len(), first[0].message.as_str(), first[0].user.as_str()), (1, "m1", "ann"));
    assert_eq!(first[0].note.as_deref(), Some("being looked at"));
    assert_eq!(db.acknowledgements().all().await.unwrap().len(), 2);
    assert!(db.acknowledgements().remove("m1").await.unwrap());
    assert!(!db.acknowledgements().remove("m1").await.unwrap());
    assert!(db.acknowledgements().of_pool("p1").await.unwrap().is_empty());
}
