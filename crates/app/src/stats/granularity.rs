//! How far values are apart.

/// How far values are apart, in the words of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// Every five seconds, for ten minutes.
    #[default]
    Seconds,
    /// Every minute, for two hours.
    Minutes,
    /// Every hour, for a week.
    Hours,
    /// Every day, for a year.
    Days,
}

impl Granularity {
    /// All of them, finest first.
    pub const ALL: [Self; 4] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days];

    /// Reads the word of a client; without one it is the finest.
    ///
    /// # Errors
    ///
    /// [`op::Error::InvalidParameters`], which names the words that there are.
    pub fn parse(word: Option<&str>) -> op::Result<Self> {
        let Some(word) = word else { return Ok(Self::default()) };
        Self::ALL.into_iter().find(|granularity| granularity.word() == word).ok_or_else(|| {
            op::Error::invalid(format!(
                "unknown granularity `{}`; there are `seconds`, `minutes`, `hours` and `days`",
                &word[..word.floor_char_boundary(40)]
            ))
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    /// Returns the seconds from one value to the next.
    pub fn step(self) -> i64 {
        self.interval().into()
    }

    /// Same, as hosts are asked for it.
    pub(crate) fn interval(self) -> u32 {
        match self {
            Self::Seconds => 5,
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 86_400,
        }
    }

    /// Returns how many values hosts keep.
    pub fn rows(self) -> usize {
        match self {
            Self::Seconds | Self::Minutes => 120,
            Self::Hours => 168,
            Self::Days => 366,
        }
    }

    /// Returns the seconds from the oldest value to now.
    pub(crate) fn span(self) -> i64 {
        self.step() * i64::try_from(self.rows()).expect("there are a few hundred")
    }
}
