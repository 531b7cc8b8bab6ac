-- How many chats are in each bucket of each seller and person, as a ledger: a number is the sum of its entries. Every
-- statement that changes chats adds entries of its own, and nothing is ever updated, so nobody waits for anybody.
-- inbox/server/counts.rs melts many entries into few.
CREATE TABLE chat_counts (
    workspace_id uuid     NOT NULL REFERENCES workspaces (id),
    id           bigint   NOT NULL GENERATED ALWAYS AS IDENTITY,
    seller_id    uuid     NOT NULL,
    assignee_id  uuid,
    bucket       smallint NOT NULL,
    amount       bigint   NOT NULL CHECK (amount <> 0),
    is_melted    boolean  NOT NULL DEFAULT false,
    PRIMARY KEY (workspace_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
COMMENT ON COLUMN chat_counts.amount IS 'so many chats more, or fewer';
COMMENT ON COLUMN chat_counts.is_melted IS 'the sum of earlier entries';
CREATE INDEX chat_counts_fresh ON chat_counts (workspace_id, id) WHERE NOT is_melted;

INSERT INTO chat_counts (workspace_id, seller_id, assignee_id, bucket, amount, is_melted)
SELECT workspace_id, seller_id, assignee_id, bucket, count(*), true FROM chats GROUP BY 1, 2, 3, 4;

CREATE FUNCTION count_chats_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chat_counts (workspace_id, seller_id, assignee_id, bucket, amount)
    SELECT workspace_id, seller_id, assignee_id, bucket, count(*) FROM after GROUP BY 1, 2, 3, 4;
    RETURN NULL;
END $$;
CREATE FUNCTION count_chats_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chat_counts (workspace_id, seller_id, assignee_id, bucket, amount)
    SELECT workspace_id, seller_id, assignee_id, bucket, sum(n)
    FROM (SELECT workspace_id, seller_id, assignee_id, bucket, 1 AS n FROM after
          UNION ALL
          SELECT workspace_id, seller_id, assignee_id, bucket, -1 FROM before) moved
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
CREATE FUNCTION count_chats_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chat_counts (workspace_id, seller_id, assignee_id, bucket, amount)
    SELECT workspace_id, seller_id, assignee_id, bucket, -count(*) FROM before GROUP BY 1, 2, 3, 4;
    RETURN NULL;
END $$;
CREATE TRIGGER count_inserted AFTER INSERT ON chats REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_chats_inserted();
CREATE TRIGGER count_updated AFTER UPDATE ON chats REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_chats_updated();
CREATE TRIGGER count_deleted AFTER DELETE ON chats REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION count_chats_deleted();
