//! Tables as Diesel sees them. A test compares every column with the migrated database.

diesel::table! {
    workspaces (id) { id -> Uuid, name -> Text, time_zone -> Text, created_at -> Timestamptz, }
}
diesel::table! {
    users (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, email -> Text, name -> Text, role -> Text, password_hash -> Text,
        created_at -> Timestamptz, left_at -> Nullable<Timestamptz>,
    }
}
diesel::table! {
    sign_in_names (email) { email -> Text, workspace_id -> Uuid, user_id -> Uuid, }
}
diesel::table! {
    sessions (workspace_id, token_hash) {
        workspace_id -> Uuid, token_hash -> Binary, user_id -> Uuid, created_at -> Timestamptz,
        last_seen_at -> Timestamptz, absolute_expires_at -> Timestamptz,
    }
}
diesel::table! {
    login_attempts (id) { id -> BigInt, key -> Text, at -> Timestamptz, }
}
diesel::table! {
    sellers (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, marketplace -> Text, external_account_id -> Text, name -> Text,
        state -> Text, credentials -> Nullable<Binary>, shop_name -> Nullable<Text>, subscription -> Nullable<Text>,
        key_expires_at -> Nullable<Timestamptz>, methods -> Array<Text>, connected_at -> Timestamptz,
        clock_from -> Timestamptz, last_sync_at -> Nullable<Timestamptz>, last_sync_took_ms -> Nullable<BigInt>,
        last_walk_at -> Nullable<Timestamptz>, last_error -> Nullable<Text>, last_error_detail -> Nullable<Text>,
        last_error_at -> Nullable<Timestamptz>, failures -> Integer, created_at -> Timestamptz,
    }
}
diesel::table! {
    seller_accounts (account_hash) { account_hash -> Binary, workspace_id -> Uuid, seller_id -> Uuid, }
}
diesel::table! {
    chats (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, seller_id -> Uuid, kind -> Text, external_id -> Text, status -> Text,
        order_number -> Nullable<Text>, created_at -> Timestamptz, last_message_at -> Timestamptz,
        last_message_preview -> Text, last_message_author -> Nullable<Text>,
        unanswered_since -> Nullable<Timestamptz>, due_at -> Nullable<Timestamptz>, head_id -> Nullable<Text>,
        tail_id -> Nullable<Text>, tail_done -> Bool, remote_last_id -> Nullable<Text>,
        checked_at -> Nullable<Timestamptz>, listed_last_id -> Nullable<Text>, listed_last_key -> Nullable<Text>,
        is_behind -> Bool, is_unread_there -> Bool, read_after -> Nullable<Timestamptz>, read_tries -> Integer,
        history_problem -> Nullable<Text>,
        sku -> Nullable<Text>, order_attached_by -> Nullable<Uuid>,
        window_until -> Nullable<Timestamptz>, window_reason -> Nullable<Text>, window_refusal -> Nullable<Text>,
        window_refused_after -> Nullable<Timestamptz>,
        work_state -> Text, set_aside_at -> Nullable<Timestamptz>, snoozed_until -> Nullable<Timestamptz>,
        assignee_id -> Nullable<Uuid>, priority -> Text,
        due_kind -> Nullable<Text>, due_since -> Nullable<Timestamptz>, is_highlighted -> Bool,
        category -> Nullable<Text>, urgency -> Nullable<Text>, sentiment -> Nullable<Text>,
        understood_by -> Nullable<Text>,
        promised_at -> Nullable<Timestamptz>, promised_until -> Nullable<Timestamptz>, waits_since -> Nullable<Timestamptz>,
        bucket -> SmallInt,
    }
}
diesel::table! {
    understandings (workspace_id, chat_id, message_id) {
        workspace_id -> Uuid, chat_id -> Uuid, message_id -> Text, category -> Text, urgency -> Text, sentiment -> Text,
        language -> Text, version -> Integer, text_hash -> BigInt, given_category -> Nullable<Text>,
        given_urgency -> Nullable<Text>, given_sentiment -> Nullable<Text>, given_by -> Nullable<Uuid>,
        given_at -> Nullable<Timestamptz>, model_category -> Nullable<Text>, model_urgency -> Nullable<Text>,
        model_sentiment -> Nullable<Text>, model_language -> Nullable<Text>, model_hash -> Nullable<BigInt>,
    }
}
diesel::table! {
    tags (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, name -> Text, color -> Text, created_at -> Timestamptz,
    }
}
diesel::table! {
    chat_tags (workspace_id, chat_id, tag_id) {
        workspace_id -> Uuid, chat_id -> Uuid, tag_id -> Uuid, added_at -> Timestamptz,
    }
}
diesel::table! {
    chat_stars (workspace_id, user_id, chat_id) {
        workspace_id -> Uuid, user_id -> Uuid, chat_id -> Uuid, starred_at -> Timestamptz,
    }
}
diesel::table! {
    saved_filters (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, owner_id -> Nullable<Uuid>, name -> Text, query -> Jsonb, is_pinned -> Bool,
        position -> Integer, created_at -> Timestamptz,
    }
}
diesel::table! {
    activities (workspace_id, chat_id, id) {
        workspace_id -> Uuid, chat_id -> Uuid, id -> Uuid, at -> Timestamptz, actor_id -> Nullable<Uuid>,
        kind -> Text, details -> Nullable<Jsonb>, seen_up_to -> Nullable<Timestamptz>,
    }
}
diesel::table! {
    notes (workspace_id, chat_id, id) {
        workspace_id -> Uuid, chat_id -> Uuid, id -> Uuid, author_id -> Uuid, body -> Text,
        created_at -> Timestamptz, edited_at -> Nullable<Timestamptz>, deleted_at -> Nullable<Timestamptz>,
        words -> crate::platform::db::TsVector,
    }
}
diesel::table! {
    note_mentions (workspace_id, chat_id, note_id, user_id) {
        workspace_id -> Uuid, chat_id -> Uuid, note_id -> Uuid, user_id -> Uuid,
    }
}
diesel::table! {
    walks (workspace_id, seller_id, kind) {
        workspace_id -> Uuid, seller_id -> Uuid, kind -> Text, started_at -> Timestamptz, cursor -> Nullable<Text>,
        pages -> Integer, mark -> Nullable<Text>, restarts -> Integer, chats -> BigInt,
        listed_at -> Nullable<Timestamptz>, histories_total -> BigInt, histories_done -> BigInt,
        finished_at -> Nullable<Timestamptz>, window_at -> Timestamptz, window_count -> BigInt,
        next_at -> Timestamptz, next_count -> BigInt, told_at -> Timestamptz, is_untold -> Bool,
    }
}
diesel::table! {
    orders (workspace_id, seller_id, order_number) {
        workspace_id -> Uuid, seller_id -> Uuid, order_number -> Text, tried_at -> Timestamptz,
        fetched_at -> Nullable<Timestamptz>, postings -> Jsonb, returns -> Jsonb, problem -> Nullable<Text>,
    }
}
diesel::table! {
    products (workspace_id, seller_id, sku) {
        workspace_id -> Uuid, seller_id -> Uuid, sku -> Text, name -> Text, offer_id -> Text, price -> Nullable<Text>,
        currency -> Nullable<Text>, photo_url -> Nullable<Text>, is_archived -> Bool, fetched_at -> Timestamptz,
    }
}
diesel::table! {
    messages (workspace_id, chat_id, external_id) {
        workspace_id -> Uuid, chat_id -> Uuid, external_id -> Text, sort_key -> Text, author -> Text, body -> Text,
        attachments -> Jsonb, sent_at -> Timestamptz, received_at -> Timestamptz, is_read -> Bool,
        reply_id -> Nullable<Uuid>, raw -> Nullable<Jsonb>, edited_at -> Nullable<Timestamptz>, moderation -> Text,
        words -> crate::platform::db::TsVector,
    }
}
diesel::table! {
    search_words (workspace_id, word) { workspace_id -> Uuid, word -> Text, messages -> BigInt, }
}
diesel::table! {
    search_marks (workspace_id) { workspace_id -> Uuid, counted_until -> Timestamptz, messages -> BigInt, }
}
diesel::table! {
    replies (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, chat_id -> Uuid, author_id -> Uuid, body -> Text, state -> Text,
        reason -> Nullable<Text>, reason_detail -> Nullable<Text>, attempts -> Integer,
        attempted_at -> Nullable<Timestamptz>, baseline -> Nullable<Text>, created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>, file_id -> Nullable<Uuid>, deliver_at -> Nullable<Timestamptz>,
        planned_after -> Nullable<Timestamptz>, closes_chat -> Bool, sent_over -> Jsonb,
    }
}
diesel::table! {
    files (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, chat_id -> Nullable<Uuid>, message_id -> Nullable<Text>,
        position -> Nullable<Integer>, author_id -> Nullable<Uuid>, origin -> Text, state -> Text, name -> Text,
        url -> Nullable<Text>, media_type -> Nullable<Text>, size -> Nullable<BigInt>, sha256 -> Nullable<Binary>,
        width -> Nullable<Integer>, height -> Nullable<Integer>, key -> Nullable<Text>, thumb_key -> Nullable<Text>,
        thumb_type -> Nullable<Text>, thumb_size -> Nullable<BigInt>, attempts -> Integer,
        tried_at -> Nullable<Timestamptz>, problem -> Nullable<Text>, created_at -> Timestamptz,
        quick_reply_id -> Nullable<Uuid>,
    }
}
diesel::table! {
    chat_seen (workspace_id, user_id, chat_id) {
        workspace_id -> Uuid, user_id -> Uuid, chat_id -> Uuid, up_to -> Timestamptz,
    }
}
diesel::table! {
    chat_counts (workspace_id, id) {
        workspace_id -> Uuid, id -> BigInt, seller_id -> Uuid, assignee_id -> Nullable<Uuid>, bucket -> SmallInt,
        amount -> BigInt, is_melted -> Bool,
    }
}
diesel::table! {
    drafts (workspace_id, user_id, chat_id) {
        workspace_id -> Uuid, user_id -> Uuid, chat_id -> Uuid, body -> Text, updated_at -> Timestamptz,
    }
}
diesel::table! {
    event_counters (workspace_id) { workspace_id -> Uuid, last_seq -> BigInt, }
}
diesel::table! {
    events (workspace_id, seq) { workspace_id -> Uuid, seq -> BigInt, change -> Jsonb, at -> Timestamptz, }
}
diesel::table! {
    jobs (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, kind -> Text, key -> Text, lane -> Text, payload -> Jsonb,
        run_at -> Timestamptz, attempts -> Integer, nudges -> BigInt, leased_until -> Nullable<Timestamptz>,
        lease_id -> Nullable<Uuid>, last_error -> Nullable<Text>, created_at -> Timestamptz,
    }
}
diesel::table! {
    push_endpoints (workspace_id, seller_id) {
        workspace_id -> Uuid, seller_id -> Uuid, token_hash -> Binary, remote_id -> Nullable<BigInt>,
        address -> Text, state -> Text, last_problem -> Nullable<Text>, registered_at -> Timestamptz,
        checked_at -> Nullable<Timestamptz>, last_ping_at -> Nullable<Timestamptz>,
        last_push_at -> Nullable<Timestamptz>, received -> BigInt,
    }
}
diesel::table! {
    pushes (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, seller_id -> Uuid, received_at -> Timestamptz, kind -> Text,
        chat_external_id -> Nullable<Text>, body -> Text, processed_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
    }
}
diesel::table! {
    quick_replies (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, scope -> Text, owner_id -> Nullable<Uuid>, seller_id -> Nullable<Uuid>,
        marketplace -> Nullable<Text>, title -> Text, shortcut -> Nullable<Text>, folder -> Text, body -> Text,
        use_count -> BigInt, last_used_at -> Nullable<Timestamptz>, updated_by -> Uuid, created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}
diesel::table! {
    wording_versions (workspace_id, version) {
        workspace_id -> Uuid, version -> Integer, changes -> Jsonb, author_id -> Uuid, created_at -> Timestamptz,
    }
}
diesel::table! {
    schedule_slots (name, slot) { name -> Text, slot -> Timestamptz, claimed_at -> Timestamptz, }
}
diesel::table! {
    pace_lines (line) { line -> Binary, version -> BigInt, ledger -> Jsonb, changed_at -> Timestamptz, }
}

diesel::table! {
    presences (workspace_id, chat_id, user_id, tab_id) {
        workspace_id -> Uuid, chat_id -> Uuid, user_id -> Uuid, tab_id -> Uuid, since -> Timestamptz,
        expires_at -> Timestamptz, typing_until -> Nullable<Timestamptz>, held_since -> Nullable<Timestamptz>,
        held_until -> Nullable<Timestamptz>,
    }
}
diesel::table! {
    notices (workspace_id, user_id, id) {
        workspace_id -> Uuid, user_id -> Uuid, id -> Uuid, kind -> Text, subject -> Uuid, chat_id -> Nullable<Uuid>,
        seller_id -> Nullable<Uuid>, actor_id -> Nullable<Uuid>, at -> Timestamptz, rang_at -> Timestamptz,
        count -> Integer, seen_at -> Nullable<Timestamptz>, message_id -> Nullable<Text>,
    }
}
diesel::table! {
    notice_settings (workspace_id, user_id) {
        workspace_id -> Uuid, user_id -> Uuid, settings -> Jsonb, changed_at -> Timestamptz,
    }
}

diesel::table! {
    bulk_jobs (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, author_id -> Uuid, state -> Text, work -> Jsonb, chats -> BigInt,
        done -> BigInt, unchanged -> BigInt, skipped -> BigInt, failed -> BigInt, undone -> BigInt,
        left_alone -> BigInt, cursor -> Nullable<Uuid>, created_at -> Timestamptz, started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>, dismissed_at -> Nullable<Timestamptz>,
    }
}
diesel::table! {
    bulk_items (workspace_id, job_id, chat_id) {
        workspace_id -> Uuid, job_id -> Uuid, chat_id -> Uuid, seen_up_to -> Timestamptz,
        holder_id -> Nullable<Uuid>, outcome -> Nullable<Text>, reason -> Nullable<Text>, before -> Nullable<Jsonb>,
        acted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    policy_versions (workspace_id, version) {
        workspace_id -> Uuid, version -> Integer, book -> Jsonb, author_id -> Uuid, created_at -> Timestamptz,
    }
}
diesel::table! {
    model_providers (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, kind -> Text, model -> Text, place -> Text, sealed_key -> Nullable<Binary>,
        position -> Integer, is_enabled -> Bool, daily_tokens -> Nullable<BigInt>, daily_money -> Nullable<BigInt>,
        problem -> Nullable<Text>, created_at -> Timestamptz, vectors_model -> Nullable<Text>,
        vectors_problem -> Nullable<Text>,
    }
}
diesel::table! {
    suggestion_settings (workspace_id) {
        workspace_id -> Uuid, is_automatic -> Bool, is_abroad_allowed -> Bool, daily_calls -> Integer, tone -> Text,
        changed_by -> Uuid, changed_at -> Timestamptz, is_understood_by_model -> Bool,
    }
}
diesel::table! {
    suggestions (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, chat_id -> Uuid, message_id -> Text, task -> Text, asked_by -> Nullable<Uuid>,
        state -> Text, body -> Text, provider -> Nullable<Text>, model -> Nullable<Text>, version -> Nullable<Integer>,
        category -> Nullable<Text>, sources -> Jsonb, flags -> Jsonb, problem -> Nullable<Text>,
        outcome -> Nullable<Text>, distance -> Nullable<Integer>, reply_id -> Nullable<Uuid>,
        created_at -> Timestamptz, first_ms -> Nullable<Integer>, total_ms -> Nullable<Integer>, is_again -> Bool,
    }
}
diesel::table! {
    cached_answers (workspace_id, key) {
        workspace_id -> Uuid, key -> Binary, body -> Text, provider -> Text, model -> Text, expires_at -> Timestamptz,
    }
}
diesel::table! {
    model_calls (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, at -> Timestamptz, suggestion_id -> Nullable<Uuid>,
        provider_id -> Nullable<Uuid>, provider -> Text, model -> Text, outcome -> Text, tokens_in -> BigInt,
        tokens_cached -> BigInt, tokens_out -> BigInt, is_guess -> Bool, cost -> Nullable<BigInt>,
        currency -> Nullable<Text>, first_ms -> Nullable<Integer>, total_ms -> Integer, task -> Nullable<Text>,
    }
}

diesel::table! {
    chat_turns (workspace_id, chat_id, start_id) {
        workspace_id -> Uuid, chat_id -> Uuid, start_id -> Text, started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>, heard -> Integer, version -> Integer, terms -> Jsonb,
    }
}
diesel::table! {
    clocks (workspace_id, chat_id, kind, start_id) {
        workspace_id -> Uuid, chat_id -> Uuid, kind -> Text, start_id -> Text, seller_id -> Uuid,
        started_at -> Timestamptz, turn_id -> Nullable<Text>, policy_id -> Nullable<Uuid>, version -> Nullable<Integer>,
        target_minutes -> Nullable<Integer>, target_time -> Nullable<Text>, pauses -> Jsonb,
        due_at -> Nullable<Timestamptz>, ended_at -> Nullable<Timestamptz>, end_kind -> Nullable<Text>,
        answered_by -> Nullable<Uuid>, counted_minutes -> Nullable<Integer>, outcome -> Nullable<Text>,
        breached_at -> Nullable<Timestamptz>, noticed_at -> Nullable<Timestamptz>, is_late -> Bool, steps -> Jsonb,
    }
}
diesel::table! {
    supervisor_channels (workspace_id) {
        workspace_id -> Uuid, sealed_token -> Binary, chat -> Text, is_enabled -> Bool, problem -> Nullable<Text>,
        said -> Nullable<Text>, sent_at -> Nullable<Timestamptz>, paused_until -> Nullable<Timestamptz>,
        changed_by -> Uuid, changed_at -> Timestamptz,
    }
}
diesel::table! {
    supervisor_news (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, chat_id -> Uuid, clock -> Text, due_at -> Nullable<Timestamptz>,
        at -> Timestamptz, state -> Text,
    }
}
diesel::table! {
    promises (workspace_id, chat_id, id) {
        workspace_id -> Uuid, chat_id -> Uuid, id -> Uuid, author_id -> Uuid, made_at -> Timestamptz,
        until -> Timestamptz, after_message -> Nullable<Text>, reply_id -> Nullable<Uuid>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}
diesel::table! {
    rule_applications (workspace_id) {
        workspace_id -> Uuid, version -> Integer, asked_by -> Uuid, started_at -> Timestamptz, chats -> BigInt,
        done -> BigInt, cursor -> Nullable<Uuid>, finished_at -> Nullable<Timestamptz>,
    }
}
diesel::table! {
    clock_wakes (workspace_id, chat_id) { workspace_id -> Uuid, chat_id -> Uuid, at -> Timestamptz, }
}
diesel::table! {
    articles (workspace_id, id) {
        workspace_id -> Uuid, id -> Uuid, title -> Text, body -> Text, tags -> Array<Text>, seller_id -> Nullable<Uuid>,
        sku -> Nullable<Text>, version -> Integer, use_count -> BigInt, updated_by -> Uuid, created_at -> Timestamptz,
        updated_at -> Timestamptz, words -> crate::platform::db::TsVector,
    }
}
diesel::table! {
    article_versions (workspace_id, article_id, version) {
        workspace_id -> Uuid, article_id -> Uuid, version -> Integer, title -> Text, body -> Text, author_id -> Uuid,
        at -> Timestamptz,
    }
}
diesel::table! {
    article_embeddings (workspace_id, article_id) {
        workspace_id -> Uuid, article_id -> Uuid, model -> Text, version -> Integer, dimension -> Integer,
        vector -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    articles,
    article_versions,
    article_embeddings,
    model_providers,
    suggestion_settings,
    suggestions,
    model_calls,
    cached_answers,
    understandings,
    workspaces,
    users,
    sign_in_names,
    sessions,
    sellers,
    seller_accounts,
    chats,
    bulk_jobs,
    bulk_items,
    chat_counts,
    tags,
    chat_tags,
    chat_stars,
    saved_filters,
    activities,
    notes,
    note_mentions,
    walks,
    orders,
    products,
    messages,
    search_words,
    search_marks,
    replies,
    files,
    chat_seen,
    drafts,
    event_counters,
    events,
    jobs,
    push_endpoints,
    pushes,
    quick_replies,
    wording_versions,
    presences,
    notices,
    notice_settings,
    policy_versions,
    chat_turns,
    clocks,
    clock_wakes,
    promises,
    supervisor_channels,
    supervisor_news,
    rule_applications,
);
