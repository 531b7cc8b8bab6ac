//! What a person may be told when something did not work. Causes stay on the server, in the log, once.

use crate::shared::i18n::Locale;
use crate::shared::wording::WordingKind;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// Outcome of everything a browser may ask.
pub type AppResult<T> = Result<T, AppError>;

/// The only error that crosses the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is logged in, or the session has ended.
    Unauthorized,
    /// The person's role does not allow it.
    Forbidden,
    /// There is no such thing in this workspace.
    NotFound,
    /// The request contradicts a rule; the sentence says which.
    Refused(Refusal),
    /// Too many tries.
    RateLimited { retry_after_s: u32 },
    /// The database or the marketplace cannot be reached right now; trying later helps.
    Unavailable { trace_id: String },
    /// Our fault. The trace id finds the cause in the log.
    Internal { trace_id: String },
    /// The request was not understood: an old tab, or a program that is none of ours.
    BadRequest,
    /// The request is longer than we take.
    TooLarge { max_bytes: u32 },
    /// The browser could not reach the server, or did not understand its answer.
    Transport,
}

/// Why a well-formed request is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    EmptyText,
    /// The text has more characters than the marketplace takes.
    TextTooLong {
        max: u32,
        actual: u32,
    },
    /// The text holds characters that no buyer could see.
    ControlCharacters,
    NameMissing,
    ClientIdMissing,
    ClientIdNotANumber,
    ApiKeyMissing,
    /// The marketplace does not know this pair of Client-Id and key.
    WrongCredentials,
    KeyDeactivated,
    /// The key works but may not call the chat methods listed.
    KeyWithoutChatMethods {
        missing: Vec<String>,
    },
    /// The key is bound to networks that do not include this server.
    KeyBoundToOtherAddress,
    /// The shop's subscription does not include chats by API.
    SubscriptionTooLow {
        subscription: String,
    },
    OfferNotSigned,
    /// The same marketplace account is connected already, here or in another workspace.
    AccountAlreadyConnected {
        here: bool,
    },
    MarketplaceUnreachable,
    MarketplaceSaid {
        text: String,
    },
    SellerNotConnected,
    /// A marketplace pushes to an address with TLS only, and the installation has none.
    PushesNeedPublicAddress,
    /// The marketplace pushes to another program, whose address this is.
    PushesTaken {
        address: String,
    },
    /// The key may not set up pushes.
    PushesNotAllowed,
    /// The marketplace has tried our address and was not content; in its words.
    PushAddressRefused {
        said: String,
    },
    /// Somebody has written in the chat since the person who answers has read it.
    ChatMoved {
        by: MovedBy,
    },
    /// The reply cannot be sent again: it has been sent or is on its way.
    ReplyNotRetryable,
    /// The name typed to confirm a removal is not the seller's name.
    NameDoesNotMatch,
    /// The text typed is the number of neither an order nor a posting.
    OrderNumberMalformed,
    /// Nobody knows what the chat is about, so there is nothing to ask for.
    NoOrderKnown,
    /// The marketplace told the number itself; it is not ours to take away.
    OrderToldByMarketplace,
    /// The marketplace does not let the seller begin a chat about the posting.
    ChatCannotBeStarted,
    FileEmpty,
    FileTooLarge {
        max_bytes: u32,
    },
    /// None of the kinds of file that we send.
    FileKindNotTaken,
    /// The bytes are something else than the name says.
    FileContentDiffers,
    /// The picture is broken, or too large to be drawn.
    PictureUnreadable,
    /// The file to be sent is not here: never uploaded, or pruned since.
    FileNotThere,
    FilterNameMissing,
    FilterNameTooLong {
        max: u32,
    },
    /// More conditions, values or groups within groups than a filter takes.
    FilterTooLarge,
    TooManyFilters {
        max: u32,
    },
    /// The text says something that a rule forbids.
    WordingBlocked(WordingMatch),
    /// The text says something risky, and nobody has said that it is meant.
    WordingUnaccepted(WordingMatch),
    /// A variable of a quick reply has not been filled in.
    VariableUnfilled {
        name: String,
    },
    /// The time chosen for sending is over already.
    SendTimePast,
    /// By the time chosen for sending the marketplace takes no messages any more.
    SendTimeAfterWindow,
    /// The reply has left, or is leaving; it cannot be taken back.
    ReplyHasLeft,
    /// Somebody has saved other rules meanwhile.
    RulesChangedMeanwhile,
    RuleTitleMissing,
    /// A workspace's own rules, or the lines of one, are more than there may be.
    TooManyRules {
        max: u32,
    },
    /// A pattern of a rule says nothing that could be found.
    RulePatternUnreadable {
        pattern: String,
    },
    /// A rule about deadlines cannot be meant so.
    DeadlineRule {
        /// The policy or calendar.
        name: String,
        flaw: DeadlineFlaw,
    },
    /// A field has more characters than it may.
    FieldTooLong {
        max: u32,
    },
    TitleMissing,
    /// The buyer has written something that the person has not seen yet.
    ChatHasMoved,
    /// Somebody else has taken the chat, or given it away, in the meantime.
    HolderHasChanged {
        /// Who holds it now; `None` when nobody does.
        holder: Option<String>,
    },
    /// Who may only look cannot be responsible.
    PersonCannotAnswer,
    /// Owners are made and let go by owners.
    OnlyForOwners,
    /// Nobody changes or takes away their own role.
    NotOneself,
    EmailTaken,
    EmailInvalid,
    PersonNameMissing,
    PasswordTooShort {
        min: u32,
    },
    /// The password typed to prove who one is.
    PasswordWrong,
    /// A chat is put off to a moment to come.
    MomentPassed,
    /// What was typed cannot be the token of a bot.
    BotTokenMalformed,
    /// What was typed names no chat of Telegram.
    TelegramChatMalformed,
    /// Nobody remembers a promise for so long.
    PromiseTooFar {
        days: u32,
    },
    WorkspaceNameMissing,
    TagNameMissing,
    /// Another tag has this name.
    TagNameTaken,
    /// The workspace has as many tags as anybody can tell apart.
    TooManyTags {
        max: u32,
    },
    /// What is to be done to many chats concerns none.
    BulkEmpty,
    /// It concerns more chats than can be done something to at once.
    BulkTooLarge {
        max: u32,
    },
    /// It was done too long ago to be undone.
    BulkUndoOver,
    /// Only who wrote a note changes it.
    NoteOfAnother,
    /// Somebody has deleted the note.
    NoteDeleted,
    /// A model to be connected has no name.
    ModelMissing,
    /// A model of Yandex lives in a folder.
    FolderMissing,
    /// A server of one's own has no address that could be called.
    ModelAddressMissing,
    TooManyModels {
        max: u32,
    },
}

/// What is wrong with a rule about deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeadlineFlaw {
    NameMissing,
    /// A list of alternatives is empty, or a range that nothing lies in.
    NothingSatisfies,
    /// A goal or a step is nearer or further than there may be.
    TimeOutOfRange,
    /// A policy without a goal.
    NoGoal,
    /// A calendar in which nobody ever works.
    NeverOpen,
}

/// What a rule of risky words has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordingMatch {
    pub kind: WordingKind,
    /// The title of a workspace's own rule.
    pub title: Option<String>,
    /// The words as they stand in the text.
    pub words: String,
}

/// Whose message the person who answers has not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MovedBy {
    Buyer,
    /// Somebody of ours, here.
    Colleague {
        name: String,
    },
    /// Somebody of ours, elsewhere.
    Cabinet,
}

impl AppError {
    /// HTTP status of this error.
    pub fn status(&self) -> u16 {
        match self {
            AppError::BadRequest => 400,
            AppError::Unauthorized => 401,
            AppError::Forbidden => 403,
            AppError::NotFound => 404,
            AppError::TooLarge { .. } => 413,
            AppError::Refused(_) => 422,
            AppError::RateLimited { .. } => 429,
            AppError::Internal { .. } => 500,
            AppError::Unavailable { .. } | AppError::Transport => 503,
        }
    }

    /// Whether the same request may work later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, AppError::Transport | AppError::Unavailable { .. } | AppError::RateLimited { .. })
    }

    /// A sentence for the person: what happened and what to do.
    pub fn sentence(&self, locale: Locale) -> String {
        locale.app_error(self)
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for AppError {}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        AppError::Refused(refusal)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // What the browser sent was not understood; the text inside may quote it and stays here.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => AppError::BadRequest,
            _ => AppError::Transport,
        }
    }
}
