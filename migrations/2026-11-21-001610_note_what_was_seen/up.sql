-- Closing a chat means what was known then. What the buyer wrote after it was not meant, also where the marketplace's clock says
-- that it was written before.
ALTER TABLE activities ADD COLUMN seen_up_to timestamptz;
COMMENT ON COLUMN activities.seen_up_to IS 'sent_at of the newest message that was known then';
