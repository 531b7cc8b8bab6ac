DROP TABLE note_mentions;
