use filter::Error as FilterError;

/// Why something is no query or window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such type of objects.
    #[error("there is no type `{0}` of objects")]
    Type(String),
    /// The filter cannot be read; it says where.
    #[error("the filter is wrong at position {position}: {0}", position = .0.position())]
    Filter(#[from] FilterError),
    /// The objects have no such property.
    #[error("`{name}` in `{parameter}` is no property of these objects")]
    Property {
        /// Where it was named: `sort`, `columns` or `groupBy`.
        parameter: &'static str,
        /// What was named.
        name: String,
    },
    /// A property that decides or counts once is named twice.
    #[error("`{name}` stands twice in `{parameter}`")]
    Repeated {
        /// Where it was named: `sort` or `groupBy`.
        parameter: &'static str,
        /// What was named.
        name: String,
    },
    /// More was asked for than one view may have.
    #[error("`{parameter}` is too large: at most {most}")]
    TooMany {
        /// What there is too much of.
        parameter: &'static str,
        /// How much there may be.
        most: usize,
    },
}

impl Error {
    /// Returns the name of the parameter that is wrong.
    pub fn parameter(&self) -> &'static str {
        match self {
            Self::Type(_) => "type",
            Self::Filter(_) => "filter",
            Self::Property { parameter, .. } | Self::Repeated { parameter, .. } | Self::TooMany { parameter, .. } => {
                parameter
            }
        }
    }
}
