use std::{num::NonZeroU32, path::Path};

use app::{Config, Duration, Forwarded, Level, LogFormat};

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/etc/xo-server/config.toml")).expect("the configuration is good")
}

fn refused(text: &str) -> String {
    let error = Config::parse(text, Path::new("/etc/xo-server/config.toml")).expect_err("the configuration is bad");
    let error = error.to_string();
    let rest = error.strip_prefix("config file `/etc/xo-server/config.toml`");
    assert_eq!(error.lines().count(), 1, "{error}");
    rest.unwrap_or_else(|| panic!("the file is named: {error}")).to_owned()
}

#[test]
fn nothing_gives_the_defaults_of_the_original() {
    let config = parse("");
    assert_eq!(config.xapi_mark_disconnected_delay, Duration::from_millis(300_000));
    let tokens = &config.authentication;
    assert_eq!(tokens.default_token_validity, Duration::from_days(30));
    assert_eq!(tokens.max_token_validity, Duration::parse("0.5 year").unwrap());
    assert_eq!(tokens.session_cookie_validity, Duration::parse("10 hours").unwrap());
    assert_eq!(tokens.throttling_delay, Duration::from_millis(2000));
    assert_eq!(config.permanent_cookie_validity(), Duration::from_days(30));
    assert_eq!(tokens.default_sign_in_page, "/signin");
    assert!(config.http.cookies.http_only && config.http.listen.0.is_empty());
}

#[test]
fn the_keys_of_the_original_are_read() {
    let config = parse(
        r#"
        datadir = "data"
        xapiMarkDisconnectedDelay = "10 minutes"

        [authentication]
        defaultTokenValidity = "2 weeks"
        throttlingDelay = 500

        [http]
        redirectToHttps = true
        useForwardedHeaders = ["127.0.0.1", "::1"]

        [http.cookies]
        httpOnly = false
        sameSite = "strict"

        [http.listen.plain]
        port = 80

        [http.listen.tls]
        hostname = "xo.example.org"
        port = 443
        certificate = "./cert.pem"
        key = "/etc/ssl/key.pem"
        autoCert = true

        [http.mounts]
        "/v5" = "../xo-web/dist"
        "/v6" = ["a", "b"]

        [http.proxies]
        "/openmetrics" = "http://localhost:9004"

        [logs]
        level = "debug"
        format = "json"

        [journal]
        maxAge = "1 week"
        maxSize = 1000000

        [transfers]
        stall = "2 minutes"
        atOnce = 8

        [consoles]
        perUser = 4
        idle = "1 hour"

        [stats]
        loadPeriod = "1 minute"
        "#,
    );
    assert_eq!(config.datadir, Path::new("/etc/xo-server/data"));
    assert_eq!(config.xapi_mark_disconnected_delay, Duration::from_millis(600_000));
    assert_eq!(config.authentication.throttling_delay, Duration::from_millis(500));
    assert_eq!(config.permanent_cookie_validity(), Duration::from_days(14));
    let http = &config.http;
    let here = ["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()];
    assert_eq!(http.use_forwarded_headers, Forwarded::From(here.to_vec()));
    assert!(!http.cookies.http_only && http.redirect_to_https);
    let tls = &http.listen.0["tls"];
    assert_eq!((tls.port, tls.auto_cert), (Some(443), true));
    assert_eq!(tls.cert.as_deref(), Some(Path::new("/etc/xo-server/./cert.pem")));
    assert_eq!(tls.key.as_deref(), Some(Path::new("/etc/ssl/key.pem")));
    assert_eq!(http.mounts["/v5"].0, [Path::new("/etc/xo-server/../xo-web/dist")]);
    assert_eq!(http.mounts["/v6"].0.len(), 2);
    assert_eq!(http.proxies["/openmetrics"], "http://localhost:9004");
    assert_eq!((config.logs.level, config.logs.format), (Level::Debug, LogFormat::Json));
    assert_eq!(config.journal.max_size, 1_000_000);
    assert_eq!((config.transfers.stall, config.transfers.at_once), (Duration::from_millis(120_000), 8));
    assert_eq!(config.transfers.validity, Duration::from_millis(300_000));
    assert_eq!((config.consoles.per_user, config.consoles.total), (4, 1000));
    assert_eq!(config.consoles.idle, Duration::from_millis(3_600_000));
    assert_eq!(config.stats.load_period, Duration::from_millis(60_000));
}

#[test]
fn listeners_may_be_a_list_and_forwarded_headers_a_switch() {
    let config =
        parse("[http]\nuseForwardedHeaders = true\n[[http.listen]]\nport = 80\n[[http.listen]]\nsocket = 'xo.sock'");
    assert_eq!(config.http.use_forwarded_headers, Forwarded::Everybody);
    assert_eq!(config.http.listen.0["0"].port, Some(80));
    assert_eq!(config.http.listen.0["1"].socket.as_deref(), Some(Path::new("/etc/xo-server/xo.sock")));
}

#[test]
fn sections_of_the_original_without_use_here_are_accepted_and_listed() {
    let config = parse("[redis]\nsocket = '/run/redis'\n[xapiOptions]\nmaxUncoalescedVdis = 5\n[plugins.audit]\nx = 1");
    assert_eq!(config.unused(), ["plugins", "redis", "xapiOptions.maxUncoalescedVdis"]);
    assert!(parse("").unused().is_empty());
    let config = parse(
        "[xapiOptions]\nrestartHostTimeout = '30 minutes'\nvmEvacuationConcurrency = 5\n[updates]\nfeed = '/srv/updates.xml'",
    );
    let options = config.xapi_options;
    assert_eq!(
        (options.restart_host_timeout, options.vm_evacuation_concurrency),
        (Duration::from_millis(1_800_000), 5)
    );
    assert_eq!((config.updates.feed.as_str(), config.unused()), ("/srv/updates.xml", &[][..]));
    let config = parse("[xapiOptions]\nvdiDelayBeforeRemovingCloudConfigDrive = '90 seconds'");
    let delay = config.xapi_options.vdi_delay_before_removing_cloud_config_drive;
    assert_eq!((delay, config.unused()), (Duration::from_millis(90_000), &[][..]));
}

#[test]
fn an_unknown_key_is_named_with_its_section() {
    let error = refused("datadirr = 'x'");
    assert!(error.starts_with(": unknown field `datadirr`, expected one of `datadir`"), "{error}");
    let error = refused("[http.listen.main]\nhostnam = 'x'\nport = 1");
    assert!(error.contains("unknown field `hostnam`") && error.contains("http.listen.main"), "{error}");
    let error = refused("[authentication]\nthrotlingDelay = 1");
    assert!(error.contains("unknown field `throtlingDelay`") && error.contains("`authentication"), "{error}");
}

#[test]
fn a_value_of_another_kind_is_named_with_its_key() {
    let error = refused("[http.listen.main]\nport = 99999");
    assert!(error.contains("http.listen.main.port"), "{error}");
    let error = refused("xapiMarkDisconnectedDelay = 'soon'");
    assert!(error.contains("xapiMarkDisconnectedDelay") && error.contains("such as \"30 days\""), "{error}");
    let error = refused("[logs]\nlevel = 'loud'");
    assert!(error.contains("logs.level") && error.contains("`loud`"), "{error}");
}

#[test]
fn limits_that_let_nothing_through_are_refused() {
    let error = refused("[transfers]\nlongest = 0");
    assert!(error.contains("`transfers.longest` is no time at all"), "{error}");
    let error = refused("[transfers]\natOnce = 0");
    assert!(error.contains("`transfers.atOnce` is none at all"), "{error}");
    let error = refused("[consoles]\nperUser = 0");
    assert!(error.contains("`consoles.perUser` is none at all"), "{error}");
    let error = refused("[stats]\nloadPeriod = 0");
    assert!(error.contains("`stats.loadPeriod` is no time at all"), "{error}");
    let error = refused("[consoles]\nstall = 0");
    assert!(error.contains("`consoles.stall` is no time at all"), "{error}");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_line_and_column() {
    let error = refused("datadir = 'x'\nport: 80");
    assert!(error.starts_with(", line 2, column 7: key with no value"), "{error}");
    let error = refused("datadir = 'a'\ndatadir = 'b'");
    assert!(error.starts_with(", line 2, column 1: duplicate key"), "{error}");
}

#[test]
fn values_that_do_not_go_together_are_named() {
    for (text, expected) in [
        ("[http.listen.a]\nhostname = 'x'", ": `http.listen.a` is without `port` or `socket`"),
        ("[http.listen.a]\nport = 1\nsocket = 's'", ": `http.listen.a` is with both `port` and `socket`"),
        ("[http.listen.a]\nport = 1\ncert = 'c'", ": `http.listen.a` is with only one of `cert` and `key`"),
        ("[http.mounts]\nv5 = 'x'", ": `http.mounts.v5` is not a URL path: it does not start with `/`"),
        ("[http.proxies]\n'/x' = 'localhost'", ": `http.proxies./x` is not an http or https URL"),
        (
            "[authentication]\ndefaultTokenValidity = '1 year'",
            ": `authentication.defaultTokenValidity` is longer than `authentication.maxTokenValidity`",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn requests_are_limited_where_the_file_says_so() {
    assert!(parse("").rest_api.requests_per_second.is_none());
    let config = parse(
        "[rest-api]\nrequestsPerSecond = 5\nburst = 20\ndashboardCacheTimeout = '1 min'\nmaxRamAllocatedPerSseClient = 4096",
    );
    let limit = (config.rest_api.requests_per_second, config.rest_api.burst);
    assert_eq!(limit, (NonZeroU32::new(5), NonZeroU32::new(20)));
    assert_eq!(config.rest_api.max_ram_allocated_per_sse_client, 4096);
    assert_eq!(config.rest_api.dashboard_cache_timeout.0.as_secs(), 60);
    assert!(config.unused().is_empty());
    assert_eq!(
        refused("[rest-api]\nburst = 20"),
        ": `rest-api.burst` is of no use without `rest-api.requestsPerSecond`"
    );
    for value in ["0", "-1", "1.5", "'fast'"] {
        let error = refused(&format!("[rest-api]\nrequestsPerSecond = {value}"));
        assert!(error.contains("rest-api") || error.contains("requestsPerSecond"), "{error}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Config::load(Path::new("/nonexistent/config.toml")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read config file `/nonexistent/config.toml`");
}

#[test]
fn a_secret_is_not_shown() {
    let config = parse("[http]\nsessionSecret = 'hunter2'");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_limit_that_lets_nothing_through_is_refused() {
    let error = refused("[apiWebSocketOptions]\nmaxPayload = 0\n");
    assert!(error.starts_with(": `apiWebSocketOptions.maxPayload` is too small"), "{error}");
}

#[test]
fn folders_to_be_served_that_are_not_there_are_found() {
    let config = parse("[http.mounts]\n'/v5' = ['/', '/no/such/folder']\n[http.publicMounts]\n'/a' = '/neither'\n");
    let expected = [("http.mounts./v5", "/no/such/folder"), ("http.publicMounts./a", "/neither")];
    let missing = config.http.missing_folders();
    let missing: Vec<_> = missing.iter().map(|(key, folder)| (key.as_str(), folder.to_str().unwrap())).collect();
    assert_eq!(missing, expected);
}
