//! What only looks takes no selection, and whatever else names an object does.

#[test]
fn actions_are_told_from_reads_by_their_declaration() {
    let ops = xo_server::ops();
    let looks = |name: &str| {
        let verb = name.rsplit('.').next().expect("a name");
        let starts = ["get", "has", "is", "list", "probe"];
        verb == "stats"
            || starts
                .iter()
                .any(|start| verb.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_lowercase)))
    };
    for name in ops.names() {
        let takes = ops.principal(name).is_some();
        assert!(!(takes && looks(name)), "{name} takes a selection and sounds like a read; mark it with `Spec::read`");
        let reads = ops.spec(name).is_some_and(|spec| spec.read);
        assert!(!reads || looks(name), "{name} is marked as a read and does not sound like one");
    }
    for name in ["vm.start", "vm.delete", "vdi.migrate", "sr.scan", "host.stop", "network.delete", "tag.add", "vif.set"]
    {
        assert_eq!(ops.principal(name), Some("id"), "{name}");
    }
    for (name, principal) in
        [("vm.copy", "vm"), ("vm.revert", "snapshot"), ("vm.create", "template"), ("pool.setDefaultSr", "sr")]
    {
        assert_eq!(ops.principal(name), Some(principal), "{name}");
    }
    for name in ["sr.getVdiChainsInfo", "user.delete", "network.createBonded", "session.signIn"] {
        assert!(ops.principal(name).is_none_or(|param| param == "pool"), "{name}");
    }
}
