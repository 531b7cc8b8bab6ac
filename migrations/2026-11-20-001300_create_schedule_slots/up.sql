-- Slots of the schedules that some instance has claimed. Belongs to the installation, not to a workspace.
CREATE TABLE schedule_slots (
    name       text        NOT NULL,
    slot       timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (name, slot)
);
CREATE INDEX schedule_slots_slot ON schedule_slots (slot);
