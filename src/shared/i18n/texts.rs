//! Fixed texts.

use super::Locale;

macro_rules! texts {
    ($($name:ident: $ru:literal, $en:literal;)+) => {
        impl Locale {
            $(
                #[doc = $en]
                pub fn $name(self) -> &'static str {
                    self.pick($ru, $en)
                }
            )+
        }
    };
}

texts! {
    product: "AgentIQ", "AgentIQ";
    sign_in: "Войти", "Sign in";
}
