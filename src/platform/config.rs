//! Every setting of the process, read once from the environment. What is wrong is told all at once.

use crate::platform::files::{Bucket, FilesPlace};
use crate::platform::network::Network;
use crate::platform::secret::Secret;
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Where Ozon says that its pushes come from.
pub const OZON_PUSH_NETWORKS: &str = "195.34.21.0/24,185.73.192.0/22,91.223.93.0/24";

/// Settings of the process. `.env.example` describes each.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DATABASE_URL`; unset: a private cluster in the data dir.
    pub database_url: Option<Secret<String>>,
    /// `AGENTIQ_DATA_DIR`.
    pub data_dir: PathBuf,
    /// `AGENTIQ_ADDR`; port 0 takes a free one.
    pub addr: SocketAddr,
    /// `AGENTIQ_PUBLIC_URL`: how browsers reach us, when not by the address itself. `https` makes cookies secure.
    pub public_url: Option<String>,
    /// `AGENTIQ_KEYS`: the key ring, `2:base64,1:base64`, first is active; unset: a file in the data dir.
    pub keys: Option<Secret<String>>,
    /// `AGENTIQ_OZON_URL`.
    pub ozon_url: String,
    /// `AGENTIQ_OZON_UNLIMITED`: calls as fast as we can; heeded only where Ozon is a sandbox on this machine.
    pub ozon_unlimited: bool,
    /// `AGENTIQ_OZON_PUSH_NETWORKS`: where Ozon's pushes come from; others are turned away.
    pub ozon_push_networks: Vec<Network>,
    /// `AGENTIQ_POLL_INTERVAL`: how often every seller is asked for news.
    pub poll_interval: Duration,
    /// `AGENTIQ_URGENT_POLL_INTERVAL`: how often sellers with urgent chats are asked.
    pub urgent_poll_interval: Duration,
    /// `AGENTIQ_SEND_TIMEOUT`: longest wait for a marketplace's answer to a send.
    pub send_timeout: Duration,
    /// `AGENTIQ_UNDO_PAUSE`: how long a reply can be taken back before it leaves; `0s`: not at all.
    pub undo_pause: Duration,
    /// `AGENTIQ_METRICS_ADDR`; unset: no metrics.
    pub metrics_addr: Option<SocketAddr>,
    /// `AGENTIQ_TRUSTED_PROXIES`: how many reverse proxies stand before us; 0: the peer is the client.
    pub trusted_proxies: usize,
    /// `AGENTIQ_POSTGRES_BIN`: where `initdb` and `pg_ctl` are, when not where one would look.
    pub postgres_bin: Option<PathBuf>,
    /// `AGENTIQ_FILES_URL`: where files of chats lie; unset: a folder in the data dir.
    pub files: FilesPlace,
    /// `AGENTIQ_CLOCK_FILE`: by how many seconds a test wants us ahead of the world; refused where Ozon is no sandbox on this machine.
    pub clock_file: Option<PathBuf>,
    /// `AGENTIQ_TELEGRAM_URL`: where Telegram's Bot API is.
    pub telegram_url: String,
    /// Where language models are.
    pub models: ModelSettings,
}

/// Where language models are, as the installation sees it. Keys are the workspaces'.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// `AGENTIQ_DEEPSEEK_URL`.
    pub deepseek_url: String,
    /// `AGENTIQ_YANDEX_AI_URL`.
    pub yandex_url: String,
    /// `AGENTIQ_GIGACHAT_URL`.
    pub gigachat_url: String,
    /// `AGENTIQ_GIGACHAT_AUTH_URL`: where its keys are changed for passes.
    pub gigachat_auth_url: String,
    /// `AGENTIQ_OPENAI_URL`.
    pub openai_url: String,
    /// `AGENTIQ_MODEL_NETWORKS`: networks of the house that workspaces may name model servers in; none at first.
    pub networks: Vec<Network>,
    /// `AGENTIQ_GIGACHAT_CA`: certificates that GigaChat's hosts are believed by.
    pub gigachat_ca: Option<PathBuf>,
}

impl ModelSettings {
    /// Takes the models of a sandbox on this machine for all of them, and lets workspaces name servers here.
    pub fn point_to_sandbox(&mut self, url: &str) {
        let below = |path: &str| format!("{}/models/{path}", url.trim_end_matches('/'));
        self.deepseek_url = below("deepseek");
        self.yandex_url = below("yandex/v1");
        self.gigachat_url = below("gigachat/api/v1");
        self.gigachat_auth_url = below("gigachat/oauth");
        self.openai_url = below("openai/v1");
        self.networks.extend("127.0.0.0/8".parse::<Network>());
    }
}

/// Settings that could not be understood, one sentence each.
#[derive(Debug, thiserror::Error)]
#[error("settings cannot be used:\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// Names every variable that cannot be understood.
    #[expect(clippy::disallowed_methods, reason = "this is the place the lint points to")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// Reads from any source of variables.
    ///
    /// # Errors
    /// Names every variable that cannot be understood.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader { get: &get, problems: Vec::new() };
        let data_dir = PathBuf::from(get("AGENTIQ_DATA_DIR").unwrap_or_else(|| "./data".into()));
        let config = Config {
            database_url: get("DATABASE_URL").map(Secret::new),
            files: reader.files().unwrap_or_else(|| FilesPlace::Folder(data_dir.join("files"))),
            data_dir,
            addr: reader.parse(
                "AGENTIQ_ADDR",
                SocketAddr::from(([127, 0, 0, 1], 3000)),
                "an address like 127.0.0.1:3000",
            ),
            public_url: reader.url("AGENTIQ_PUBLIC_URL"),
            keys: get("AGENTIQ_KEYS").map(Secret::new),
            ozon_url: reader.url("AGENTIQ_OZON_URL").unwrap_or_else(|| "https://api-seller.ozon.ru".into()),
            ozon_unlimited: reader.parse("AGENTIQ_OZON_UNLIMITED", false, "true or false"),
            ozon_push_networks: reader.networks("AGENTIQ_OZON_PUSH_NETWORKS", OZON_PUSH_NETWORKS),
            poll_interval: reader.duration("AGENTIQ_POLL_INTERVAL", Duration::from_secs(60)),
            urgent_poll_interval: reader.duration("AGENTIQ_URGENT_POLL_INTERVAL", Duration::from_secs(30)),
            send_timeout: reader.duration("AGENTIQ_SEND_TIMEOUT", Duration::from_secs(10)),
            undo_pause: reader.pause("AGENTIQ_UNDO_PAUSE", Duration::from_secs(5)),
            metrics_addr: reader.parse_option("AGENTIQ_METRICS_ADDR", "an address like 127.0.0.1:9100"),
            trusted_proxies: reader.parse("AGENTIQ_TRUSTED_PROXIES", 0, "a number"),
            postgres_bin: get("AGENTIQ_POSTGRES_BIN").map(PathBuf::from),
            telegram_url: reader
                .url("AGENTIQ_TELEGRAM_URL")
                .unwrap_or_else(|| "https://api.telegram.org".into()),
            clock_file: get("AGENTIQ_CLOCK_FILE").map(PathBuf::from),
            models: reader.models(),
        };
        if config.clock_file.is_some() && !config.ozon_is_here() {
            let problem =
                "AGENTIQ_CLOCK_FILE moves the clock in tests, against a sandbox on this machine only";
            reader.problems.push(problem.to_owned());
        }
        if reader.problems.is_empty() { Ok(config) } else { Err(ConfigError(reader.problems)) }
    }

    /// Whether Ozon is called without regard to its limits: only ever a sandbox on this machine.
    pub fn is_unlimited(&self) -> bool {
        self.ozon_unlimited && self.ozon_is_here()
    }

    /// Whether browsers reach us by TLS, so that cookies may insist on it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// How a marketplace reaches us to push events: by TLS from outside, or on this machine when the marketplace is a
    /// sandbox here. `None` when it cannot.
    pub fn push_base(&self) -> Option<String> {
        if self.is_https() {
            return self.public_url.clone();
        }
        if !self.ozon_is_here() {
            return None;
        }
        let ip = if self.addr.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { self.addr.ip() };
        Some(format!("http://{}", SocketAddr::new(ip, self.addr.port())))
    }

    /// Whether an address is one that Ozon pushes from.
    pub fn may_push(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.ozon_push_networks.iter().any(|network| network.contains(ip))
            || self.ozon_is_here() && ip.is_loopback()
    }

    /// Whether the marketplace is a sandbox on this machine.
    fn ozon_is_here(&self) -> bool {
        let url = Url::parse(&self.ozon_url).ok();
        url.as_ref().and_then(Url::host_str).is_some_and(|host| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        })
    }
}

struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn parse<T: std::str::FromStr>(&mut self, name: &str, default: T, expected: &str) -> T {
        self.parse_option(name, expected).unwrap_or(default)
    }

    fn parse_option<T: std::str::FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        let text = (self.get)(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(_) => {
                self.problems.push(format!("{name}={text:?} is not {expected}"));
                None
            }
        }
    }

    fn url(&mut self, name: &str) -> Option<String> {
        let text = (self.get)(name)?;
        if text.starts_with("http://") || text.starts_with("https://") {
            Some(text.trim_end_matches('/').to_owned())
        } else {
            self.problems.push(format!("{name}={text:?} does not begin with http:// or https://"));
            None
        }
    }

    fn models(&mut self) -> ModelSettings {
        let mut url = |name: &str, usual: &str| self.url(name).unwrap_or_else(|| usual.to_owned());
        ModelSettings {
            deepseek_url: url("AGENTIQ_DEEPSEEK_URL", "https://api.deepseek.com"),
            yandex_url: url("AGENTIQ_YANDEX_AI_URL", "https://ai.api.cloud.yandex.net/v1"),
            gigachat_url: url("AGENTIQ_GIGACHAT_URL", "https://gigachat.devices.sberbank.ru/api/v1"),
            gigachat_auth_url: url(
                "AGENTIQ_GIGACHAT_AUTH_URL",
                "https://ngw.devices.sberbank.ru:9443/api/v2/oauth",
            ),
            openai_url: url("AGENTIQ_OPENAI_URL", "https://api.openai.com/v1"),
            networks: self.networks("AGENTIQ_MODEL_NETWORKS", ""),
            gigachat_ca: (self.get)("AGENTIQ_GIGACHAT_CA").map(PathBuf::from),
        }
    }

    fn networks(&mut self, name: &str, default: &str) -> Vec<Network> {
        let text = (self.get)(name).unwrap_or_else(|| default.to_owned());
        if text.trim().is_empty() {
            return Vec::new();
        }
        let (good, bad): (Vec<_>, Vec<_>) =
            text.split(',').map(|part| (part, part.trim().parse())).partition(|(_, parsed)| parsed.is_ok());
        for (part, _) in bad {
            self.problems.push(format!("{name}: {part:?} is not a network like 192.0.2.0/24"));
        }
        good.into_iter().filter_map(|(_, parsed)| parsed.ok()).collect()
    }

    /// `s3://bucket/prefix` with what `AGENTIQ_S3_…` say about it.
    fn files(&mut self) -> Option<FilesPlace> {
        const URL: &str = "AGENTIQ_FILES_URL";
        let text = (self.get)(URL)?;
        let Some((name, prefix)) =
            text.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        else {
            self.problems.push(format!("{URL}={text:?} does not begin with s3://"));
            return None;
        };
        if name.is_empty() {
            self.problems.push(format!("{URL}={text:?} names no bucket"));
        }
        let endpoint = self.url("AGENTIQ_S3_ENDPOINT");
        let allow_http = self.flag("AGENTIQ_S3_ALLOW_HTTP", false);
        if !allow_http && endpoint.as_ref().is_some_and(|url| url.starts_with("http://")) {
            let problem = "AGENTIQ_S3_ENDPOINT has no TLS; AGENTIQ_S3_ALLOW_HTTP=true allows that";
            self.problems.push(problem.to_owned());
        }
        Some(FilesPlace::Bucket(Bucket {
            name: name.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            // Servers other than Amazon's rarely have a host name for every bucket.
            path_style: self.flag("AGENTIQ_S3_PATH_STYLE", endpoint.is_some()),
            endpoint,
            region: (self.get)("AGENTIQ_S3_REGION").unwrap_or_else(|| "us-east-1".into()),
            key_id: self.needed("AGENTIQ_S3_KEY_ID"),
            secret: Secret::new(self.needed("AGENTIQ_S3_SECRET")),
            allow_http,
        }))
    }

    /// A value without which a bucket cannot be used.
    fn needed(&mut self, name: &str) -> String {
        (self.get)(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is missing: AGENTIQ_FILES_URL names a bucket"));
            String::new()
        })
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        self.parse(name, default, "true or false")
    }

    /// A time that may be none at all.
    fn pause(&mut self, name: &str, default: Duration) -> Duration {
        if (self.get)(name).as_deref() == Some("0s") { Duration::ZERO } else { self.duration(name, default) }
    }

    fn duration(&mut self, name: &str, default: Duration) -> Duration {
        let Some(text) = (self.get)(name) else { return default };
        match parse_duration(&text) {
            Some(duration) => duration,
            None => {
                self.problems.push(format!("{name}={text:?} is not a time like 30s, 500ms or 5m"));
                default
            }
        }
    }
}

/// `500ms`, `30s`, `5m`, `1h`. Nothing below 100 ms: a poll without a pause is a load test.
fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        _ => return None,
    };
    (100..=86_400_000).contains(&millis).then(|| Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_at_once() {
        let error = Config::read(|name| match name {
            "AGENTIQ_ADDR" => Some("nowhere".into()),
            "AGENTIQ_POLL_INTERVAL" => Some("often".into()),
            _ => None,
        })
        .expect_err("both are wrong");
        assert_eq!(error.0.len(), 2, "{error}");
    }

    fn config(variables: &[(&str, &str)]) -> Config {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Config::read(|name| find(name).map(|(_, value)| (*value).to_owned())).expect("good settings")
    }

    #[test]
    fn pushes_come_from_the_marketplaces_networks_only() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let ozon = config(&[]);
        for from in ["195.34.21.7", "185.73.195.255", "91.223.93.0", "::ffff:91.223.93.1"] {
            assert!(ozon.may_push(ip(from)), "{from}");
        }
        for from in ["195.34.22.1", "185.73.196.0", "127.0.0.1", "::1", "10.0.0.1"] {
            assert!(!ozon.may_push(ip(from)), "{from}");
        }
        let sandbox = config(&[("AGENTIQ_OZON_URL", "http://[::1]:4000")]);
        assert!(sandbox.may_push(ip("127.0.0.1")) && sandbox.may_push(ip("::1")));
        let other = config(&[("AGENTIQ_OZON_PUSH_NETWORKS", "10.0.0.0/8, 2001:db8::/32")]);
        assert!(other.may_push(ip("10.1.2.3")) && other.may_push(ip("2001:db8::1")));
        assert!(!other.may_push(ip("195.34.21.7")));
        let wrong =
            Config::read(|name| (name == "AGENTIQ_OZON_PUSH_NETWORKS").then(|| "10.0.0.0/33,x".into()));
        assert_eq!(wrong.expect_err("both are wrong").0.len(), 2);
    }

    #[test]
    fn a_marketplace_reaches_us_by_tls_and_a_sandbox_on_this_machine() {
        let base = |variables: &[(&str, &str)]| config(variables).push_base();
        let sandbox = ("AGENTIQ_OZON_URL", "http://127.0.0.1:4000");
        assert_eq!(base(&[]), None);
        assert_eq!(base(&[("AGENTIQ_PUBLIC_URL", "http://chats.example")]), None);
        let public = ("AGENTIQ_PUBLIC_URL", "https://chats.example/");
        assert_eq!(base(&[public]).as_deref(), Some("https://chats.example"));
        assert_eq!(base(&[sandbox]).as_deref(), Some("http://127.0.0.1:3000"));
        let everywhere = ("AGENTIQ_ADDR", "0.0.0.0:8080");
        assert_eq!(base(&[sandbox, everywhere]).as_deref(), Some("http://127.0.0.1:8080"));
    }

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn files_lie_in_the_data_dir_until_a_bucket_is_named() {
        let folder = read(&[("AGENTIQ_DATA_DIR", "/srv/agentiq")]).expect("good settings").files;
        assert!(matches!(folder, FilesPlace::Folder(path) if path.ends_with("agentiq/files")));
        let minio = [
            ("AGENTIQ_FILES_URL", "s3://chats/agentiq/"),
            ("AGENTIQ_S3_ENDPOINT", "http://minio:9000/"),
            ("AGENTIQ_S3_ALLOW_HTTP", "true"),
            ("AGENTIQ_S3_KEY_ID", "id"),
            ("AGENTIQ_S3_SECRET", "hidden"),
        ];
        let config = read(&minio).expect("good settings");
        assert!(!format!("{config:?}").contains("hidden"));
        let FilesPlace::Bucket(bucket) = config.files else { panic!("a bucket") };
        assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), ("chats", "agentiq"));
        assert_eq!(bucket.endpoint.as_deref(), Some("http://minio:9000"));
        assert_eq!((bucket.region.as_str(), bucket.path_style), ("us-east-1", true));
        let amazon: Vec<_> = minio.into_iter().filter(|(name, _)| *name != "AGENTIQ_S3_ENDPOINT").collect();
        let FilesPlace::Bucket(bucket) = read(&amazon).expect("good settings").files else {
            panic!("a bucket")
        };
        assert!(!bucket.path_style && bucket.endpoint.is_none());
    }

    #[test]
    fn a_bucket_is_told_what_it_lacks() {
        let error = read(&[("AGENTIQ_FILES_URL", "s3://"), ("AGENTIQ_S3_ENDPOINT", "http://minio:9000")])
            .expect_err("half of it is missing");
        assert_eq!(error.0.len(), 4, "{error}");
        assert!(read(&[("AGENTIQ_FILES_URL", "ftp://chats")]).is_err());
    }

    #[test]
    fn limits_are_lifted_for_a_sandbox_on_this_machine_only() {
        let is_unlimited = |url: &str| {
            config(&[("AGENTIQ_OZON_URL", url), ("AGENTIQ_OZON_UNLIMITED", "true")]).is_unlimited()
        };
        assert!(is_unlimited("http://127.0.0.1:3100"));
        for url in ["https://api-seller.ozon.ru", "http://127.0.0.1.example.ru:80", "http://10.0.0.1:3100"] {
            assert!(!is_unlimited(url), "{url}");
        }
    }

    #[test]
    fn the_clock_is_moved_before_a_sandbox_on_this_machine_only() {
        let file = ("AGENTIQ_CLOCK_FILE", "/tmp/clock");
        let here = [("AGENTIQ_OZON_URL", "http://127.0.0.1:3100"), file];
        assert!(read(&here).expect("good settings").clock_file.is_some());
        for variables in [&[file][..], &[("AGENTIQ_OZON_URL", "https://api-seller.ozon.ru"), file][..]] {
            assert_eq!(read(variables).expect_err("the world's clock is nobody's").0.len(), 1);
        }
    }

    #[test]
    fn durations_have_units_and_bounds() {
        assert_eq!(parse_duration("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        for wrong in ["", "30", "s", "0s", "1ms", "99999h", "-1s"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
