//! The pages for people who are not logged in, and that of the workspace. The former are plain forms: they work before
//! and without the program, and a problem comes back in the address.

mod workspace;

use super::types::{FormProblem, MIN_PASSWORD_CHARS};
use crate::shared::i18n::Locale;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_page};
use crate::ui::field::Field;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::layout::DoorFrame;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
pub use workspace::{WorkspacePage, follow_workspace};

/// The longest name or address a form takes, in characters.
const MAX_CHARS: usize = 200;

/// Log-in.
#[component]
pub fn LogInPage() -> impl IntoView {
    let page = use_page();
    let locale = page.locale;
    let query = use_query_map();
    // The page is loaded anew for every other address, so this does not change under it.
    let next = query.with_untracked(|map| map.get("next")).filter(|path| is_own_path(path));
    view! {
        <Title text=locale.tab_title(locale.log_in_title())/>
        <DoorFrame title=locale.log_in_title()>
            {page.demo.then(|| view! { <p class="note note-info">{locale.log_in_demo()}</p> })}
            <form method="post" action="/login" class="form" aria-describedby="form-problem">
                <FormAlert problem=use_problem()/>
                {next.map(|path| view! { <input type="hidden" name="next" value=path/> })}
                <Field
                    id="email"
                    name="email"
                    label=locale.email()
                    kind="email"
                    autocomplete="username"
                    inputmode="email"
                    maxlength=MAX_CHARS
                    required=true
                    autofocus=true
                />
                <Field
                    id="password"
                    name="password"
                    label=locale.password()
                    kind="password"
                    autocomplete="current-password"
                    required=true
                />
                <Button kind=ButtonKind::Primary>{locale.log_in()}</Button>
            </form>
        </DoorFrame>
    }
}

/// The first set-up: the workspace and its owner.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let locale = use_locale();
    let problem = use_problem();
    let at = move |field: FormField| field_error(problem, field, locale);
    view! {
        <Title text=locale.tab_title(locale.set_up_title())/>
        <DoorFrame title=locale.set_up_title()>
            <p>{locale.set_up_text()}</p>
            <form method="post" action="/setup" class="form" aria-describedby="form-problem">
                <FormAlert problem/>
                <Field
                    id="workspace"
                    name="workspace"
                    label=locale.workspace_name()
                    hint=locale.workspace_hint()
                    error=at(FormField::Workspace)
                    autocomplete="organization"
                    maxlength=MAX_CHARS
                    required=true
                    autofocus=true
                />
                <Field
                    id="name"
                    name="name"
                    label=locale.your_name()
                    hint=locale.your_name_hint()
                    error=at(FormField::Name)
                    autocomplete="name"
                    maxlength=MAX_CHARS
                    required=true
                />
                <Field
                    id="email"
                    name="email"
                    label=locale.email()
                    kind="email"
                    error=at(FormField::Email)
                    autocomplete="username"
                    inputmode="email"
                    maxlength=MAX_CHARS
                    required=true
                />
                <Field
                    id="password"
                    name="password"
                    label=locale.password()
                    kind="password"
                    hint=locale.password_hint(MIN_PASSWORD_CHARS)
                    error=at(FormField::Password)
                    autocomplete="new-password"
                    minlength=MIN_PASSWORD_CHARS
                    required=true
                />
                <Field
                    id="password_again"
                    name="password_again"
                    label=locale.password_again()
                    kind="password"
                    error=at(FormField::PasswordAgain)
                    autocomplete="new-password"
                    minlength=MIN_PASSWORD_CHARS
                    required=true
                />
                <Button kind=ButtonKind::Primary>{locale.set_up()}</Button>
            </form>
        </DoorFrame>
    }
}

/// What is wrong with the form as a whole: there from the start, so that the form can name it.
#[component]
fn FormAlert(problem: Memo<Option<FormProblem>>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div id="form-problem" role="alert">
            {move || {
                problem
                    .get()
                    .map(|problem| {
                        view! {
                            <div class="note note-error">
                                <Glyph icon=Icon::Alert/>
                                <p class="note-text">{problem_sentence(problem, locale)}</p>
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// The problem that came back in the address. Words we do not know are no problem.
fn use_problem() -> Memo<Option<FormProblem>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|map| map.get("problem")).and_then(|word| word.parse().ok()))
}

/// The fields a problem can belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormField {
    Workspace,
    Name,
    Email,
    Password,
    PasswordAgain,
}

fn field_error(
    problem: Memo<Option<FormProblem>>,
    field: FormField,
    locale: Locale,
) -> Signal<Option<String>> {
    Signal::derive(move || {
        let problem = problem.get().filter(|problem| field_of(*problem) == Some(field))?;
        Some(problem_sentence(problem, locale))
    })
}

fn field_of(problem: FormProblem) -> Option<FormField> {
    match problem {
        FormProblem::WorkspaceMissing => Some(FormField::Workspace),
        FormProblem::NameMissing => Some(FormField::Name),
        FormProblem::EmailInvalid => Some(FormField::Email),
        FormProblem::PasswordTooShort => Some(FormField::Password),
        FormProblem::PasswordsDiffer => Some(FormField::PasswordAgain),
        FormProblem::BadCredentials
        | FormProblem::TooManyTries
        | FormProblem::AlreadySetUp
        | FormProblem::SessionEnded
        | FormProblem::DatabaseUnavailable => None,
    }
}

fn problem_sentence(problem: FormProblem, locale: Locale) -> String {
    match problem {
        FormProblem::BadCredentials => locale.problem_bad_credentials(),
        FormProblem::TooManyTries => locale.problem_too_many_tries(),
        FormProblem::EmailInvalid => locale.problem_email_invalid(),
        FormProblem::NameMissing => locale.problem_name_missing(),
        FormProblem::WorkspaceMissing => locale.problem_workspace_missing(),
        FormProblem::PasswordTooShort => return locale.problem_password_too_short(MIN_PASSWORD_CHARS),
        FormProblem::PasswordsDiffer => locale.problem_passwords_differ(),
        FormProblem::AlreadySetUp => locale.problem_already_set_up(),
        FormProblem::SessionEnded => locale.problem_session_ended(),
        FormProblem::DatabaseUnavailable => locale.problem_database_unavailable(),
    }
    .to_owned()
}

/// Whether a path leads to a page of ours. The server decides again.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_sentence_in_both_languages() {
        for problem in FormProblem::ALL {
            for locale in [Locale::Ru, Locale::En] {
                assert!(problem_sentence(*problem, locale).ends_with('.'), "{problem}");
            }
        }
    }

    #[test]
    fn only_own_paths_are_gone_back_to() {
        assert!(is_own_path("/inbox/1?view=all"));
        assert!(!is_own_path("//example.org"));
        assert!(!is_own_path("/\\example.org"));
        assert!(!is_own_path("https://example.org"));
    }
}
