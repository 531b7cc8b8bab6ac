-- Ozon looks at pictures before the other side sees them, and withdraws some.
ALTER TABLE messages ADD COLUMN moderation text NOT NULL DEFAULT 'passed' CHECK (moderation IN ('passed', 'pending', 'rejected'));
COMMENT ON COLUMN messages.moderation IS 'a rejected message of ours answers nobody';
