use super::*;

fn message(name: &str, priority: i64, body: &str) -> class::Message {
    class::Message { name: name.into(), priority, body: body.into(), ..Default::default() }
}

fn alarm(name: &str, priority: i64, body: &str) -> Alarm {
    read(&message(name, priority, body)).unwrap_or_else(|| panic!("{name} is an alarm"))
}

const CPU: &str = "value: 0.98\nconfig:\n<variable>\n\t<name value=\"cpu_usage\"/>\n\t<alarm_trigger_level value=\"0.8\"/>\n\
    \t<alarm_trigger_period value=\"60\"/>\n\t<alarm_trigger_sense value=\"high\"/>\n</variable>\n";

#[test]
fn a_value_that_has_passed_its_level_is_read_with_its_configuration() {
    let alarm = alarm("ALARM", 3, CPU);
    assert_eq!((alarm.topic, alarm.severity), (Topic::Threshold, Severity::Warning));
    assert_eq!(alarm.text, "cpu usage is 0.98, above 0.8 for 60 s");
    let expected = Reading {
        name: "cpu_usage".to_owned(),
        value: 0.98,
        level: Some(0.8),
        period: Some(60.0),
        sense: Some("high".to_owned()),
    };
    assert_eq!(alarm.reading, Some(expected));
    let low = "value: 1024\nconfig:\n<variable><name value='memory_internal_free'/>\
        <alarm_trigger_level value='4096'/><alarm_trigger_sense value='low'/></variable>";
    assert_eq!(super::tests::alarm("ALARM", 3, low).text, "memory internal free is 1024, below 4096");
}

#[test]
fn names_that_are_known_say_what_they_are_about() {
    for (name, priority, body, topic, severity, text) in [
        ("HA_HOST_FAILED", 1, "", Topic::HighAvailability, Severity::Critical, "a host has failed"),
        ("HA_SOMETHING_NEW", 3, "", Topic::HighAvailability, Severity::Warning, "high availability reports a change"),
        ("LICENSE_EXPIRES_SOON", 2, "", Topic::License, Severity::Critical, "the licence expires soon"),
        (
            "BOND_STATUS_CHANGED",
            3,
            "bond0 lost\n  eth1",
            Topic::Bond,
            Severity::Warning,
            "the links of a bond have changed: bond0 lost eth1",
        ),
        (
            "FAILED_LOGIN_ATTEMPTS",
            3,
            "<body><total>7</total><known><username>root</username></known></body>",
            Topic::Security,
            Severity::Warning,
            "sign-ins at the pool have failed: total 7, username root",
        ),
        (
            "HOST_SERVER_CERTIFICATE_EXPIRING_30",
            3,
            "",
            Topic::Certificate,
            Severity::Warning,
            "the certificate of a host expires soon",
        ),
        ("MULTIPATH_PERIODIC_ALERT", 3, "", Topic::Multipath, Severity::Warning, "paths to storage are missing"),
        ("SOMETHING_ELSE", 2, "why", Topic::Other, Severity::Critical, "something else: why"),
    ] {
        let alarm = alarm(name, priority, body);
        assert_eq!((alarm.topic, alarm.severity, alarm.text.as_str()), (topic, severity, text), "{name}");
    }
}

#[test]
fn what_is_only_told_is_no_alarm() {
    for name in ["VM_STARTED", "VM_SHUTDOWN", "VM_MIGRATED", "NOTE", ""] {
        for priority in [0, 4, 5, 6, -1] {
            assert_eq!(read(&message(name, priority, "")), None, "{name} {priority}");
        }
    }
}

#[test]
fn a_body_that_is_damaged_is_quoted_and_bounded() {
    for cut in 0..CPU.len() {
        let alarm = alarm("ALARM", 3, &CPU[..cut]);
        assert!(!alarm.text.is_empty());
    }
    for body in
        ["value: x", "value: nan\n<variable><name value='a'/>", "config:", "<", "<a", "é".repeat(10_000).as_str()]
    {
        let alarm = alarm("ALARM", 3, body);
        assert_eq!(alarm.reading, None, "{body}");
        assert!(alarm.text.len() < 2 * LONGEST_QUOTE, "{}", alarm.text);
    }
}
