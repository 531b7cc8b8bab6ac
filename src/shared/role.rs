//! Who may do what. The one table of permissions; `context::answer` is the one place that enforces it.

text_enum!(
    /// What a person is in a workspace.
    Role {
        /// Made the workspace; may do everything.
        Owner = "owner",
        /// Runs it: sellers, people.
        Admin = "admin",
        /// Answers buyers.
        Operator = "operator",
        /// Looks, changes nothing.
        Viewer = "viewer",
    }
);

text_enum!(
    /// One thing a server function may demand.
    Permission {
        /// See lists, chats and messages; keep one's own drafts and seen marks.
        ReadChats = "read_chats",
        /// Write to buyers.
        ReplyToChats = "reply_to_chats",
        /// Write to many buyers at once.
        ReplyInBulk = "reply_in_bulk",
        /// See sellers and their health.
        ReadSellers = "read_sellers",
        /// Connect, pause, remove sellers and replace their keys.
        ManageSellers = "manage_sellers",
        /// Change what all of the workspace share: tags, shared filters and quick replies, rules.
        ManageShared = "manage_shared",
        /// Add people, change what they may do, let them go.
        ManagePeople = "manage_people",
        /// Connect language models and say what they may be asked and cost.
        ManageModels = "manage_models",
    }
);

impl Role {
    /// Whether a person of this role may do it.
    pub fn may(self, permission: Permission) -> bool {
        use Permission::*;
        match permission {
            ReadChats | ReadSellers => true,
            ReplyToChats => self != Role::Viewer,
            ManageSellers | ManageShared | ManagePeople | ManageModels | ReplyInBulk => {
                matches!(self, Role::Owner | Role::Admin)
            }
        }
    }

    /// Whether a person of this role may make somebody who is `now` into `then`; `None` is nobody. Owners are made and
    /// let go by owners only.
    pub fn may_turn(self, now: Option<Role>, then: Option<Role>) -> bool {
        self.may(Permission::ManagePeople)
            && (self == Role::Owner || [now, then].iter().all(|role| *role != Some(Role::Owner)))
    }
}
