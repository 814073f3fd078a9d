use super::*;

const NONE: Unneeded = |_| &[];

const ANSWER: &str = concat!(
    r#"{"jsonrpc":"2.0","result":{"events":["#,
    r#"{"id":"1","timestamp":"0.0","class":"vm","operation":"add","ref":"OpaqueRef:00000000-0000-0000-0000-000000000001","#,
    r#""snapshot":{"uuid":"u1","name_label":"a \"quoted\" [name] {é\\","memory_static_max":4294967296}},"#,
    "\n ",
    r#"{"class":"newer_than_us","operation":"add","ref":"OpaqueRef:x","snapshot":{"a":[{}]}},"#,
    r#"{"class":"task","operation":"mod","ref":"OpaqueRef:t","snapshot":{"uuid":"u2","progress":nan}},"#,
    r#"{"snapshot":{"uuid":"u3"},"ref":"OpaqueRef:p","operation":"mod","class":"pool"},"#,
    r#"{"class":"host","operation":"mod","ref":"OpaqueRef:odd","snapshot":7},"#,
    r#"{"id":"0","class":"vbd","operation":"del","ref":"OpaqueRef:b"}],"#,
    r#""valid_ref_counts":{"vm":1,"task":1,"newer_than_us":3},"token":"0001,0002"},"id":1}"#,
);

fn read(text: &str, piece: usize) -> Result<(Vec<Change>, Tail), Unreadable> {
    let mut reader = Reader::new(1 << 20, NONE);
    let mut changes = Vec::new();
    for piece in text.as_bytes().chunks(piece) {
        reader.push(piece, &mut changes)?;
    }
    Ok((changes, reader.finish()?))
}

#[test]
fn an_answer_reads_the_same_in_pieces_of_any_length() {
    let (whole, _) = read(ANSWER, ANSWER.len()).unwrap();
    assert_eq!(whole.len(), 4, "{whole:?}");
    for piece in 1..200 {
        let (changes, tail) = read(ANSWER, piece).unwrap();
        // A progress that is no number differs from itself.
        assert_eq!(format!("{changes:?}"), format!("{whole:?}"), "pieces of {piece}");
        assert_eq!(tail.token.as_deref(), Some("0001,0002"));
        assert_eq!(tail.counts, [(Kind::Vm, 1), (Kind::Task, 1)]);
        assert_eq!(tail.odd, 1);
    }
}

#[test]
fn events_are_cut_between_two_and_nowhere_else() {
    let text = r#"{"id":"1","snapshot":{"name_label":"},{"}},{"id":"2","snapshot":{"a":"},{"},"b":"x"#;
    assert_eq!(between_events(text), text.find(r#",{"id":"2""#));
    assert_eq!(between_events(r#"{"snapshot":{"a":"},{"}}"#), None);
    let mut changes = Vec::new();
    let vm = |n| format!(r#"{{"class":"vm","operation":"add","ref":"OpaqueRef:{n}","snapshot":{{"uuid":"u"}}}}"#);
    assert_eq!(events(format!("{},{}", vm(1), vm(2)), NONE, &mut changes), Some(0));
    assert_eq!(events(format!(",{},7", vm(3)), NONE, &mut changes), None);
    assert_eq!(events(format!(",{}", &vm(4)[..30]), NONE, &mut changes), None);
    assert_eq!(events(format!("{}]", vm(5)), NONE, &mut changes), None);
    assert!(changes.len() >= 2);
}

#[test]
fn an_answer_in_segments_says_the_same() {
    let event = |n: usize| {
        format!(
            r#"{{"id":"{n}","class":"vm","operation":"add","ref":"OpaqueRef:{n}","snapshot":{{"uuid":"{n}","name_label":"é\"}},{{"}}}}"#
        )
    };
    let events: Vec<_> = (0..20_000).map(event).collect();
    let text = format!(r#"{{"result":{{"events":[{}],"token":"1,1"}}}}"#, events.join(","));
    let (mut changes, mut segments, mut reader) = (Vec::new(), 0, Reader::new(1 << 20, NONE));
    for piece in text.as_bytes().chunks(100_001) {
        if let Some(segment) = reader.push_or_cut(piece, &mut changes).unwrap() {
            segments += 1;
            assert_eq!(super::events(segment, NONE, &mut changes), Some(0));
        }
    }
    let mut rest = Vec::new();
    reader.push(&[], &mut rest).unwrap();
    changes.extend(rest);
    assert!(segments > 3, "{segments}");
    assert_eq!(reader.finish().unwrap().token.as_deref(), Some("1,1"));
    let whole = read(&text, text.len()).unwrap().0;
    assert_eq!(format!("{changes:?}"), format!("{whole:?}"));
}

#[test]
fn an_answer_that_ends_early_is_an_error_wherever_it_is_cut() {
    for end in 0..ANSWER.len() {
        if ANSWER.is_char_boundary(end) {
            assert!(read(&ANSWER[..end], 50).is_err(), "cut at {end}");
        }
    }
}

#[test]
fn a_changed_byte_never_panics() {
    for at in 0..ANSWER.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bytes = ANSWER.as_bytes().to_vec();
            bytes[at] ^= flip;
            let mut reader = Reader::new(1 << 20, NONE);
            let mut changes = Vec::new();
            let _ = bytes.chunks(64).try_for_each(|piece| reader.push(piece, &mut changes)).map(|()| reader.finish());
        }
    }
}

#[test]
fn errors_are_read_in_both_versions_of_json_rpc() {
    for text in [
        r#"{"jsonrpc":"2.0","error":{"code":1,"message":"SESSION_INVALID","data":["x"]},"id":1}"#,
        r#"{"result":null,"error":["SESSION_INVALID","x"],"id":1}"#,
        r#"{"jsonrpc":"2.0","error":["SESSION_INVALID","x"],"id":0}"#,
    ] {
        let (changes, tail) = read(text, 7).unwrap();
        assert!(changes.is_empty());
        assert_eq!(tail.failure, Some(Failure::new("SESSION_INVALID", ["x"])));
    }
}

#[test]
fn what_is_no_answer_is_said_to_be_none() {
    let reason = |text: &str| match read(text, 16) {
        Err(Unreadable::Nonsense(reason)) => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason("<html><body>It works!</body></html>").contains("HTML"));
    assert!(reason("").contains("empty"));
    assert!(reason(r#"{"result":{"events":[1,2]}}"#).contains("not the JSON"));
}

#[test]
fn a_value_without_end_is_refused_at_the_limit() {
    let mut reader = Reader::new(100_000, NONE);
    let mut changes = Vec::new();
    reader.push(br#"{"result":{"events":[{"class":"vm","junk":""#, &mut changes).unwrap();
    let endless = (0..1000).try_for_each(|_| reader.push(&[b'x'; 1000], &mut changes));
    assert!(matches!(endless, Err(Unreadable::Nonsense(reason)) if reason.contains("longer than")));
}

#[test]
fn fields_that_nobody_needs_stay_empty_wherever_they_come_from() {
    const UNNEEDED: Unneeded = |kind| if kind == Kind::Vm { &["name_label", "consoles"] } else { &[] };
    let snapshot = r#"{"uuid":"u1","name_label":"web","consoles":["OpaqueRef:c"],"name_description":"kept"}"#;
    let ordered = format!(r#"{{"class":"vm","operation":"mod","ref":"OpaqueRef:v","snapshot":{snapshot}}}"#);
    let early = format!(r#"{{"snapshot":{snapshot},"class":"vm","operation":"mod","ref":"OpaqueRef:v"}}"#);
    let network = r#"{"class":"network","operation":"mod","ref":"OpaqueRef:n","snapshot":{"name_label":"lan"}}"#;
    let mut changes = Vec::new();
    assert_eq!(events(format!("{ordered},{early},{network}"), UNNEEDED, &mut changes), Some(0));
    let value: Value = json::Reader::new(&ordered).value().unwrap();
    changes.push(event(value, UNNEEDED).unwrap());
    let mut vms = 0;
    for change in changes {
        let Change::Put(_, record) = change else { panic!("nothing was removed") };
        match record {
            xapi_types::Record::Vm(vm) => {
                assert!(vm.name_label.is_empty() && vm.consoles.is_empty(), "{vm:?}");
                assert_eq!((vm.uuid.as_str(), vm.name_description.as_str()), ("u1", "kept"));
                vms += 1;
            }
            xapi_types::Record::Network(network) => assert_eq!(network.name_label, "lan"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(vms, 3);
}
