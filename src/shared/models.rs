//! Who makes drafts, and why one was not made: words of both sides.

text_enum!(
    /// How a provider of language models is spoken to.
    ProviderKind {
        Deepseek = "deepseek",
        /// Yandex AI Studio.
        Yandex = "yandex",
        Gigachat = "gigachat",
        Openai = "openai",
        /// Any server that speaks OpenAI's chat completions: Ollama, llama.cpp, vLLM, a proxy.
        Compatible = "compatible",
    }
);

impl ProviderKind {
    /// Whether texts leave the country on their way; such providers are off until an admin has said that they may.
    pub fn is_abroad(self) -> bool {
        matches!(self, ProviderKind::Deepseek | ProviderKind::Openai)
    }

    /// The model that makes vectors, where the provider has one that fits all: two texts can be compared only when the same model has
    /// looked at both. On a server of one's own it is for the admin to name, and DeepSeek has none.
    pub fn vectors_model(self) -> Option<&'static str> {
        match self {
            // The beginning of two names: one for what is asked, one for what may answer it.
            ProviderKind::Yandex => Some("text-search"),
            ProviderKind::Gigachat => Some("Embeddings"),
            ProviderKind::Openai => Some("text-embedding-3-small"),
            ProviderKind::Deepseek | ProviderKind::Compatible => None,
        }
    }

    /// The model to begin with, where one can be named beforehand. Yandex's is a name within the folder.
    pub fn usual_model(self) -> Option<&'static str> {
        match self {
            ProviderKind::Deepseek => Some("deepseek-flash"),
            ProviderKind::Yandex => Some("yandexgpt/latest"),
            ProviderKind::Gigachat => Some("GigaChat"),
            ProviderKind::Openai | ProviderKind::Compatible => None,
        }
    }
}

text_enum!(
    /// Which contract a GigaChat key belongs to.
    GigachatScope {
        Personal = "GIGACHAT_API_PERS",
        /// Paid beforehand by a company.
        Business = "GIGACHAT_API_B2B",
        Corporate = "GIGACHAT_API_CORP",
    }
);

text_enum!(
    /// Why a model has not answered.
    ModelProblem {
        NoBalance = "no_balance",
        WrongKey = "wrong_key",
        /// The key is good and lacks the right to this model or folder.
        Denied = "denied",
        /// The provider does not serve this country.
        NotServedHere = "not_served_here",
        UnknownModel = "unknown_model",
        RateLimited = "rate_limited",
        Overloaded = "overloaded",
        /// So many calls in a row failed that the provider has a rest.
        Resting = "resting",
        /// The model does not want to speak of this.
        Refused = "refused",
        TooLong = "too_long",
        TooSlow = "too_slow",
        BrokenAnswer = "broken_answer",
        /// The connection broke off before the answer was whole.
        Interrupted = "interrupted",
        Unreachable = "unreachable",
        /// The provider's certificate is not one that this machine trusts.
        Untrusted = "untrusted",
        /// The address lies in a network that may not be called.
        AddressNotAllowed = "address_not_allowed",
        /// The provider does not understand what we ask.
        BadRequest = "bad_request",
    }
);

impl ModelProblem {
    /// Whether only a person can put it right; such a provider is left alone until its settings are saved again.
    pub fn needs_a_person(self) -> bool {
        use ModelProblem::*;
        matches!(
            self,
            NoBalance
                | WrongKey
                | Denied
                | NotServedHere
                | UnknownModel
                | Untrusted
                | AddressNotAllowed
                | BadRequest
        )
    }

    /// Whether the same question may be answered a moment later.
    pub fn passes_soon(self) -> bool {
        matches!(self, ModelProblem::RateLimited | ModelProblem::Overloaded | ModelProblem::Unreachable)
    }
}
